/**
 * What the fuzz needs to know of a decoder: how bytes are given to it, how good frames are made (by the simulator's
 * encoders or from recorded ones, never by the code under test), and what a slow reader that stands apart finds in the
 * same bytes. A protocol is one file under targets/ and a row of targets.ts.
 */
import type { Random } from '@karez/model';

/** Something whole in a stream: what it is, where it begins and how long it is. */
export interface Found {
  /** Says the same of the same frame as the subject does: mostly its bytes in hexadecimal digits. */
  key: string;
  at: number;
  length: number;
}

/** A decoder that lives through all rounds. */
export interface Subject {
  /** The next good frame as the device sends it; asks for it first where the protocol asks. */
  next(): Uint8Array | Promise<Uint8Array>;
  /** Asks for what `answer` answers, so that a kept round can be played again. Only where the protocol asks. */
  ask?(answer: Uint8Array): void | Promise<void>;
  /** Bytes come in; a message where the protocol has messages. */
  feed(bytes: Uint8Array): void | Promise<void>;
  /** Lets so much time pass that nothing is waited for any more. Bytes that a line would bring meanwhile are returned. */
  settle(): void | Uint8Array | Promise<void>;
  /** Keys of what was taken since the last call. */
  taken(): string[];
  /** Bytes that it holds now. */
  readonly held: number;
  /** Frames, messages or answers that it refused. */
  readonly refused: number;
  /** Bytes that it says belonged to nothing it took, where it counts them. */
  readonly skipped?: number;
}

/**
 * How a decoder is fed. `stream`: bytes however they are cut, several frames a round. `answer`: the same, but one answer to
 * one question. `message`: whole messages.
 */
export type Feeding = 'stream' | 'answer' | 'message';

export interface Target {
  name: string;
  feeding: Feeding;
  /** Most bytes that it may hold, whatever comes. */
  holdsAtMost: number;
  /** Bytes that are often where something begins: noise is made of them too. */
  marks: readonly number[];
  open(random: Random): Subject;
  /**
   * Everything in `bytes` that is whole and whose checksum is right, in order, by a reader that shares no code with the one
   * under test. For messages: the message, or nothing.
   * @param asked the good answer, where the protocol asks.
   */
  oracle(bytes: Uint8Array, asked: Uint8Array): Found[];
}
