/** What hangs on a board, each in its own way of being read. */
import { type FirmataProfile, type FirmataReading, KarezError } from '@karez/model';
import { BME280, CALIBRATION_BYTES, measuredData, readCalibration, readMeasurement } from './bme280.ts';
import type { BoardAnswer, BoardOrder } from './board.ts';
import { DHT_BACKPACK, readBackpack } from './dht-backpack.ts';

/** What a measurement gives. NaN is absent. */
export interface Measured {
  values: Partial<Record<FirmataReading, number>>;
  /** Of what must be stored once and no more. */
  counter?: number;
  /** When it was, by the gateway's clock, UTC ms; left out, it is now. */
  timeMs?: number;
  /** It was measured before this start. */
  historical?: boolean;
  /** To be called once it is stored. */
  stored?(): Promise<void>;
}

/** The board as a sensor sees it. */
export interface BoardHands {
  /** @throws KarezError DEVICE_TIMEOUT, TRANSPORT_CLOSED. */
  ask<O extends BoardOrder>(order: O): Promise<BoardAnswer<O>>;
  wait(ms: number): Promise<void>;
}

export interface BoardSensor {
  /** Time from the board's start to its first measurement, ms. */
  readonly firstMs: number;
  /** The board was taken up, for the first time or anew. */
  began(analogMax: number): void;
  analog?(value: number): void;
  level?(level: number, nowMs: number): void;
  /** @throws KarezError in words: DEVICE_TIMEOUT, FRAME_*, TRANSPORT_CLOSED. */
  measure(board: BoardHands): Promise<Measured>;
}

/** Values of an interval that are kept to find the middle one. */
const MOST_SAMPLES = 600;
/** So many are enough for a first value. */
const FIRST_SAMPLES = 5;

/** The median of what came since the last time: one wrong conversion does not count. */
export function analogSensor(
  { endsAbsent }: Pick<FirmataProfile, 'endsAbsent'>,
  pin: string,
  samplingMs: number,
): BoardSensor {
  let samples: number[] = [];
  let highest = 1023;
  return {
    firstMs: FIRST_SAMPLES * samplingMs,
    began(analogMax) {
      samples = [];
      highest = analogMax;
    },
    analog(value) {
      samples.push(value);
      if (samples.length > MOST_SAMPLES) samples.shift();
    },
    async measure() {
      if (samples.length === 0) throw new KarezError('DEVICE_TIMEOUT', `no value came from ${pin}`);
      const raw = median(samples);
      samples = [];
      const isEnd = endsAbsent && (raw <= 0 || raw >= highest);
      return { values: { raw: isEnd ? Number.NaN : raw } };
    },
  };
}

/** The middle one, or the middle of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Asks for everything each time, the calibration too: a sensor may have been changed for another. */
export function bme280Sensor(address: number): BoardSensor {
  const read = (board: BoardHands, [register, count]: readonly [number, number]) =>
    board.ask({ what: 'i2c-read', address, register, count });
  return {
    firstMs: 0,
    began() {},
    async measure(board) {
      const [id] = await read(board, [BME280.chipId.register, 1]);
      if (id !== BME280.chipId.value) throw wrongChip(id as number);
      const calibration = new Uint8Array(CALIBRATION_BYTES);
      let at = 0;
      for (const part of BME280.calibration) {
        calibration.set(await read(board, part), at);
        at += part[1];
      }
      for (const bytes of BME280.measureOnce) await board.ask({ what: 'i2c-write', address, bytes });
      await board.wait(BME280.measureMs);
      const data = measuredData(await read(board, BME280.result));
      return { values: { ...readMeasurement(data, readCalibration(calibration)) } };
    },
  };
}

function wrongChip(id: number): KarezError {
  const what = id === 0x58 ? 'a BMP280, which measures no humidity' : `a chip that calls itself ${id}`;
  return new KarezError('FRAME_UNEXPECTED', `there is ${what}: not a BME280`);
}

export function dhtSensor(address: number, dht: number): BoardSensor {
  let isTold = false;
  return {
    firstMs: 0,
    began() {
      isTold = false;
    },
    async measure(board) {
      // Told each time: a backpack that lost its power has forgotten it.
      await board.ask({ what: 'i2c-write', address, bytes: [DHT_BACKPACK.pin, dht] });
      if (!isTold) await board.wait(DHT_BACKPACK.measureMs);
      isTold = true;
      const count = DHT_BACKPACK.dataBytes;
      return { values: readBackpack(await board.ask({ what: 'i2c-read', address, register: null, count })) };
    },
  };
}
