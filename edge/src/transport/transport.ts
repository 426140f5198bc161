/**
 * A line of bytes to devices: a serial port of this machine or a serial server's TCP port. Opens by itself and again
 * after it broke, with growing, jittered delays; what is wrong stands in `trouble`, in words. Bytes written while it is
 * closed are gone, as on a wire.
 */
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cancel } from '@karez/model';
import { SerialPort } from 'serialport';
import type { LinePort } from '../config.ts';
import type { EdgeDeps } from '../ports.ts';

export interface Transport {
  /** The path or address, for messages. */
  readonly name: string;
  readonly open: boolean;
  /** Why it is not open; null while it is. */
  readonly trouble: string | null;
  onOpen: () => void;
  onBytes: (bytes: Uint8Array) => void;
  onClose: () => void;
  write(bytes: Uint8Array): void;
  stop(): Promise<void>;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;
const CONNECT_MS = 10_000;
/** Bytes that may wait for a slow line; requests are a few dozen. */
const WRITE_LIMIT = 16 * 1024;

/** Starts opening at once. `baudRate` is used where the configuration names none. */
export function startTransport(port: LinePort, baudRate: number, { clock, random, logger }: EdgeDeps): Transport {
  const name = 'serial' in port ? port.serial : port.tcp;
  let stream: Duplex | undefined;
  let retry: Cancel | undefined;
  let delayMs = FIRST_DELAY_MS;
  let stopped = false;
  let open = false;
  let trouble: string | null = 'not opened yet';

  const transport = {
    name,
    get open() {
      return open;
    },
    get trouble() {
      return trouble;
    },
    onOpen: () => {},
    onBytes: (_bytes: Uint8Array) => {},
    onClose: () => {},
    write(bytes: Uint8Array) {
      if (open && stream !== undefined && stream.writableLength < WRITE_LIMIT) stream.write(bytes);
    },
    async stop() {
      stopped = true;
      retry?.();
      const last = stream;
      if (last === undefined || last.destroyed) return;
      await new Promise<void>((resolve) => {
        last.once('close', () => resolve());
        last.destroy();
      });
    },
  };

  function start(): void {
    const current = 'serial' in port ? openSerial(port.serial, port.baudRate ?? baudRate) : openTcp(port.tcp);
    stream = current.stream;
    let cause: Error | undefined;
    const ended = () => {
      if (stream !== current.stream) return;
      stream = undefined;
      const wasOpen = open;
      open = false;
      if (stopped) return;
      trouble = inWords(name, cause, wasOpen);
      if (wasOpen) {
        logger.log('warn', 'a line closed', { line: name, trouble });
        transport.onClose();
      }
      retry = clock.after(delayMs * (0.5 + random.next()), start);
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
    };
    current.stream.on('error', (error) => {
      cause = error;
      // A serial port that could not be opened says so, and closes no further.
      if (!open) ended();
    });
    current.stream.on('close', ended);
    current.stream.on('data', (chunk: Buffer) => transport.onBytes(chunk));
    current.opened(() => {
      if (stream !== current.stream || stopped) return;
      open = true;
      trouble = null;
      delayMs = FIRST_DELAY_MS;
      logger.log('info', 'a line is open', { line: name });
      transport.onOpen();
    });
  }

  retry = clock.after(0, start);
  return transport;
}

interface Opening {
  stream: Duplex;
  opened(run: () => void): void;
}

function openSerial(path: string, baudRate: number): Opening {
  const port = new SerialPort({ path, baudRate });
  return { stream: port, opened: (run) => port.once('open', run) };
}

function openTcp(address: string): Opening {
  const colon = address.lastIndexOf(':');
  const socket = connect({
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
  });
  socket.setTimeout(CONNECT_MS, () => {
    if (socket.connecting) socket.destroy(new Error('no answer'));
  });
  return { stream: socket, opened: (run) => socket.once('connect', run) };
}

function inWords(name: string, cause: Error | undefined, wasOpen: boolean): string {
  const text = cause?.message ?? (wasOpen ? 'it was closed' : 'it did not open');
  if (/No such file|ENOENT/i.test(text)) return `${name} is not there: is the device plugged in?`;
  if (/Permission denied|EACCES/i.test(text))
    return `${name} may not be opened: the gateway's user needs the group dialout`;
  if (/ECONNREFUSED/.test(text)) return `nobody answers at ${name}`;
  if (/lock/i.test(text)) return `${name} is in use by another program`;
  return `${name}: ${text}`;
}
