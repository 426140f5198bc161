/**
 * Sparkplug B payloads (Eclipse Sparkplug 3.0.0, section 6.4) as a small writer of protobuf makes them. There is no checksum: an
 * undamaged one says what was written, a damaged one is refused or says something else, and never crashes.
 */
import { sparkNumberOf, sparkPayload } from '@karez/edge';
import { KarezError } from '@karez/model';
import { hexOf } from '../checksums.ts';
import { luckOf } from '../damage.ts';
import { ANYTHING } from '../round.ts';
import type { Target } from '../target.ts';

/** Datatypes by number (section 6.4.16): Int32, Float is left out because it is not exact, Double, Boolean. */
const [INT32, DOUBLE, BOOLEAN] = [3, 10, 11];
const [VARINT, FIXED64, BYTES] = [0, 1, 2];

function varint(value: bigint): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return [...out, Number(rest)];
}
const field = (number: number, wire: number, bytes: number[]) => [...varint(BigInt((number << 3) | wire)), ...bytes];
const whole = (number: number, value: number | bigint) => field(number, VARINT, varint(BigInt(value)));
const part = (number: number, bytes: number[]) => field(number, BYTES, [...varint(BigInt(bytes.length)), ...bytes]);

interface Made {
  name: string;
  alias: number;
  type: number;
  value: number;
}

function metric({ name, alias, type, value }: Made, timeMs: number): number[] {
  const double = new DataView(new ArrayBuffer(8));
  double.setFloat64(0, value, true);
  const written =
    type === DOUBLE
      ? field(13, FIXED64, [...new Uint8Array(double.buffer)])
      : type === BOOLEAN
        ? whole(14, value)
        : whole(10, BigInt.asUintN(32, BigInt(value)));
  return [...part(1, [...Buffer.from(name)]), ...whole(2, alias), ...whole(3, timeMs), ...whole(4, type), ...written];
}

/** Payloads that were made last, by their bytes. */
const known = new Map<string, string>();
const keyOf = (seq: number, values: [string, number | undefined][]) => JSON.stringify([seq, values]);

export const sparkplug: Target = {
  ...{ name: 'sparkplug', feeding: 'message', holdsAtMost: 0, marks: [0x08, 0x0a, 0x12, 0x18, 0x69, 0xff, 0x80] },
  open(random) {
    const { below } = luckOf(random);
    const taken: string[] = [];
    let refused = 0;
    return {
      next() {
        const timeMs = 1_658_000_000_000 + below(1e9);
        const made = Array.from({ length: 1 + below(6) }, (_, i): Made => {
          const type = [INT32, DOUBLE, BOOLEAN][below(3)] as number;
          const value =
            type === BOOLEAN ? below(2) : type === INT32 ? below(2 ** 32) - 2 ** 31 : random.next() * 1e4 - 5e3;
          return { name: `Soil/${i}`, alias: below(300), type, value };
        });
        const seq = below(256);
        const bytes = Uint8Array.from([
          ...whole(1, timeMs),
          ...made.flatMap((one) => part(2, metric(one, timeMs))),
          ...whole(3, seq),
        ]);
        known.set(
          hexOf(bytes),
          keyOf(
            seq,
            made.map(({ name, value }) => [name, value]),
          ),
        );
        if (known.size > 64) known.delete(known.keys().next().value as string);
        return bytes;
      },
      feed(bytes) {
        try {
          const { seq, metrics } = sparkPayload(bytes);
          if (metrics.length > bytes.length) throw new Error(`${metrics.length} metrics of ${bytes.length} bytes`);
          const values = metrics.map(({ name, value, datatype }): [string, number | undefined] => {
            const number = value === undefined ? undefined : sparkNumberOf(value, datatype);
            if (number !== undefined && Math.abs(number) === Number.POSITIVE_INFINITY)
              throw new Error(`${name} is infinite`);
            return [name ?? '', number];
          });
          taken.push(keyOf(seq ?? -1, values));
        } catch (error) {
          if (!(error instanceof KarezError)) throw error;
          refused++;
        }
      },
      settle() {},
      taken: () => taken.splice(0),
      held: 0,
      get refused() {
        return refused;
      },
    };
  },
  oracle(bytes) {
    return [{ key: known.get(hexOf(bytes)) ?? ANYTHING, at: 0, length: bytes.length }];
  },
};
