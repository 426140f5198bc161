/**
 * The two kinds of adapters between a serial port and an SDI-12 bus, and what they ask of whoever sends.
 *
 * A command adapter takes `0M!`, makes the break, keeps the timing, repeats what got no answer, and hands on the
 * sensor's line: Dr. Liu's SDI-12 USB adapters (liudr.wordpress.com/gadget/sdi-12-usb-adapter, 9600 8N1; its published
 * logger), EnviroDIY's Example I "SDI-12 PC Interface", and loggers in transparent mode (SDI-12 v1.4, section 4.4.14).
 * A transparent one is a level converter on a UART: 1200 baud, 7 data bits, even parity (section 4.1), and the host makes
 * the break and keeps the times of sections 7.0 to 7.2; some make the break themselves when a character comes.
 */
import type { LinePort } from '../config/port.ts';
import type { Sdi12LineConfig } from './line-config.ts';

export interface AdapterTiming {
  style: Sdi12LineConfig['adapter'];
  sendsBreak: boolean;
  lineEnd: string;
  /** From the end of a command to the first character of its answer. */
  answerMs: number;
  /** Silence behind a character after which no more of the answer comes. */
  gapMs: number;
  /** Times that a command goes out behind one break, and breaks. */
  tries: number;
  rounds: number;
}

export const BUS_BAUD_RATE = 1_200;
const COMMAND_BAUD_RATE = 9_600;
const COMMAND_TIMEOUT_MS = 1_000;
/**
 * A sensor answers within 15 ms. Without an answer the command is sent again at least 16.67 ms and at most 87 ms after
 * its end (section 7.2): this leaves a USB converter its 16 ms, and us some more.
 */
const BUS_ANSWER_MS = 65;
/** 1.66 ms at most stand between two characters (section 7.0); converters hand them on in lumps. */
const BUS_GAP_MS = 40;
const COMMAND_GAP_MS = 100;
/** Section 7.2: the command and at least two repeats behind one break, and at least three such rounds. */
const BUS_TRIES = 3;
const BUS_RETRIES = 2;
const COMMAND_RETRIES = 1;

const LINE_ENDS = { none: '', cr: '\r', lf: '\n', crlf: '\r\n' } as const;

export function adapterTiming(config: Sdi12LineConfig): AdapterTiming {
  const isBus = config.adapter === 'transparent';
  const sendsBreak = isBus && (config.sendBreak ?? 'serial' in config.port);
  return {
    style: config.adapter,
    sendsBreak,
    lineEnd: LINE_ENDS[config.lineEnd ?? 'none'],
    answerMs: isBus ? BUS_ANSWER_MS : (config.timeoutMs ?? COMMAND_TIMEOUT_MS),
    gapMs: isBus ? BUS_GAP_MS : COMMAND_GAP_MS,
    tries: sendsBreak ? BUS_TRIES : 1,
    rounds: 1 + (config.retries ?? (sendsBreak ? BUS_RETRIES : COMMAND_RETRIES)),
  };
}

/** The port as such an adapter usually wants it; what the configuration says goes first. */
export function adapterPort({ port, adapter }: Sdi12LineConfig): { port: LinePort; baudRate: number } {
  if (adapter === 'command') return { port, baudRate: COMMAND_BAUD_RATE };
  const usual = { parity: 'even', dataBits: 7 } as const;
  return { port: 'serial' in port ? { ...usual, ...port } : port, baudRate: BUS_BAUD_RATE };
}
