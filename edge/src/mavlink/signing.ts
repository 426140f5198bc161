/**
 * MAVLink 2 signatures (mavlink.io, guide "Message Signing"): thirteen bytes behind the checksum, a link id, a time in
 * tens of microseconds since 2015, and the first six bytes of SHA-256 over key, frame, link id and time. Time must rise
 * in each stream of (system, component, link), so that nobody can send again what was heard.
 */
import { createHash } from 'node:crypto';
import type { MavlinkFrame } from './frame.ts';

const SUM_BYTES = 6;
const EPOCH_MS = Date.UTC(2015, 0, 1);
/** Units of the time in a millisecond. */
const PER_MS = 100;
/** A stream that was never heard may be so far behind what was heard last: one minute. */
const BEHIND_MOST = 60_000 * PER_MS;
/** Streams that are remembered; a vehicle has a handful. */
const STREAMS = 64;

/** 32 bytes: `hex:` and 64 digits as they are, else the SHA-256 of the passphrase, as ground stations do. */
export function keyOf(secret: string): Uint8Array {
  const digits = /^hex:([0-9a-fA-F]{64})$/.exec(secret)?.[1];
  return digits === undefined ? sha256(Buffer.from(secret, 'utf8')) : Uint8Array.from(Buffer.from(digits, 'hex'));
}

export class Signatures {
  readonly #key: Uint8Array;
  readonly #wallMs: () => number;
  /** Newest time of each stream. */
  readonly #streams = new Map<string, number>();
  #newest = 0;

  /** `wallMs` may be wrong; the time of what is sent then follows what is heard. */
  constructor(key: Uint8Array, wallMs: () => number) {
    this.#key = key;
    this.#wallMs = wallMs;
  }

  /** Why a frame is not believed, in words; undefined where it is. */
  refusal(frame: MavlinkFrame): string | undefined {
    const { signature } = frame;
    if (signature === undefined) return 'it is not signed';
    const { link, time } = readHead(signature);
    const sum = this.#sum(frame.bytes.subarray(0, -SUM_BYTES));
    if (!sum.every((byte, i) => byte === signature[i + 7])) return 'its signature does not fit the key';
    const stream = `${frame.system} ${frame.component} ${link}`;
    const last = this.#streams.get(stream);
    if (last !== undefined && time <= last) return 'its signature was used before, or is older than one that was';
    const behind = this.#now() - time;
    if (last === undefined && behind > BEHIND_MOST)
      return `the time of its signature is ${inWords(behind)} behind: it is a recording, or the vehicle lacks the time`;
    this.#streams.delete(stream);
    this.#streams.set(stream, time);
    if (this.#streams.size > STREAMS) this.#streams.delete(this.#streams.keys().next().value as string);
    this.#newest = Math.max(this.#newest, time);
    return undefined;
  }

  /** Thirteen bytes for a frame whose flag says that they come. */
  sign(frame: Uint8Array, link: number): Uint8Array {
    this.#newest = Math.max(this.#newest + 1, this.#now());
    const signature = new Uint8Array(13);
    signature[0] = link;
    for (let i = 0, rest = this.#newest; i < 6; i++, rest = Math.floor(rest / 256)) signature[i + 1] = rest % 256;
    signature.set(this.#sum(Buffer.concat([frame, signature.subarray(0, 7)])), 7);
    return signature;
  }

  /** The later of the clock's time and the newest that was heard or sent. */
  #now(): number {
    return Math.max(this.#newest, Math.floor((this.#wallMs() - EPOCH_MS) * PER_MS));
  }

  /** Over frame, link id and time. */
  #sum(bytes: Uint8Array): Uint8Array {
    return sha256(Buffer.concat([this.#key, bytes])).subarray(0, SUM_BYTES);
  }
}

function readHead(signature: Uint8Array): { link: number; time: number } {
  let time = 0;
  for (let i = 6; i >= 1; i--) time = time * 256 + (signature[i] as number);
  return { link: signature[0] as number, time };
}

function inWords(units: number): string {
  const seconds = units / PER_MS / 1000;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest());
}
