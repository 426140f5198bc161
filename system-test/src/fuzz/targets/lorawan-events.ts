/**
 * Events of LoRaWAN servers, ChirpStack v4 and The Things Stack v3, as their documents show them (chirpstack.io and
 * thethingsindustries.com, Integrations), through the gateway's own reader. There is no checksum: what is not JSON is refused, an
 * undamaged one says what its payload says, and a damaged one must not crash.
 */
import { lorawanReader, type Sample } from '@karez/edge';
import { KarezError, type LorawanProfile, profileOf } from '@karez/model';
import { hexOf } from '../checksums.ts';
import { luckOf } from '../damage.ts';
import { ANYTHING } from '../round.ts';
import type { Target } from '../target.ts';

const profile = profileOf('decentlab-trs12') as LorawanProfile;
/** The raw number of 0 degrees. */
const ZERO_CELSIUS = 32_768;
const DEV_EUI = '70b3d57ba00010d3';
const text = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { fatal: true });

interface Heard {
  payload: Uint8Array;
  fCnt: number;
  timeMs: number;
  rssi: number;
}
/** Nine decimals, as both servers write times. */
const isoOf = (ms: number) => new Date(ms).toISOString().replace('Z', '123456Z');
/** What holds its default is left out. */
const unless0 = (key: string, n: number) => (n === 0 ? {} : { [key]: n });

const NETWORKS = {
  chirpstack: {
    topic: `application/a/device/${DEV_EUI}/event/up`,
    event: ({ payload, fCnt, timeMs, rssi }: Heard) => ({
      ...{ deduplicationId: 'd', time: isoOf(timeMs), devAddr: '00189440', fPort: 1 },
      deviceInfo: { tenantId: 't', applicationId: 'a', deviceName: 'soil', devEui: DEV_EUI },
      ...unless0('fCnt', fCnt),
      data: Buffer.from(payload).toString('base64'),
      rxInfo: [{ gatewayId: '0016c001f153a14c', rssi, snr: 7.5, nsTime: isoOf(timeMs + 500) }],
    }),
  },
  ttn: {
    topic: 'v3/app@ttn/devices/soil/up',
    event: ({ payload, fCnt, timeMs, rssi }: Heard) => ({
      end_device_ids: { device_id: 'soil', dev_eui: DEV_EUI.toUpperCase(), dev_addr: '260B1234' },
      received_at: isoOf(timeMs + 700),
      uplink_message: {
        ...{ f_port: 1, ...unless0('f_cnt', fCnt), frm_payload: Buffer.from(payload).toString('base64') },
        rx_metadata: [{ gateway_ids: { gateway_id: 'g' }, rssi, snr: 6, time: isoOf(timeMs) }],
        received_at: isoOf(timeMs + 600),
      },
    }),
  },
} as const;

const target = (network: keyof typeof NETWORKS): Target => {
  /** Keys of the events that were made last, by their bytes. */
  const known = new Map<string, string>();
  return {
    ...{ name: network, feeding: 'message', holdsAtMost: 0, marks: [...text.encode('{}[]":,0e-=Zn')] },
    open(random) {
      const { below } = luckOf(random);
      const taken: string[] = [];
      let refused = 0;
      let samples: Sample[] = [];
      let ignored = false;
      let rejected = false;
      const device = { id: 'soil', profile: profile.id };
      const reader = lorawanReader(
        { type: 'lorawan', name: network, network, devices: [{ ...device, devEui: DEV_EUI }] } as never,
        [{ ...device, profileRecord: profile }] as never,
        {
          accept: async (sample: Sample) => void samples.push(sample),
          reject: () => {
            rejected = true;
          },
          ignore: () => {
            ignored = true;
          },
          satelliteTime: () => {},
        } as never,
        { run: async () => ({}), stop: async () => {} } as never,
      );
      return {
        next() {
          const tenths = below(1_000) - 300;
          const heard: Heard = {
            payload: payloadOf([18_000 + below(500), ZERO_CELSIUS + tenths, below(5_000)], 3_000 + below(600)),
            ...{ fCnt: below(3), timeMs: Date.UTC(2026, 0, 1) + below(1e9), rssi: -below(120) },
          };
          const bytes = text.encode(JSON.stringify(NETWORKS[network].event(heard)));
          known.set(hexOf(bytes), `${heard.timeMs}: ${tenths}`);
          if (known.size > 64) known.delete(known.keys().next().value as string);
          return bytes;
        },
        async feed(bytes) {
          samples = [];
          ignored = false;
          rejected = false;
          try {
            await reader.take(NETWORKS[network].topic, bytes, 0);
          } catch (error) {
            // What may be tried again is not there: the intake takes everything.
            if (!(error instanceof KarezError)) throw error;
            throw new Error(`it wants to be sent again: ${error.message}`, { cause: error });
          }
          if (samples.some(({ values }) => values.some((n) => !Number.isNaN(n) && !Number.isFinite(n))))
            throw new Error(`an infinite value: ${JSON.stringify(samples)}`);
          if (samples.length > 0) taken.push(keyOf(samples));
          else if (ignored) taken.push('no uplink');
          else if (rejected) refused++;
          else throw new Error('neither taken nor refused');
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
      const key = known.get(hexOf(bytes));
      if (key !== undefined) return [{ key, at: 0, length: bytes.length }];
      return isObject(bytes) ? [{ key: ANYTHING, at: 0, length: bytes.length }] : [];
    },
  };
};

export const chirpstack = target('chirpstack');
export const ttn = target('ttn');

/** DL-TRS12: version 2, device 4307, all sensors, three words of the probe and the battery in millivolts (its data sheet). */
function payloadOf(words: number[], millivolts: number): Uint8Array {
  const word = (n: number) => [(n >> 8) & 0xff, n & 0xff];
  return Uint8Array.of(2, 0x10, 0xd3, 0, 3, ...words.flatMap(word), ...word(millivolts));
}

/** What tells one event from another here: its time and its temperature in tenths of a degree. */
function keyOf(samples: Sample[]): string {
  const { timeMs, channels, values } = samples[0] as Sample;
  const at = channels.findIndex((c) => profile.channels[c]?.quantity === 'soil.temperature');
  return `${Math.round(timeMs as number)}: ${at === -1 ? 'nothing' : Math.round((values[at] as number) * 10)}`;
}

function isObject(bytes: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
