/** One opening of a port, from the first try to its end: what the transport holds, then throws away and makes anew. */
import type { AnyPort } from '../config/port.ts';

export interface Connection {
  /** Bytes given to `write` that have not left yet. */
  readonly waiting: number;
  /** `to` names one of several peers, as `bytes` did; left out, all of them that are known. */
  write(bytes: Uint8Array, to?: string): void;
  /** Begins or ends a break, once what was written has left; resolves with false where the port cannot make one. Left out where it never can. */
  setBreak?(isOn: boolean): Promise<boolean>;
  /** Ends it; resolves once the port is free for others. `ended` is still called. */
  close(): Promise<void>;
}

export interface ConnectionEvents {
  opened(): void;
  /** `from` names the peer where there may be several. */
  bytes(bytes: Uint8Array, from?: string): void;
  /** Exactly once, whether it was ever open or not; without a cause it was closed in order. */
  ended(cause?: Error): void;
}

/** Starts opening `port`. Never throws: what goes wrong comes by `ended`. */
export type Connect = (port: AnyPort, baudRate: number, events: ConnectionEvents) => Connection;
