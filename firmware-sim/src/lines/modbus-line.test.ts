/** Modbus devices of several kinds behind a Modbus TCP gateway, with what can go wrong with them. */
import { describe, expect, test } from 'vitest';
import { SIM_MODBUS_DEVICES, slaveOf } from '../codec/modbus-devices.ts';
import { SENSED, SENSED_VALUES } from '../codec/modbus-values.ts';
import type { SimConfig } from '../config.ts';
import { Farm } from '../farm.ts';
import { soundSenses } from '../senses.ts';
import { modbusLine } from './modbus-line.ts';

const START = Date.UTC(2026, 5, 1, 6);
const OUTLINE: [number, number][] = [
  [86.05, 44.302],
  [86.054, 44.302],
  [86.054, 44.304],
];

function farmWith(...faults: object[]) {
  const config: SimConfig = {
    ...{ seed: 7, start: 'now', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
    fields: [{ id: 'north', soil: 'loam', outline: OUTLINE }],
    lines: [
      {
        ...{ type: 'modbus', framing: 'tcp', port: { tcp: 0 } },
        probes: [
          { device: 'soil-1', address: 1, field: 'north', depthCm: 20 },
          { device: 'level-1', kind: 'qdy30a', address: 2, field: 'north' },
        ],
      },
    ],
  };
  const heard: Uint8Array[] = [];
  const farm = new Farm(
    config,
    { seed: 7, startMs: START, firstCounter: 1 },
    { bytes: (_, bytes) => heard.push(bytes), message() {}, power() {} },
  );
  for (const fault of faults) farm.command(fault);
  let transaction = 0;
  /** Asks a unit for registers; returns what comes. */
  const ask = (unit: number, register = 0, count = 1, code = 3) => {
    transaction++;
    const from = heard.length;
    farm.take(0, Uint8Array.of(0, transaction, 0, 0, 0, 6, unit, code, register >> 8, register & 255, 0, count));
    return heard.slice(from).map((bytes) => [...bytes]);
  };
  return { farm, heard, ask };
}
const level = (answer: number[] | undefined) => ((answer?.[9] ?? 0) << 8) | (answer?.[10] ?? 0);

describe('behind Modbus TCP', () => {
  test('each unit answers with its number, its registers or an exception; others are silent', () => {
    const { ask } = farmWith();
    expect(ask(1, 0, 7)[0]).toHaveLength(9 + 14);
    expect(ask(2, 2, 2)).toEqual([[0, 2, 0, 0, 0, 7, 2, 3, 4, 0, 17, 0, 1]]);
    expect(ask(2, 40)).toEqual([[0, 3, 0, 0, 0, 3, 2, 0x83, 2]]);
    expect(ask(2, 4, 1, 4)).toEqual([[0, 4, 0, 0, 0, 3, 2, 0x84, 1]]);
    expect(ask(2, 0, 126)).toEqual([[0, 5, 0, 0, 0, 3, 2, 0x83, 3]]);
    expect(ask(3)).toEqual([]);
  });

  test('a request is found behind rubbish and in pieces', () => {
    const { farm, heard, ask } = farmWith();
    farm.take(0, Uint8Array.of(0xff, 0, 0x13, 0));
    expect(ask(1)).toHaveLength(1);
    for (const byte of [0, 9, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1]) farm.take(0, Uint8Array.of(byte));
    expect(heard.at(-1)?.subarray(0, 9)).toEqual(Uint8Array.of(0, 9, 0, 0, 0, 5, 1, 3, 2));
  });

  test('silence, lost bytes, a wrong address, a stuck and a drifting value', () => {
    expect(farmWith({ fault: 'silence', device: 'level-1' }).ask(2, 4)).toEqual([]);
    expect(farmWith({ fault: 'lose-bytes', device: 'level-1' }).ask(2, 4)[0]).toHaveLength(10);
    expect(farmWith({ fault: 'wrong-address', device: 'level-1' }).ask(2, 4)[0]?.[6]).toBe(3);
    const stuck = farmWith({ fault: 'stuck', device: 'level-1' });
    const before = level(stuck.ask(2, 4)[0]);
    stuck.farm.advance(START + 3 * 3_600_000);
    expect(level(stuck.ask(2, 4)[0])).toBe(before);
    const sound = farmWith();
    sound.farm.advance(START + 3 * 3_600_000);
    expect(level(sound.ask(2, 4)[0])).not.toBe(before);
    const drifting = farmWith({ fault: 'drift', device: 'level-1', value: 'levelM', perHour: 0.5 });
    drifting.farm.advance(START + 3 * 3_600_000);
    expect(level(drifting.ask(2, 4)[0]) - level(sound.ask(2, 4)[0])).toBe(1_500);
  });

  test('a brown-out breaks a frame off, then nothing, then all is well again', () => {
    const { farm, ask } = farmWith({ fault: 'brown-out', device: 'soil-1', forS: 10 });
    expect(ask(1, 0, 7)[0]?.length).toBeLessThan(23);
    expect(ask(1, 0, 7)).toEqual([]);
    farm.advance(START + 11_000);
    expect(ask(1, 0, 7)[0]).toHaveLength(23);
  });

  test('what it has no checksum or marker for is refused', () => {
    expect(() => farmWith({ fault: 'bad-checksum', device: 'level-1' })).toThrow(/bad-checksum/);
    expect(() => farmWith({ fault: 'absent', device: 'level-1' })).toThrow(/absent/);
  });
});

test('every kind shows only what somebody measures, and has a word for each cell', () => {
  const { farm } = farmWith();
  const senses = soundSenses(farm.world);
  for (const [kind, device] of Object.entries(SIM_MODBUS_DEVICES)) {
    const values = SENSED[device.senses]({ device: kind, field: 'north', depthCm: 20 }, senses);
    const slave = slaveOf(device, values);
    for (const { at } of device.cells) expect(slave.word(at), `${kind} ${at}`).toBeGreaterThanOrEqual(0);
    for (const name of SENSED_VALUES[device.senses]) expect(values, kind).toHaveProperty(name);
  }
});

test.each([
  [
    { framing: 'tcp', port: { pty: 'x' } },
    { key: 'framing', expected: 'must be rtu on a pty' },
  ],
  [{ probes: [{ device: 'a', address: 1, field: 'north' }] }, { key: 'probes.0.depthCm', expected: 'is missing' }],
  [{ probes: [{ device: 'a', kind: 'qdy30a', address: 1, field: 'north' }] }, undefined],
])('%j', (change, problem) => {
  const line = { type: 'modbus', port: { tcp: 0 }, probes: [{ device: 'a', address: 1, field: 'north', depthCm: 5 }] };
  expect(modbusLine.problem?.({ ...line, ...change } as Parameters<NonNullable<typeof modbusLine.problem>>[0])).toEqual(
    problem,
  );
});
