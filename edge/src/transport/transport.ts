/**
 * A line of bytes to devices: a serial port of this machine, a serial server's TCP port, or a port where devices
 * report by UDP or TCP. Opens by itself and again
 * after it broke, with growing, jittered delays; what is wrong stands in `trouble`, in words that a person can act on.
 */
import { type Cancel, KarezError } from '@karez/model';
import { type AnyPort, portName } from '../config/port.ts';
import type { EdgeDeps } from '../ports.ts';
import type { Connect, Connection } from './connection.ts';
import { connectSerial } from './serial.ts';
import { connectTcp } from './tcp.ts';
import { listenTcp } from './tcp-listen.ts';
import { connectUdp, listenUdp } from './udp.ts';

export interface Transport {
  /** The path or address, for messages. */
  readonly name: string;
  readonly open: boolean;
  /** Why it is not open; null while it is. */
  readonly trouble: string | null;
  onOpen: () => void;
  /** `from` names the peer on ports where several may speak. */
  onBytes: (bytes: Uint8Array, from?: string) => void;
  onClose: () => void;
  /** @throws KarezError TRANSPORT_CLOSED while it is not open, or takes no bytes. */
  write(bytes: Uint8Array, to?: string): void;
  /** Begins or ends a break; resolves with false where the port is not open or cannot make one. */
  setBreak?(isOn: boolean): Promise<boolean>;
  /** Resolves once the port is free for others. */
  stop(): Promise<void>;
}

export type OpenTransport = (port: AnyPort, baudRate: number, deps: EdgeDeps) => Transport;

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;
const CONNECT_MS = 10_000;
/** Bytes that may wait for a slow line; requests are a few dozen. */
const WRITE_LIMIT = 16 * 1024;
/** A TCP line without a byte for this long is opened anew: the other end may be gone without a word. */
const QUIET_MS = 60_000;
/** Twice as long each time that it did not help: a drone may be switched off for months. */
const LONGEST_QUIET_MS = 900_000;

const connectPort: Connect = (port, baudRate, events) => {
  if ('serial' in port) return connectSerial({ ...port, baudRate: port.baudRate ?? baudRate }, events);
  if ('tcp' in port) return connectTcp(port.tcp, events);
  if ('tcpListen' in port) return listenTcp(port.tcpListen, events);
  return 'udp' in port ? connectUdp(port.udp, events) : listenUdp(port.udpListen, events);
};

/** Starts opening at once. `baudRate` is used where the configuration names none. */
export function startTransport(
  port: AnyPort,
  baudRate: number,
  { clock, random, logger }: EdgeDeps,
  connect: Connect = connectPort,
): Transport {
  const name = portName(port);
  let current: Connection | undefined;
  let timer: Cancel | undefined;
  let delayMs = FIRST_DELAY_MS;
  let quietMs = QUIET_MS;
  let heardMs = 0;
  let stopped = false;
  let open = false;
  let trouble: string | null = 'not opened yet';
  /** Why we closed it ourselves. */
  let given: string | undefined;

  const transport: Transport = {
    name,
    get open() {
      return open;
    },
    get trouble() {
      return trouble;
    },
    onOpen: () => {},
    onBytes: () => {},
    onClose: () => {},
    write(bytes, to) {
      if (!open || current === undefined) throw new KarezError('TRANSPORT_CLOSED', trouble ?? `${name} is not open`);
      if (current.waiting >= WRITE_LIMIT)
        throw new KarezError('TRANSPORT_CLOSED', `${name} takes no bytes: is the other end stalled?`);
      current.write(bytes, to);
    },
    setBreak: async (isOn) => open && ((await current?.setBreak?.(isOn)) ?? false),
    async stop() {
      stopped = true;
      open = false;
      timer?.();
      await current?.close();
    },
  };

  function later(ms: number, run: () => void): void {
    timer?.();
    timer = clock.after(ms, run);
  }

  /** Closes it, to be opened anew. */
  function giveUp(why: string): void {
    given = why;
    void current?.close();
  }

  function start(): void {
    given = undefined;
    const mine: Connection = connect(port, baudRate, {
      opened() {
        if (stopped) return;
        open = true;
        trouble = null;
        delayMs = FIRST_DELAY_MS;
        heardMs = clock.monoMs();
        logger.log('info', 'a line is open', { line: name });
        if ('tcp' in port) later(quietMs, watch);
        else timer?.();
        transport.onOpen();
      },
      bytes(bytes, from) {
        if (stopped) return;
        heardMs = clock.monoMs();
        quietMs = QUIET_MS;
        transport.onBytes(bytes, from);
      },
      ended(cause) {
        const wasOpen = open;
        open = false;
        if (stopped) return;
        current = undefined;
        trouble = given ?? inWords(name, cause, wasOpen);
        if (wasOpen) {
          logger.log('warn', 'a line closed', { line: name, trouble });
          transport.onClose();
        }
        later(delayMs * (0.5 + random.next()), start);
        delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
      },
    });
    current = mine;
    later(CONNECT_MS, () =>
      giveUp(!('serial' in port) ? `no answer from ${name}: is it on and in this network?` : `${name} does not open`),
    );
  }

  function watch(): void {
    const quiet = clock.monoMs() - heardMs;
    if (quiet < quietMs) {
      later(quietMs - quiet, watch);
      return;
    }
    giveUp(`nothing came from ${name} for ${Math.round(quiet / 1000)} s: opened anew`);
    quietMs = Math.min(quietMs * 2, LONGEST_QUIET_MS);
  }

  later(0, start);
  return transport;
}

function inWords(name: string, cause: Error | undefined, wasOpen: boolean): string {
  const text = cause?.message ?? '';
  if (/No such file|ENOENT/i.test(text)) return `${name} is not there: is the device plugged in?`;
  if (/Permission denied|EACCES/i.test(text))
    return `${name} may not be opened: the gateway's user needs the group dialout`;
  if (/lock/i.test(text)) return `${name} is in use by another program`;
  if (/ECONNREFUSED/.test(text)) return `nobody answers at ${name}: is the serial server on, is the port right?`;
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return `no address is known for ${name}: is the name right?`;
  if (/EADDRINUSE/.test(text)) return `${name} is taken by another program of this machine`;
  if (/EADDRNOTAVAIL/.test(text)) return `${name} is no address of this machine`;
  if (/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/.test(text)) return `${name} cannot be reached: is it on, is the network up?`;
  if ((cause as { disconnected?: boolean } | undefined)?.disconnected === true)
    return `${name} has gone: was it unplugged?`;
  if (/ECONNRESET|EPIPE/.test(text)) return `${name} broke the connection`;
  return `${name}: ${text || (wasOpen ? 'the other end closed it' : 'it did not open')}`;
}
