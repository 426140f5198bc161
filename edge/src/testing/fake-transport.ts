/** A line in a test's hands: what was written stands in `written`, `say` brings bytes, `open` and `close` are told. */
import { KarezError } from '@karez/model';
import type { OpenTransport, Transport } from '../transport/transport.ts';

export interface FakeTransport extends Transport {
  /** Everything that was written, one entry for each write. */
  readonly written: Uint8Array[];
  /** Called with each write; a device that answers is put here. */
  device: (bytes: Uint8Array) => void;
  /** Breaks that were made, and whether it can make any. */
  breaks: number;
  canBreak: boolean;
  /** The speed that the line asked for. */
  baudRate: number;
  say(...bytes: Uint8Array[]): void;
  /** The same from one of several peers. */
  sayFrom(from: string, ...bytes: Uint8Array[]): void;
  /** To whom each write went. */
  readonly writtenTo: (string | undefined)[];
  connect(): void;
  lose(trouble?: string): void;
}

/** The line and the way to hand it to whoever opens one. */
export function fakeTransport(): { line: FakeTransport; open: OpenTransport } {
  let open = false;
  let trouble: string | null = 'not opened yet';
  const line: FakeTransport = {
    name: 'fake',
    get open() {
      return open;
    },
    get trouble() {
      return trouble;
    },
    baudRate: 0,
    breaks: 0,
    canBreak: true,
    written: [],
    writtenTo: [],
    device: () => {},
    onOpen: () => {},
    onBytes: () => {},
    onClose: () => {},
    write(bytes, to) {
      if (!open) throw new KarezError('TRANSPORT_CLOSED', 'fake is not open');
      line.written.push(bytes.slice());
      line.writtenTo.push(to);
      line.device(bytes);
    },
    async setBreak(isOn) {
      if (isOn && line.canBreak) line.breaks++;
      return line.canBreak;
    },
    say(...chunks) {
      for (const chunk of chunks) line.onBytes(chunk);
    },
    sayFrom(from, ...chunks) {
      for (const chunk of chunks) line.onBytes(chunk, from);
    },
    connect() {
      open = true;
      trouble = null;
      line.onOpen();
    },
    lose(reason = 'unplugged') {
      open = false;
      trouble = reason;
      line.onClose();
    },
    async stop() {
      open = false;
    },
  };
  return {
    line,
    open(_port, baudRate) {
      line.baudRate = baudRate;
      return line;
    },
  };
}
