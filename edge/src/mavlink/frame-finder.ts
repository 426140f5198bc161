/**
 * Finds frames in a stream. A frame that is refused gives up its start mark only, so that a good one inside it is found;
 * what else looks like a frame inside it is not told: it is most likely its content. Messages that nobody knows are
 * counted, not told: their checksums cannot be checked. A signature is searched for frames too, because its own bytes may
 * be lost and the next frame stand there. Holds less than one frame's bytes.
 */
import { KarezError } from '@karez/model';
import {
  frameLength,
  isSigned,
  judge,
  MAGIC_1,
  MAGIC_2,
  type MavlinkFrame,
  messageId,
  readFrame,
  refusal,
  SIGNATURE_BYTES,
  type Verdict,
} from './frame.ts';

export class FrameFinder {
  #held = new Uint8Array(0);
  /** Where the held bytes begin in the stream. */
  #from = 0;
  /** Up to there, what is refused is not told. */
  #quietTo = 0;
  /** What looks like a frame of a message that no dialect has, by its number. */
  readonly unknown = new Map<number, number>();
  /** Frames that are whole, of dialects that are not read here. */
  elsewhere = 0;
  /** Up to there stands the signature of the last frame. */
  #signatureTo = 0;
  /** Bytes that belonged to no frame. */
  skipped = 0;
  readonly #frame: (frame: MavlinkFrame) => void;
  readonly #bad: (error: KarezError, bytes: Uint8Array) => void;

  constructor(frame: (frame: MavlinkFrame) => void, bad: (error: KarezError, bytes: Uint8Array) => void) {
    this.#frame = frame;
    this.#bad = bad;
  }

  /** Bytes that may be the beginning of a frame. */
  get waiting(): number {
    return this.#held.length;
  }

  /** Names the start mark that the rest of a frame is awaited behind: it changes when something was found or given up. */
  get head(): number {
    return this.#from;
  }

  push(chunk: Uint8Array): void {
    this.#search(this.#held.length === 0 ? chunk : joined(this.#held, chunk), 0);
  }

  /** Looks behind the start mark whose frame did not come: it was none, or its end is lost. */
  giveUp(): void {
    const bytes = this.#held;
    if (bytes.length === 0) return;
    if (this.#from >= this.#quietTo) {
      const length = frameLength(bytes, 0);
      const asked = length === undefined ? '' : ` of ${length}`;
      const error = new KarezError('FRAME_TOO_SHORT', `the rest did not come: ${bytes.length} bytes${asked}`);
      this.#bad(error, bytes.slice());
    }
    this.#skip(0);
    this.#search(bytes, 1);
  }

  #search(bytes: Uint8Array, from: number): void {
    let at = from;
    try {
      while (at < bytes.length) {
        if (bytes[at] !== MAGIC_1 && bytes[at] !== MAGIC_2) {
          this.#skip(at++);
          continue;
        }
        const length = frameLength(bytes, at);
        if (length === undefined || at + length > bytes.length) break;
        const verdict = judge(bytes, at, length);
        const start = at;
        if (verdict === 'good' || verdict === 'other dialect') at += this.#lengthToSearch(bytes, start, length);
        else this.#skip(at++);
        if (verdict === 'other dialect') this.elsewhere++;
        if (verdict === 'good') this.#frame(readFrame(bytes.slice(start, start + length)));
        else if (verdict !== 'other dialect') this.#refuse(verdict, bytes, start, length);
      }
    } finally {
      this.#held = bytes.slice(at);
      this.#from += at;
    }
  }

  #skip(at: number): void {
    if (this.#from + at >= this.#signatureTo) this.skipped++;
  }

  /** Bytes of a whole frame up to where the next may begin: its signature may be cut. */
  #lengthToSearch(bytes: Uint8Array, start: number, length: number): number {
    this.#signatureTo = 0;
    if (!isSigned(bytes, start)) return length;
    this.#signatureTo = this.#from + start + length;
    this.#quietTo = Math.max(this.#quietTo, this.#signatureTo);
    return length - SIGNATURE_BYTES;
  }

  #refuse(verdict: Exclude<Verdict, 'good'>, bytes: Uint8Array, start: number, length: number): void {
    if (this.#from + start < this.#quietTo) return;
    this.#quietTo = this.#from + start + length - MOST_LOST;
    if (verdict === 'unknown message') this.#count(messageId(bytes, start));
    else {
      const candidate = bytes.slice(start, start + length);
      this.#bad(refusal(verdict, candidate), candidate);
    }
  }

  #count(id: number): void {
    const times = this.unknown.get(id) ?? 0;
    this.unknown.delete(id);
    this.unknown.set(id, times + 1);
    if (this.unknown.size > MOST_UNKNOWN) this.unknown.delete(this.unknown.keys().next().value as number);
  }
}

/** Bytes that a frame may have lost for the next one, which then begins early, to be told when it is damaged too. */
const MOST_LOST = 4;
/** Unknown messages that are counted apart; which came longest ago gives way. */
const MOST_UNKNOWN = 64;

function joined(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(held.length + chunk.length);
  bytes.set(held);
  bytes.set(chunk, held.length);
  return bytes;
}
