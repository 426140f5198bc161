/** Shows the bytes that go over a line, both ways, while somebody else talks over it. */
import type { Clock } from '@karez/model';
import type { OpenTransport, Transport } from '../transport/transport.ts';

export interface Tap {
  open: OpenTransport;
  /** The line itself, once somebody opened it. */
  transport(): Transport | undefined;
  /** Shows now what came in and waits to be shown in one piece. */
  flush(): void;
}

/** What comes within this time after other bytes is shown with them. */
const TOGETHER_MS = 60;
/** The newest bytes of them: a port that nobody read may have kept thousands. */
const SHOWN = 600;

/** @param show gets `→` or `←` and the bytes in words. */
export function tapOn(open: OpenTransport, clock: Clock, show: (line: string) => void): Tap {
  let transport: Transport | undefined;
  let heard: number[] = [];
  let cancel = () => {};
  const flush = () => {
    cancel();
    const before = Math.max(0, heard.length - SHOWN);
    if (heard.length > 0)
      show(`← ${before === 0 ? '' : `… ${before} bytes, then `}${bytesInWords(heard.slice(before))}`);
    heard = [];
  };
  return {
    transport: () => transport,
    flush,
    open(port, baudRate, deps) {
      const line = open(port, baudRate, deps);
      transport = line;
      let onBytes: Transport['onBytes'] = () => {};
      line.onBytes = (bytes, from) => {
        heard.push(...bytes);
        cancel();
        cancel = clock.after(TOGETHER_MS, flush);
        onBytes(bytes, from);
      };
      return {
        get name() {
          return line.name;
        },
        get open() {
          return line.open;
        },
        get trouble() {
          return line.trouble;
        },
        get onOpen() {
          return line.onOpen;
        },
        set onOpen(run) {
          line.onOpen = run;
        },
        get onClose() {
          return line.onClose;
        },
        set onClose(run) {
          line.onClose = run;
        },
        get onBytes() {
          return onBytes;
        },
        set onBytes(run) {
          onBytes = run;
        },
        write(bytes, to) {
          flush();
          show(`→ ${bytesInWords([...bytes])}`);
          line.write(bytes, to);
        },
        ...(line.setBreak === undefined ? {} : { setBreak: line.setBreak.bind(line) }),
        stop: () => line.stop(),
      };
    },
  };
}

/** Text as text, other bytes as hexadecimal pairs. */
export function bytesInWords(bytes: readonly number[]): string {
  const isText = bytes.length > 0 && bytes.every((b) => (b >= 0x20 && b < 0x7f) || b === 0x0a || b === 0x0d);
  if (isText) return JSON.stringify(String.fromCharCode(...bytes));
  return bytes.map((b) => b.toString(16).padStart(2, '0')).join(' ');
}
