/** Each simulated LoRaWAN device sends what the maker's published frame says, byte for byte. */
import { type LorawanProfile, profileOf } from '@karez/model';
import { expect, test } from 'vitest';
import {
  type LorawanValues,
  SIM_LORAWAN_DEVICES,
  type SimLorawanDevice,
  type SimLorawanKind,
} from './lorawan-devices.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** A published frame, what it measures by the simulator's names, and the number in it. */
const PUBLISHED: Record<SimLorawanKind, [frame: string, LorawanValues, number?]> = {
  'decentlab-trs12': [
    '0210d3000346be813d00000c80',
    { moisturePct: 0.68869, temperatureC: 31.7, ecUsCm: 0, batteryV: 3.2 },
    0x10d3,
  ],
  'decentlab-trs21': ['0201920003007580a10c25', { moisturePct: 34.2726, temperatureC: 16.1, batteryV: 3.109 }, 0x0192],
  'decentlab-atm41': [
    '02035a0003800a8000800080008009812b8014810880b4a57c820c810980027fe88056800880040bf5',
    {
      ...{ solarWm2: 10, rainMm: 0, windMs: 0.09, windDeg: 29.9, gustMs: 0.2, temperatureC: 26.4, vapourKpa: 1.8 },
      ...{ pressureHpa: 959.6, humidityPct: 52.4, batteryV: 3.061 },
    },
    0x035a,
  ],
  'dragino-lse01': [
    'ce2900f107a5099b6e2890',
    { moisturePct: 19.57, temperatureC: 24.59, ecUsCm: 28_200, ds18b20C: 24.1, batteryV: 3.625 },
  ],
  'dragino-lht65n': [
    'cbf60b0d0376010add7fff',
    { temperatureC: 28.29, humidityPct: 88.6, leafC: 27.81, batteryV: 3.062 },
  ],
  'sensecap-s2105': [
    '0106105c5d000001071048a30000010c10b40000001822',
    { temperatureC: 23.9, moisturePct: 41.8, ecUsCm: 180, batteryPct: 100 },
  ],
  'milesight-em500-smtc': [
    '01756403671901046873057ff000',
    { temperatureC: 28.1, moisturePct: 57.5, ecUsCm: 240, batteryPct: 100 },
  ],
  'elsys-ers': [
    '0100e202290400270506060308',
    { temperatureC: 22.6, humidityPct: 41, lux: 39, motions: 6, co2Ppm: 776, batteryV: Number.NaN },
  ],
};
const DEVICES: Record<SimLorawanKind, SimLorawanDevice> = SIM_LORAWAN_DEVICES;
const KINDS = Object.keys(PUBLISHED) as SimLorawanKind[];

test.each(KINDS)('%s', (kind) => {
  const [frame, values, number = 0] = PUBLISHED[kind];
  expect((profileOf(kind) as LorawanProfile).frames.map((f) => f.hex)).toContain(frame);
  expect(hex(DEVICES[kind].payload(values, number))).toBe(frame);
});

/** What each sends where no sensor answers. */
const NOTHING: Record<SimLorawanKind, string> = {
  'decentlab-trs12': '02000700020c80',
  'decentlab-trs21': '02000700020c80',
  'decentlab-atm41': '02000700020c80',
  'dragino-lse01': 'cc807fffffffffffffff90',
  'dragino-lht65n': 'cc807fff0fff017fff7fff',
  'sensecap-s2105': '0007005a003c006b0a',
  'milesight-em500-smtc': '01755a0367ffff0468ff057fffff',
  'elsys-ers': '070c80',
};

test.each(KINDS)('%s with no sensor', (kind) => {
  const names = ['moisturePct', 'temperatureC', 'ecUsCm', 'solarWm2', 'rainMm', 'windMs', 'windDeg', 'gustMs'];
  const more = ['vapourKpa', 'pressureHpa', 'humidityPct', 'leafC', 'lux', 'motions', 'co2Ppm'];
  const absent = Object.fromEntries([...names, ...more].map((name) => [name, Number.NaN]));
  const payload = DEVICES[kind].payload({ ...absent, batteryV: 3.2, batteryPct: 90 }, 7);
  expect(hex(payload)).toBe(NOTHING[kind]);
});

test('one sensor of several that does not answer has its mark in its own place', () => {
  const values = { moisturePct: Number.NaN, temperatureC: 31.7, ecUsCm: 0, batteryV: 3.2, batteryPct: 90 };
  expect(hex(DEVICES['decentlab-trs12'].payload(values, 7))).toBe('02000700030000813d00000c80');
  expect(hex(DEVICES['sensecap-s2105'].payload(values, 7))).toMatch(/^010610d47b0000010c1000000000....$/);
  // These probes have one mark for all that they measure.
  expect(hex(DEVICES['dragino-lse01'].payload(values, 7))).toBe('cc807fffffffffffffff90');
});
