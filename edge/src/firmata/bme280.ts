/**
 * What the registers of a BME280 say (Bosch data sheet BST-BME280-DS002): calibration of the single sensor by section 4.2.2
 * (table 16), compensation in double precision by section 8.1, and by section 5.4 what stands there while nothing is
 * measured. Why johnny-five's own driver is not used stands in docs/decisions/0015-own-bme280.md.
 */
import { KarezError } from '@karez/model';

/** Registers and their values as they are read and set. */
export const BME280 = {
  chipId: { register: 0xd0, value: 0x60 },
  /** Calibration: first register and how many. */
  calibration: [
    [0x88, 24],
    [0xa1, 1],
    [0xe1, 7],
  ],
  /** Humidity, then temperature and pressure, each once; one measurement, then asleep (sections 5.4.3 and 5.4.5). */
  measureOnce: [
    [0xf2, 0b001],
    [0xf4, 0b001_001_01],
  ],
  /** All are measured within 9.3 ms with these settings (section 9.1). */
  measureMs: 20,
  /** Settings, state, and from 0xF7 the data, read in one go (section 4). */
  result: [0xf2, 13],
} as const;

export const CALIBRATION_BYTES = 32;
export const DATA_BYTES = 8;
const SKIPPED_20 = 0x8_0000;
const SKIPPED_16 = 0x8000;

export interface Bme280Values {
  /** °C; NaN where it was not measured, and then the others are NaN too. */
  temperature: number;
  /** % relative. */
  humidity: number;
  /** hPa. */
  pressure: number;
}

/** @param bytes registers 0x88 to 0x9F, 0xA1, 0xE1 to 0xE7. Throws FRAME_*. */
export function readCalibration(bytes: Uint8Array): Calibration {
  if (bytes.length !== CALIBRATION_BYTES)
    throw new KarezError('FRAME_TOO_SHORT', `${bytes.length} bytes of calibration instead of ${CALIBRATION_BYTES}`);
  // All of one value is a bus without a sensor.
  if (bytes.every((byte) => byte === bytes[0]))
    throw new KarezError('FRAME_MALFORMED', `a calibration of nothing but ${bytes[0]}: is a sensor at this address?`);
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const t = [at.getUint16(0, true), at.getInt16(2, true), at.getInt16(4, true)];
  const p = [at.getUint16(6, true), ...Array.from({ length: 8 }, (_, i) => at.getInt16(8 + 2 * i, true))];
  const h = [
    at.getUint8(24),
    at.getInt16(25, true),
    at.getUint8(27),
    // Twelve bits each, with their sign; they share the byte 0xE5.
    at.getInt8(28) * 16 + (at.getUint8(29) & 0x0f),
    at.getInt8(30) * 16 + (at.getUint8(29) >> 4),
    at.getInt8(31),
  ];
  return { t, p, h };
}

/**
 * The data of a result, once it is sure that they were measured as they were asked for: a sensor that lost its power has
 * forgotten the settings.
 * @param bytes registers 0xF2 to 0xFE. Throws FRAME_*.
 */
export function measuredData(bytes: Uint8Array): Uint8Array {
  const [first, count] = BME280.result;
  if (bytes.length !== count) throw new KarezError('FRAME_TOO_SHORT', `${bytes.length} registers instead of ${count}`);
  for (const [register, value] of BME280.measureOnce) {
    const is = bytes[register - first] as number;
    // The mode, its last two bits, falls back to 00 when it has measured.
    const expected = register === 0xf4 ? value & ~0b11 : value;
    if (is !== expected)
      throw new KarezError(
        'FRAME_UNEXPECTED',
        `register 0x${register.toString(16).toUpperCase()} is ${is}, not ${expected}: it did not measure`,
      );
  }
  return bytes.subarray(-DATA_BYTES);
}

/** Coefficients dig_T1 to T3, dig_P1 to P9, dig_H1 to H6, in their order. */
export interface Calibration {
  t: readonly number[];
  p: readonly number[];
  h: readonly number[];
}

/** @param bytes registers 0xF7 to 0xFE. Throws FRAME_*. */
export function readMeasurement(bytes: Uint8Array, calibration: Calibration): Bme280Values {
  if (bytes.length !== DATA_BYTES)
    throw new KarezError('FRAME_TOO_SHORT', `${bytes.length} bytes of a measurement instead of ${DATA_BYTES}`);
  if (bytes.every((byte) => byte === 0xff) || bytes.every((byte) => byte === 0))
    throw new KarezError('FRAME_MALFORMED', `a measurement of nothing but ${bytes[0]}: has the sensor gone?`);
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const twenty = (offset: number) => (at.getUint16(offset) << 4) | (at.getUint8(offset + 2) >> 4);
  const [up, ut, uh] = [twenty(0), twenty(3), at.getUint16(6)];
  if (ut === SKIPPED_20) return { temperature: Number.NaN, humidity: Number.NaN, pressure: Number.NaN };
  const fine = fineTemperature(ut, calibration.t as T);
  return {
    temperature: fine / 5120,
    humidity: uh === SKIPPED_16 ? Number.NaN : humidityOf(uh, fine, calibration.h as H),
    pressure: up === SKIPPED_20 ? Number.NaN : pressureOf(up, fine, calibration.p as P) / 100,
  };
}

type T = [number, number, number];
type P = [number, number, number, number, number, number, number, number, number];
type H = [number, number, number, number, number, number];

/** t_fine, by which pressure and humidity are corrected. */
function fineTemperature(ut: number, [t1, t2, t3]: T): number {
  const a = (ut / 16384 - t1 / 1024) * t2;
  const b = (ut / 131072 - t1 / 8192) ** 2 * t3;
  return a + b;
}

/** Pa. */
function pressureOf(up: number, fine: number, [p1, p2, p3, p4, p5, p6, p7, p8, p9]: P): number {
  const half = fine / 2 - 64000;
  const second = (half * half * p6) / 32768 + half * p5 * 2;
  const offset = second / 4 + p4 * 65536;
  const slope = (1 + ((p3 * half * half) / 524288 + p2 * half) / 524288 / 32768) * p1;
  if (slope === 0) return Number.NaN;
  const pa = ((1048576 - up - offset / 4096) * 6250) / slope;
  return pa + ((p9 * pa * pa) / 2147483648 + (pa * p8) / 32768 + p7) / 16;
}

/** % relative. */
function humidityOf(uh: number, fine: number, [h1, h2, h3, h4, h5, h6]: H): number {
  const warmth = fine - 76800;
  const raw = uh - (h4 * 64 + (h5 / 16384) * warmth);
  const slope = (h2 / 65536) * (1 + (h6 / 67108864) * warmth * (1 + (h3 / 67108864) * warmth));
  const linear = raw * slope;
  return Math.min(100, Math.max(0, linear * (1 - (h1 * linear) / 524288)));
}
