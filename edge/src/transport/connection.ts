/** One opening of a port, from the first try to its end: what the transport holds, then throws away and makes anew. */
import type { LinePort } from '../config/port.ts';

export interface Connection {
  /** Bytes given to `write` that have not left yet. */
  readonly waiting: number;
  write(bytes: Uint8Array): void;
  /** Begins or ends a break, once what was written has left; resolves with false where the port cannot make one. Left out where it never can. */
  setBreak?(isOn: boolean): Promise<boolean>;
  /** Ends it; resolves once the port is free for others. `ended` is still called. */
  close(): Promise<void>;
}

export interface ConnectionEvents {
  opened(): void;
  bytes(bytes: Uint8Array): void;
  /** Exactly once, whether it was ever open or not; without a cause it was closed in order. */
  ended(cause?: Error): void;
}

/** Starts opening `port`. Never throws: what goes wrong comes by `ended`. */
export type Connect = (port: LinePort, baudRate: number, events: ConnectionEvents) => Connection;
