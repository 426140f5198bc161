/**
 * Register maps of the Modbus devices that the simulator plays, as data: where each value stands and how it is written. They
 * were written from the makers' tables for the simulator alone, so that a wrong map at the gateway meets another hand's.
 */
import type { Slave } from './modbus-slave.ts';

/** How a value is written: whole numbers of 16 or 32 bits or a float; `-swapped` puts the low register first. */
type Coding = 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f32-swapped';

export interface Cell {
  at: number;
  /** Name of what it shows, as `modbus-values.ts` gives it. */
  value: string;
  as: Coding;
  /** Written so many times as large. Default 1. */
  times?: number;
  /** Added after that. Default 0. */
  plus?: number;
}

export interface SimModbusDevice {
  senses: 'soil' | 'weather' | 'water';
  functions: readonly number[];
  cells: readonly Cell[];
  /** Registers that always hold the same. */
  fixed?: Readonly<Record<number, number>>;
  /** What it writes for a sensor that is not there, where it has a marker for that. */
  absent?: number;
  most?: number;
}

const cell = (at: number, value: string, as: Coding, times = 1, plus = 0): Cell => ({ at, value, as, times, plus });
/** Moisture, temperature, conductivity, acidity, N, P, K in tenths and whole numbers, one after another. */
const USUAL = [
  cell(0, 'moisturePct', 'u16', 10),
  cell(1, 'temperatureC', 'i16', 10),
  cell(2, 'ecUsCm', 'u16'),
  cell(3, 'ph', 'u16', 10),
  cell(4, 'nitrogen', 'u16'),
  cell(5, 'phosphorus', 'u16'),
  cell(6, 'potassium', 'u16'),
];

export const SIM_MODBUS_DEVICES = {
  'cwt-soil-7in1': { senses: 'soil', functions: [3], cells: USUAL },
  'renke-ecthnpkph': {
    ...{ senses: 'soil', functions: [3] },
    cells: [...USUAL, cell(7, 'salinityMgL', 'u16'), cell(8, 'tdsMgL', 'u16')],
  },
  'jxbs-3001-7in1': {
    ...{ senses: 'soil', functions: [3] },
    cells: [
      cell(6, 'ph', 'u16', 100),
      cell(18, 'moisturePct', 'u16', 10),
      cell(19, 'temperatureC', 'i16', 10),
      cell(21, 'ecUsCm', 'u16'),
      cell(30, 'nitrogen', 'u16'),
      cell(31, 'phosphorus', 'u16'),
      cell(32, 'potassium', 'u16'),
    ],
    fixed: { 20: 0 },
  },
  'dfrobot-sen0604': { senses: 'soil', functions: [3], cells: USUAL.slice(0, 4) },
  'cwt-soil-3in1': { senses: 'soil', functions: [3], cells: USUAL.slice(0, 3) },
  'seeed-mtec-02': {
    ...{ senses: 'soil', functions: [3, 4] },
    cells: [
      cell(0, 'temperatureC', 'i16', 100),
      cell(1, 'moisturePct', 'u16', 100),
      cell(2, 'ecUsCm', 'u16'),
      cell(3, 'salinityMgL', 'u16'),
      cell(4, 'tdsMgL', 'u16'),
      cell(5, 'permittivity', 'u16', 100),
    ],
  },
  'truebner-smt100': {
    ...{ senses: 'soil', functions: [3, 4] },
    cells: [
      cell(0, 'temperatureC', 'u16', 100, 10_000),
      cell(1, 'moisturePct', 'u16', 100),
      cell(2, 'permittivity', 'u16', 100),
      cell(3, 'counts', 'u16'),
    ],
  },
  'catnip-rs485': {
    ...{ senses: 'soil', functions: [4] },
    cells: [cell(0, 'counts', 'u16'), cell(1, 'temperatureC', 'i16', 10)],
  },
  'dfrobot-sen0641': { senses: 'weather', functions: [3], cells: [cell(0, 'parUmol', 'u16')] },
  'apogee-sq-522': { senses: 'weather', functions: [3], cells: [cell(0, 'parUmol', 'f32')] },
  'seeed-s-ym-01': {
    ...{ senses: 'weather', functions: [3, 4] },
    cells: [cell(0, 'leafC', 'i16', 100), cell(1, 'leafWetPct', 'u16', 100)],
  },
  'dfrobot-sen0658': {
    ...{ senses: 'weather', functions: [3] },
    cells: [
      cell(500, 'windMs', 'u16', 10),
      cell(503, 'windDeg', 'u16'),
      cell(504, 'humidityPct', 'u16', 10),
      cell(505, 'temperatureC', 'i16', 10),
      cell(506, 'noiseDb', 'u16', 10),
      cell(507, 'pm25', 'u16'),
      cell(508, 'pm10', 'u16'),
      cell(509, 'pressureHpa', 'u16'),
      cell(510, 'lux', 'u32'),
    ],
    fixed: { 501: 0, 502: 0 },
  },
  'sensecap-one': {
    ...{ senses: 'weather', functions: [4] },
    cells: [
      cell(0, 'temperatureC', 'i32', 1_000),
      cell(2, 'humidityPct', 'i32', 1_000),
      cell(4, 'pressureHpa', 'i32', 100_000),
      cell(6, 'lux', 'i32', 1_000),
      cell(8, 'windDeg', 'i32', 1_000),
      cell(10, 'windDeg', 'i32', 1_000),
      cell(12, 'windDeg', 'i32', 1_000),
      cell(14, 'windMs', 'i32', 1_000),
      cell(16, 'gustMs', 'i32', 1_000),
      cell(18, 'windMs', 'i32', 1_000),
    ],
  },
  'lambrecht-rain-e': {
    ...{ senses: 'weather', functions: [4], absent: -9_999, most: 1 },
    cells: [cell(31_001, 'rainDayMm', 'i16', 10), cell(34_922, 'temperatureC', 'i16', 10)],
  },
  qdy30a: {
    ...{ senses: 'water', functions: [3] },
    cells: [cell(4, 'levelM', 'i16', 1_000)],
    // Address 1, 9600 baud, centimetres with one decimal, zero and range.
    fixed: { 0: 1, 1: 3, 2: 17, 3: 1, 5: 0, 6: 5_000 },
  },
  'tuf-2000m': {
    ...{ senses: 'water', functions: [3] },
    cells: [
      cell(0, 'flowM3h', 'f32-swapped'),
      cell(4, 'velocityMs', 'f32-swapped'),
      cell(32, 'temperatureC', 'f32-swapped'),
      cell(34, 'temperatureC', 'f32-swapped'),
      cell(112, 'totalM3', 'f32-swapped'),
    ],
    // Working step 3, signal quality 86.
    fixed: { ...Object.fromEntries(Array.from({ length: 118 }, (_, i) => [i, 0])), 91: (3 << 8) | 86 },
  },
} as const satisfies Record<string, SimModbusDevice>;

export type SimModbusKind = keyof typeof SIM_MODBUS_DEVICES;

/** A device with what it measures; `values` has NaN for a sensor that is not there. */
export function slaveOf(device: SimModbusDevice, values: Readonly<Record<string, number>>): Slave {
  const { functions, cells, fixed = {}, absent, most } = device;
  const words = new Map(Object.entries(fixed).map(([register, word]) => [Number(register), word]));
  for (const { at, value, as, times = 1, plus = 0 } of cells) {
    const measured = values[value];
    if (measured === undefined) throw new Error(`a simulated device shows ${value}, which nothing measures`);
    const raw = Number.isNaN(measured) ? (absent ?? 0) : measured * times + plus;
    for (const [i, word] of wordsOf(raw, as).entries()) words.set(at + i, word);
  }
  return { functions, word: (register) => words.get(register), ...(most === undefined ? {} : { most }) };
}

const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, Math.round(value)));

function wordsOf(raw: number, as: Coding): number[] {
  const view = new DataView(new ArrayBuffer(4));
  switch (as) {
    case 'u16':
      return [within(raw, 0, 0xffff)];
    case 'i16':
      return [within(raw, -0x8000, 0x7fff) & 0xffff];
    case 'u32':
      view.setUint32(0, within(raw, 0, 0xffff_ffff));
      break;
    case 'i32':
      view.setInt32(0, within(raw, -0x8000_0000, 0x7fff_ffff));
      break;
    default:
      view.setFloat32(0, raw);
  }
  const words = [view.getUint16(0), view.getUint16(2)];
  return as === 'f32-swapped' ? words.reverse() : words;
}
