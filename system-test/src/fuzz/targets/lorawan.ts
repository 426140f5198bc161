/**
 * Payloads of LoRaWAN devices by the layouts of all profiles, from their published frames. The network has checked them, so that
 * most have no checksum of their own; those that have one are refused where it is wrong. Undamaged, each says what its maker says.
 */
import { readBytes } from '@karez/edge';
import { channelKey, KarezError, type LorawanProfile, PROFILES } from '@karez/model';
import { hexOf, kermitSum } from '../checksums.ts';
import { luckOf } from '../damage.ts';
import { ANYTHING } from '../round.ts';
import type { Target } from '../target.ts';

const profiles = PROFILES.filter(
  (profile): profile is LorawanProfile => profile.protocol === 'lorawan' && profile.layout !== undefined,
);
const published = profiles.flatMap((profile, i) =>
  profile.frames.flatMap(({ hex, values }) =>
    hex === undefined ? [] : [{ bytes: Uint8Array.of(i, ...Buffer.from(hex, 'hex')), values }],
  ),
);
const known = new Map(published.map(({ bytes, values }) => [hexOf(bytes), values]));

/** The profile that the first byte stands for, and the payload behind it. */
function split(bytes: Uint8Array): { profile: LorawanProfile; payload: Uint8Array } {
  return { profile: profiles[(bytes[0] ?? 0) % profiles.length] as LorawanProfile, payload: bytes.subarray(1) };
}

export const lorawan: Target = {
  ...{ name: 'lorawan', feeding: 'message', holdsAtMost: 0, marks: [0x01, 0x02, 0x7f, 0xff] },
  open(random) {
    const { below } = luckOf(random);
    const taken: string[] = [];
    let refused = 0;
    return {
      next: () => (published[below(published.length)] as (typeof published)[number]).bytes,
      feed(bytes) {
        const { profile, payload } = split(bytes);
        try {
          const { samples } = readBytes(profile, payload);
          if (samples.length > payload.length) throw new Error(`${samples.length} samples of ${payload.length} bytes`);
          for (const { channels, values, timeMs } of samples) {
            const isSound = channels.every((c, i) => profile.channels[c] !== undefined && isValue(values[i]));
            if (!isSound || channels.length !== values.length || (timeMs !== undefined && !Number.isFinite(timeMs)))
              throw new Error(`${profile.id}: ${JSON.stringify({ channels, values, timeMs })}`);
          }
          const now = samples.find((sample) => sample.historical !== true);
          const said = (now?.channels ?? []).map((c, i) => {
            const value = now?.values[i] as number;
            return [
              channelKey(profile.channels[c] as LorawanProfile['channels'][number]),
              Number.isNaN(value) ? null : value,
            ];
          });
          taken.push(keyOf(Object.fromEntries(said)));
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
    const values = known.get(hexOf(bytes));
    if (values !== undefined) return [{ key: keyOf(values), at: 0, length: bytes.length }];
    const { profile, payload } = split(bytes);
    const isSpoiled = profile.layout?.kind === 'records' && profile.layout.checksum !== undefined && !isSealed(payload);
    return isSpoiled ? [] : [{ key: ANYTHING, at: 0, length: bytes.length }];
  },
};

/** A number, or NaN for absent; never an infinite one. */
const isValue = (value: number | undefined) => value !== undefined && (Number.isNaN(value) || Number.isFinite(value));

/** Ordered, so that two that say the same are the same. */
function keyOf(values: Record<string, number | null>): string {
  return JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isSealed(bytes: Uint8Array): boolean {
  if (bytes.length < 2) return false;
  const sum = kermitSum(bytes.subarray(0, -2));
  return bytes.at(-2) === (sum & 0xff) && bytes.at(-1) === sum >> 8;
}
