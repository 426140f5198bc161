/**
 * What the gateway and the thread with johnny-five in it (board-thread.ts) say to one another. Bytes come and go through the
 * gateway's own transport; the thread turns whole messages into values and orders into bytes.
 */

/** What of a board is used. */
export interface BoardPlan {
  /** How often the board sends its analog values, ms. */
  samplingMs: number;
  /** Analog channels: 0 is A0. */
  analog: readonly number[];
  /** Digital pins that are read, each with its pull-up. */
  inputs: readonly number[];
  outputs: readonly { pin: number; activeLow: boolean; safe: boolean }[];
  /** Whether anything hangs on I2C. */
  i2c: boolean;
}

/** Orders that are answered, each once. */
export type BoardOrder =
  /** Bytes to a device on I2C. Answered as soon as they are on their way: Firmata confirms nothing. */
  | { what: 'i2c-write'; address: number; bytes: readonly number[] }
  /** Bytes of a device on I2C, from a register or, where that is null, as they come. Answered with the bytes. */
  | { what: 'i2c-read'; address: number; register: number | null; count: number }
  /** Switches and asks the board what it has. Answered with that. */
  | { what: 'switch'; pin: number; on: boolean }
  /** Asks whether the pins are as they were set. Answered with null, or what is wrong in words. */
  | { what: 'check' };

export type BoardAnswer<O extends BoardOrder = BoardOrder> = O extends { what: 'i2c-read' }
  ? Uint8Array
  : O extends { what: 'switch' }
    ? boolean
    : O extends { what: 'check' }
      ? string | null
      : null;

export type ToBoard = { bytes: Uint8Array } | { order: number; is: BoardOrder };

export type FromBoard =
  | { write: Uint8Array }
  | {
      ready: {
        /** Name and version of the firmware, e.g. "StandardFirmata.ino 2.5". */
        firmware: string;
        /** The highest value of an analog pin. */
        analogMax: number;
        /** Why something of the plan cannot be used: by `A0`, `2` or `i2c`. */
        unfit: Record<string, string>;
      };
    }
  | { analog: number; value: number }
  | { input: number; level: number }
  | { answered: number; answer: BoardAnswer }
  | { failed: number; why: string }
  /** Something that johnny-five or the board complains of. */
  | { complaint: string };

/** A thread that drives one board, from one opening of its port or one start of the board to the next. */
export interface BoardThread {
  send(message: ToBoard): void;
  /** Ends it; nothing more comes from it. */
  stop(): Promise<void>;
}

export interface BoardEvents {
  said(message: FromBoard): void;
  /** It ended by itself. */
  ended(why: string): void;
}

export type StartBoard = (plan: BoardPlan, events: BoardEvents) => BoardThread;
