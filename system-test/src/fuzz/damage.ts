/** What lines do to frames: bits turn around, bytes are lost, doubled and come from elsewhere, frames run into one another. */
import type { Random } from '@karez/model';

export type Damage = keyof typeof KINDS;

interface Luck {
  random: Random;
  /** A whole number from 0 up to, not including, n. */
  below(n: number): number;
}

/** Each gives a damaged copy; `other` is another good frame. */
const KINDS = {
  flip(bytes: Uint8Array, _other: Uint8Array, { below }: Luck) {
    const out = bytes.slice();
    for (let times = 1 + below(3); times > 0; times--) {
      const at = below(out.length);
      out[at] = (out[at] as number) ^ (1 << below(8));
    }
    return out;
  },
  byte(bytes: Uint8Array, _other: Uint8Array, { below }: Luck) {
    const out = bytes.slice();
    out[below(out.length)] = below(256);
    return out;
  },
  lose(bytes: Uint8Array, _other: Uint8Array, { below }: Luck) {
    const from = below(bytes.length);
    return join(bytes.subarray(0, from), bytes.subarray(from + 1 + below(4)));
  },
  cut(bytes: Uint8Array, _other: Uint8Array, { below }: Luck) {
    return bytes.slice(0, below(bytes.length));
  },
  behead(bytes: Uint8Array, _other: Uint8Array, { below }: Luck) {
    return bytes.slice(1 + below(bytes.length));
  },
  repeat(bytes: Uint8Array, _other: Uint8Array, { below }: Luck) {
    const from = below(bytes.length);
    const to = Math.min(bytes.length, from + 1 + below(12));
    return join(bytes.subarray(0, to), bytes.subarray(from));
  },
  insert(bytes: Uint8Array, _other: Uint8Array, luck: Luck) {
    const at = luck.below(bytes.length + 1);
    return join(bytes.subarray(0, at), noise(1 + luck.below(20), [], luck), bytes.subarray(at));
  },
  splice(bytes: Uint8Array, other: Uint8Array, { below }: Luck) {
    return join(bytes.subarray(0, below(bytes.length)), other.subarray(below(other.length)));
  },
  nest(bytes: Uint8Array, other: Uint8Array, { below }: Luck) {
    const at = below(bytes.length);
    return join(bytes.subarray(0, at), other, bytes.subarray(at));
  },
} as const satisfies Record<string, (bytes: Uint8Array, other: Uint8Array, luck: Luck) => Uint8Array>;

const NAMES = Object.keys(KINDS) as Damage[];

export function luckOf(random: Random): Luck {
  return { random, below: (n) => Math.floor(random.next() * n) };
}

/** A damaged copy of `bytes`, by one or two of the kinds; told by `tell`. Now and then it comes out as it was. */
export function damaged(bytes: Uint8Array, other: Uint8Array, luck: Luck, tell: (kind: Damage) => void): Uint8Array {
  let out = bytes;
  for (let times = luck.below(4) === 0 ? 2 : 1; times > 0 && out.length > 0; times--) {
    const kind = NAMES[luck.below(NAMES.length)] as Damage;
    tell(kind);
    out = KINDS[kind](out, other, luck);
  }
  return out;
}

/** Bytes of nobody: any, or mostly those that something begins with. */
export function noise(length: number, marks: readonly number[], { below }: Luck): Uint8Array {
  const isMarked = marks.length > 0 && below(2) === 0;
  return Uint8Array.from({ length }, () =>
    isMarked && below(3) > 0 ? (marks[below(marks.length)] as number) : below(256),
  );
}

export function join(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
