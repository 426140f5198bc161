/**
 * Payloads of the LoRaWAN devices that the simulator plays, written from the makers' documents for the simulator alone. A
 * value that is not there (NaN) becomes the device's own mark for that, or is left out where the device does so.
 */
import { clamp } from '../world/noise.ts';

/** What a device measures; battery in volts and in per cent. */
export type LorawanValues = Readonly<Record<string, number>>;

export interface SimLorawanDevice {
  senses: 'soil' | 'weather';
  fPort: number;
  /** `number` is the device's own, for those that send one. */
  payload(values: LorawanValues, number: number): Uint8Array;
}

const within = (value: number, low: number, high: number) => clamp(Math.round(value), low, high);
/** 16 bits, high byte first. */
const be = (value: number) => [(value >>> 8) & 0xff, value & 0xff];
const le = (value: number) => be(value).toReversed();
const u16 = (value: number, absent = 0xffff) => (Number.isNaN(value) ? absent : within(value, 0, 0xffff));
const i16 = (value: number, absent = 0x7fff) =>
  Number.isNaN(value) ? absent : within(value, -0x8000, 0x7fff) & 0xffff;
const of = (values: LorawanValues, name: string): number => {
  const value = values[name];
  if (value === undefined) throw new Error(`a simulated device sends ${name}, which nothing measures`);
  return value;
};
const isThere = (values: LorawanValues, ...names: string[]) => names.every((name) => !Number.isNaN(of(values, name)));

/** Decentlab's protocol 2: number, flags, the words of the sensor, the battery in mV. A sensor that is unplugged has no flag. */
function decentlab(
  senses: SimLorawanDevice['senses'],
  names: readonly string[],
  words: (v: LorawanValues) => number[],
): SimLorawanDevice {
  return {
    ...{ senses, fPort: 1 },
    payload(v, number) {
      const sensor = names.some((name) => isThere(v, name)) ? words(v) : [];
      const flags = sensor.length === 0 ? 2 : 3;
      return Uint8Array.from([2, ...[number, flags, ...sensor, u16(of(v, 'batteryV') * 1_000)].flatMap(be)]);
    },
  };
}
const SOIL = ['moisturePct', 'temperatureC', 'ecUsCm'];
/** Offset by 32768; 0 where there is no answer. */
const offset = (value: number, times: number) => (Number.isNaN(value) ? 0 : within(value * times + 32_768, 1, 0xfffe));

/** Dragino's and Milesight's probes do not answer value by value: where one is gone, all are. */
const soilOrNone = (v: LorawanValues) =>
  isThere(v, ...SOIL) ? v : { ...v, moisturePct: Number.NaN, temperatureC: Number.NaN, ecUsCm: Number.NaN };

export const SIM_LORAWAN_DEVICES = {
  'decentlab-trs12': decentlab('soil', SOIL, (v) => [
    // The inverse of METER's curve for mineral soil, in tenths of a count.
    u16(((of(v, 'moisturePct') / 100 + 0.6956) / 0.0003879) * 10, 0),
    offset(of(v, 'temperatureC'), 10),
    u16(of(v, 'ecUsCm')),
  ]),
  'decentlab-trs21': decentlab('soil', SOIL.slice(0, 2), (v) => [
    // Campbell's (1974) retention curve of a loam, in tenths of a kPa.
    u16(clamp(3 * (45 / Math.max(of(v, 'moisturePct'), 1)) ** 5, 5, 6_500) * 10),
    offset(of(v, 'temperatureC'), 10),
  ]),
  'decentlab-atm41': decentlab('weather', ['solarWm2', 'windMs', 'temperatureC', 'pressureHpa'], (v) => {
    const angle = (of(v, 'windDeg') * Math.PI) / 180;
    return [
      ...[offset(of(v, 'solarWm2'), 1), offset(of(v, 'rainMm'), 1_000), offset(0, 1), offset(0, 1)],
      ...[offset(of(v, 'windMs'), 100), offset(of(v, 'windDeg'), 10), offset(of(v, 'gustMs'), 100)],
      ...[offset(of(v, 'temperatureC'), 10), offset(of(v, 'vapourKpa'), 100), offset(of(v, 'pressureHpa') / 10, 100)],
      ...[offset(of(v, 'humidityPct'), 10), offset(of(v, 'temperatureC') + 0.1, 10), offset(0.2, 10), offset(-2.4, 10)],
      ...[
        offset(86, 1),
        offset(of(v, 'windMs') * Math.cos(angle), 100),
        offset(of(v, 'windMs') * Math.sin(angle), 100),
      ],
    ];
  }),
  'dragino-lse01': {
    ...{ senses: 'soil', fPort: 2 },
    payload(values) {
      const v = soilOrNone(values);
      // Its two highest bits are of the battery's state; then a DS18B20, where one is plugged in.
      const battery = 0xc000 | within(of(v, 'batteryV') * 1_000, 0, 0x3fff);
      const head = [...be(battery), ...be(i16((v.ds18b20C ?? Number.NaN) * 10))];
      const soil = [u16(of(v, 'moisturePct') * 100), i16(of(v, 'temperatureC') * 100, 0xffff), u16(of(v, 'ecUsCm'))];
      return Uint8Array.from([...head, ...soil.flatMap(be), 0x90]);
    },
  },
  'dragino-lht65n': {
    ...{ senses: 'weather', fPort: 2 },
    payload(v) {
      const words = [
        0xc000 | within(of(v, 'batteryV') * 1_000, 0, 0x3fff),
        i16(of(v, 'temperatureC') * 100),
        Number.isNaN(of(v, 'humidityPct')) ? 0x0fff : within(of(v, 'humidityPct') * 10, 0, 0x0ffe),
      ];
      // Outside it has a probe of its own, on a leaf.
      return Uint8Array.from([...words.flatMap(be), 0x01, ...be(i16(of(v, 'leafC') * 100)), ...be(0x7fff)]);
    },
  },
  'sensecap-s2105': {
    ...{ senses: 'soil', fPort: 2 },
    payload(v) {
      const record = (id: number, value: number) => {
        if (Number.isNaN(value)) return [];
        const thousandths = Math.round(value * 1_000);
        return [1, ...le(id), ...le(thousandths & 0xffff), ...le(thousandths >> 16)];
      };
      const bytes = [
        ...record(0x1006, of(v, 'temperatureC')),
        ...record(0x1007, of(v, 'moisturePct')),
        ...record(0x100c, of(v, 'ecUsCm') / 1_000),
      ];
      // Where no sensor answers there is still the battery, and an interval of an hour.
      if (bytes.length === 0) bytes.push(0, ...le(7), ...le(within(of(v, 'batteryPct'), 0, 100)), ...le(60));
      return Uint8Array.from([...bytes, ...le(kermit(bytes))]);
    },
  },
  'milesight-em500-smtc': {
    ...{ senses: 'soil', fPort: 85 },
    payload(values) {
      const v = soilOrNone(values);
      const moisture = of(v, 'moisturePct');
      return Uint8Array.from([
        ...[0x01, 0x75, within(of(v, 'batteryPct'), 0, 100)],
        ...[0x03, 0x67, ...le(i16(of(v, 'temperatureC') * 10, 0xffff))],
        ...[0x04, 0x68, Number.isNaN(moisture) ? 0xff : within(moisture * 2, 0, 200)],
        ...[0x05, 0x7f, ...le(u16(of(v, 'ecUsCm')))],
      ]);
    },
  },
  'elsys-ers': {
    ...{ senses: 'weather', fPort: 5 },
    payload(v) {
      const record = (type: number, name: string, bytes: (value: number) => number[]) =>
        isThere(v, name) ? [type, ...bytes(of(v, name))] : [];
      return Uint8Array.from([
        ...record(0x01, 'temperatureC', (t) => be(i16(t * 10))),
        ...record(0x02, 'humidityPct', (h) => [within(h, 0, 100)]),
        ...record(0x04, 'lux', (light) => be(u16(light))),
        ...record(0x05, 'motions', (n) => [within(n, 0, 255)]),
        ...record(0x06, 'co2Ppm', (co2) => be(u16(co2))),
        ...record(0x07, 'batteryV', (volts) => be(u16(volts * 1_000))),
      ]);
    },
  },
} as const satisfies Record<string, SimLorawanDevice>;

export type SimLorawanKind = keyof typeof SIM_LORAWAN_DEVICES;

/** CRC-16/KERMIT by nibbles; SenseCAP puts it at the end, low byte first. */
function kermit(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc = (crc >>> 4) ^ (0x1081 * ((crc ^ byte) & 0x0f));
    crc = (crc >>> 4) ^ (0x1081 * ((crc ^ (byte >>> 4)) & 0x0f));
  }
  return crc & 0xffff;
}
