/** JSON payloads of the simulator's soil nodes, one a message. There is no checksum: what parses and has the right form is taken. */
import { readJson } from '@karez/edge';
import type { NodeMessage } from '@karez/firmware-sim';
import { channelKey, type JsonProfile, KarezError, LIMITS, profileOf } from '@karez/model';
import { luckOf } from '../damage.ts';
import type { Target } from '../target.ts';

const profile = profileOf('wifi-soil-node') as JsonProfile;
const text = new TextEncoder();

export const json: Target = {
  ...{ name: 'mqtt-json', feeding: 'message', holdsAtMost: 0, marks: [...text.encode('{}[]":,0e-')] },
  open(random) {
    const { below } = luckOf(random);
    const taken: string[] = [];
    let refused = 0;
    let n = 0;
    return {
      next(): Uint8Array {
        const message: NodeMessage = {
          n: n++,
          t: LIMITS.earliestMs + below(2 ** 31),
          soil: [10, 30].map((d) => ({
            ...{ d, vwc: below(6) === 0 ? null : below(1_000) / 10, temp: below(900) / 10 - 30, ec: below(3_000) },
          })),
          bat: 3 + below(1_200) / 1_000,
          rssi: -below(120),
        };
        return text.encode(JSON.stringify(message));
      },
      feed(bytes) {
        try {
          const { channels, values, counter, timeMs } = readJson(profile, bytes);
          const named = channels.map((position, i) => {
            const channel = profile.channels[position] as JsonProfile['channels'][number];
            return [channelKey(channel), Number.isNaN(values[i]) ? null : values[i]];
          });
          taken.push(JSON.stringify([counter ?? null, timeMs ?? null, Object.fromEntries(named)]));
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
    const key = reading(bytes);
    return key === undefined ? [] : [{ key, at: 0, length: bytes.length }];
  },
};

const utf8 = new TextDecoder('utf-8', { fatal: true });
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const REFUSED = Symbol('refused');

/** What a soil node's payload says, read by hand from docs/PROTOCOL.md, without paths; undefined where it is refused. */
function reading(bytes: Uint8Array): string | undefined {
  let payload: unknown;
  try {
    payload = JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
  if (!isObject(payload)) return undefined;
  const own = (of: Record<string, unknown>, key: string) => (Object.hasOwn(of, key) ? of[key] : undefined);
  const values: Record<string, number | null> = {};
  try {
    const probes = byDepth(own(payload, 'soil'));
    for (const d of [10, 30]) {
      const probe = probes.get(d) ?? {};
      put(values, `soil.moisture@d${d}`, own(probe, 'vwc'), 1);
      put(values, `soil.temperature@d${d}`, own(probe, 'temp'), 2);
      put(values, `soil.ec@d${d}`, own(probe, 'ec'), 0);
    }
    put(values, 'battery.voltage', own(payload, 'bat'), 2);
    put(values, 'radio.rssi', own(payload, 'rssi'), 0);
    if (Object.keys(values).length === 0) return undefined;
    const t = orNull(own(payload, 't'), Number.isFinite);
    const n = orNull(own(payload, 'n'), (count) => Number.isSafeInteger(count) && count >= 0);
    return JSON.stringify([n, t === null ? null : Math.round(t), values]);
  } catch (error) {
    if (error === REFUSED) return undefined;
    throw error;
  }
}

function byDepth(soil: unknown): Map<number, Record<string, unknown>> {
  const probes = new Map<number, Record<string, unknown>>();
  if (soil === undefined || soil === null) return probes;
  if (!Array.isArray(soil)) throw REFUSED;
  for (const probe of soil) {
    const d = isObject(probe) && Object.hasOwn(probe, 'd') ? probe.d : undefined;
    if (typeof d !== 'number' || probes.has(d)) throw REFUSED;
    probes.set(d, probe);
  }
  return probes;
}

function put(values: Record<string, number | null>, key: string, value: unknown, decimals: number): void {
  if (value === undefined) return;
  const number = orNull(value, Number.isFinite);
  const scaled = Math.round((number ?? 0) * 10 ** decimals);
  values[key] = number === null || !Number.isSafeInteger(scaled) ? number : scaled / 10 ** decimals;
}

function orNull(value: unknown, fits: (n: number) => boolean): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !fits(value)) throw REFUSED;
  return value;
}
