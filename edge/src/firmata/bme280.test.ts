import { type FirmataProfile, profileOf } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { BME280, CALIBRATION_BYTES, measuredData, readCalibration, readMeasurement } from './bme280.ts';

const FRAME = Uint8Array.from(Buffer.from((profileOf('bme280') as FirmataProfile).frames[0]?.hex as string, 'hex'));
const calibration = FRAME.slice(0, CALIBRATION_BYTES);
const data = FRAME.slice(CALIBRATION_BYTES);

/** Registers with these coefficients, written by table 16 of the data sheet. */
function registers(t: number[], p: number[], h: number[]): Uint8Array {
  const bytes = Buffer.alloc(CALIBRATION_BYTES);
  for (const [i, value] of [...t, ...p].entries())
    if (i === 0 || i === 3) bytes.writeUInt16LE(value, 2 * i);
    else bytes.writeInt16LE(value, 2 * i);
  const [h1, h2, h3, h4, h5, h6] = h as [number, number, number, number, number, number];
  bytes.writeUInt8(h1, 24);
  bytes.writeInt16LE(h2, 25);
  bytes.writeUInt8(h3, 27);
  bytes.writeInt8(h4 >> 4, 28);
  bytes.writeUInt8((h4 & 0x0f) | ((h5 & 0x0f) << 4), 29);
  bytes.writeInt8(h5 >> 4, 30);
  bytes.writeInt8(h6, 31);
  return Uint8Array.from(bytes);
}

/** Raw values as they stand from 0xF7 on. */
function raw(up: number, ut: number, uh: number): Uint8Array {
  const twenty = (n: number) => [n >> 12, (n >> 4) & 0xff, (n & 0x0f) << 4];
  return Uint8Array.from([...twenty(up), ...twenty(ut), uh >> 8, uh & 0xff]);
}

describe('values', () => {
  test('are those of the worked example (BMP280 data sheet BST-BMP280-DS001, 3.12, whose formulas are the same)', () => {
    const own = readCalibration(
      registers([27504, 26435, -1000], [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000], [0, 0, 0, 0, 0, 0]),
    );
    const { temperature, pressure } = readMeasurement(raw(415_148, 519_888, 0), own);
    expect(temperature).toBeCloseTo(25.08, 2);
    expect(pressure).toBeCloseTo(1006.5327, 3);
  });

  test('of a sensor are those that were published with its registers', () => {
    const { temperature, humidity, pressure } = readMeasurement(data, readCalibration(calibration));
    expect(temperature).toBeCloseTo(24.44, 2);
    expect(humidity).toBeCloseTo(54.17, 2);
    expect(pressure).toBeCloseTo(996.21, 2);
  });

  test('need the sign of the twelve-bit coefficients', () => {
    const coefficients = readCalibration(
      registers([1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9], [75, 353, 0, -340, -50, -30]),
    );
    expect(coefficients.h).toEqual([75, 353, 0, -340, -50, -30]);
    expect(readCalibration(calibration).h).toEqual([75, 357, 0, 331, 0, 30]);
  });

  test('are absent where the sensor says that it did not measure (section 5.4)', () => {
    const own = readCalibration(calibration);
    const { temperature, humidity, pressure } = readMeasurement(raw(0x80000, 519_888, 0x8000), own);
    expect([Number.isNaN(temperature), humidity, pressure]).toEqual([false, Number.NaN, Number.NaN]);
    const nothing = readMeasurement(raw(415_148, 0x80000, 30_000), own);
    expect(Object.values(nothing)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  test('of humidity stay between nothing and all', () => {
    const own = readCalibration(calibration);
    expect(readMeasurement(raw(415_148, 519_888, 0xffff), own).humidity).toBe(100);
    expect(readMeasurement(raw(415_148, 519_888, 1), own).humidity).toBe(0);
  });
});

describe('is refused', () => {
  const own = readCalibration(calibration);
  test.each([
    ['a bus without a sensor', () => readCalibration(new Uint8Array(CALIBRATION_BYTES).fill(0xff)), /nothing but 255/],
    ['no calibration', () => readCalibration(new Uint8Array(CALIBRATION_BYTES)), /nothing but 0/],
    ['a cut calibration', () => readCalibration(calibration.subarray(1)), /31 bytes of calibration instead of 32/],
    ['a sensor that went', () => readMeasurement(new Uint8Array(8).fill(0xff), own), /nothing but 255/],
    ['a measurement of zeros', () => readMeasurement(new Uint8Array(8), own), /nothing but 0/],
    ['a cut measurement', () => readMeasurement(data.subarray(2), own), /6 bytes of a measurement instead of 8/],
  ])('%s', (_, read, message) => {
    expect(read).toThrow(message);
  });

  test('a result of a sensor that has forgotten its settings', () => {
    const result = (hum: number, control: number) => Uint8Array.from([hum, 0, control, 0, 0, ...data]);
    expect(measuredData(result(0b001, 0b001_001_00))).toEqual(data);
    expect(() => measuredData(result(0, 0b001_001_00))).toThrow('register 0xF2 is 0, not 1: it did not measure');
    expect(() => measuredData(result(0b001, 0))).toThrow('register 0xF4 is 0, not 36');
    expect(() => measuredData(result(0b001, 0b001_001_01))).toThrow('register 0xF4 is 37, not 36');
    expect(() => measuredData(data)).toThrow('8 registers instead of 13');
    expect(BME280.result).toEqual([0xf2, 13]);
  });
});
