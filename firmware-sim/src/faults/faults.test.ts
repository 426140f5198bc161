/** Each fault of the table on a whole farm: that it strikes what it should, is counted, and ends. */
import { describe, expect, test } from 'vitest';
import { x25 } from '../codec/mavlink.ts';
import { modbusCrc } from '../codec/modbus-slave.ts';
import type { SimConfig } from '../config.ts';
import { Farm } from '../farm.ts';
import { type NodeMessage, soilNodePacket } from '../node/message.ts';
import type { LorawanMessage } from '../publishers/lorawan-server.ts';
import type { FaultCommand } from './fault-order.ts';
import { FAULTS, type FaultKind } from './fault-table.ts';

const START = Date.UTC(2026, 5, 10, 3);
const HOUR = 3_600_000;
const ASK_SOIL_1 = Uint8Array.from(Buffer.from('0103000000070408', 'hex'));
const text = (s: string) => new TextEncoder().encode(s);
const outline: [number, number][] = [
  [86.05, 44.302],
  [86.0541, 44.3021],
  [86.0543, 44.3041],
];
const base: SimConfig = {
  ...{ seed: 7, start: 'now', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
  fields: [
    { id: 'north', soil: 'loam', outline },
    { id: 'south', soil: 'clay', outline },
  ],
  lines: [
    { type: 'modbus', port: { pty: 'soil' }, probes: [{ device: 'soil-1', address: 1, field: 'north', depthCm: 10 }] },
    { type: 'davis', device: 'weather', port: { pty: 'weather' } },
    { type: 'mavlink', device: 'drone', port: { tcp: 0 }, fields: ['north'], base: [86.0546, 44.3016] },
  ],
  nodes: {
    ...{ broker: 'mqtt://127.0.0.1:1', intervalS: 10 },
    devices: [
      { device: 'node-1', field: 'north', depthsCm: [10, 30] },
      { device: 'node-2', field: 'south', depthsCm: [10, 30] },
    ],
  },
};

function farmWith(...faults: FaultCommand[]) {
  const bytes: { atMs: number; line: number; bytes: Uint8Array }[] = [];
  const messages: { atMs: number; device: string; message: NodeMessage }[] = [];
  const power: [device: string, isOn: boolean, atS: number][] = [];
  const farm = new Farm(
    { ...base, faults },
    { seed: 7, startMs: START, firstCounter: 1 },
    {
      bytes: (line, b) => bytes.push({ atMs: farm.nowMs, line, bytes: b }),
      message: (device, message) => messages.push({ atMs: farm.nowMs, device, message }),
      power: (device, isOn) => power.push([device, isOn, (farm.nowMs - START) / 1_000]),
    },
  );
  const ask = (): Uint8Array[] => {
    const from = bytes.length;
    farm.take(0, ASK_SOIL_1);
    return bytes.slice(from).map((b) => b.bytes);
  };
  const to = (s: number) => farm.advance(START + s * 1_000);
  const of = (device: string) => messages.filter((m) => m.device === device).map((m) => m.message);
  const strikes = () => farm.faults.reports().map((r) => r.strikes);
  return { farm, bytes, messages, power, ask, to, of, strikes };
}
const moisture = (reply: Uint8Array | undefined) => (((reply?.[3] ?? 0) << 8) | (reply?.[4] ?? 0)) / 10;

/** Uplinks of a LoRaWAN device in 100 seconds, by number and bytes. */
function uplinksWith(...faults: FaultCommand[]) {
  const uplinks: { n: number | undefined; bytes: number }[] = [];
  const { lines: _, nodes: __, ...world } = base;
  const probe = { device: 'far-1', kind: 'decentlab-trs12', devEui: '70b3d57ba0000001', field: 'north', depthCm: 20 };
  const server = { ...{ type: 'lorawan', name: 'server', broker: 'mqtt://127.0.0.1:1' }, network: 'chirpstack' };
  const farm = new Farm(
    { ...world, publishers: [{ ...server, everyS: 10, devices: [probe] }] as SimConfig['publishers'] & object, faults },
    { seed: 7, startMs: START, firstCounter: 1 },
    {
      ...{ bytes() {}, message() {}, power() {} },
      told(_publisher, told) {
        const { n, payload } = told as LorawanMessage;
        const { data = '' } = JSON.parse(payload) as { data?: string };
        if (n !== undefined) uplinks.push({ n, bytes: Buffer.from(data, 'base64').length });
      },
    },
  );
  farm.advance(START + 100_000);
  return { uplinks, strikes: farm.faults.reports().map((r) => r.strikes) };
}

/** For each fault what it does; the table of faults is walked against this one. */
const CASES: Record<FaultKind, () => void> = {
  silence() {
    const f = farmWith({ fault: 'silence', device: '*-1', afterS: 20, forS: 20 });
    expect(f.ask()).toHaveLength(1);
    f.to(20);
    expect(f.ask()).toEqual([]);
    f.to(60);
    expect(f.ask()).toHaveLength(1);
    expect(f.of('node-2').length - f.of('node-1').length).toBe(2);
    expect(f.strikes()).toEqual([3]);
  },
  'bad-checksum'() {
    const f = farmWith({ fault: 'bad-checksum', device: 'kind:modbus' });
    const [reply] = f.ask();
    expect(reply).toHaveLength(19);
    expect(modbusCrc(reply as Uint8Array)).not.toBe(0);
    expect(f.strikes()).toEqual([1]);
  },
  'wrong-address'() {
    const f = farmWith({ fault: 'wrong-address', device: 'soil-1' }, { fault: 'wrong-address', device: 'drone' });
    const [reply] = f.ask();
    expect(reply?.[0]).toBe(2);
    expect(modbusCrc(reply as Uint8Array)).toBe(0);
    f.to(3);
    const heartbeat = f.bytes.find((b) => b.line === 2 && b.bytes[7] === 0 && b.bytes[8] === 0)?.bytes as Uint8Array;
    expect(heartbeat[5]).toBe(2);
    const crc = x25([...heartbeat.subarray(1, -2), 50]);
    expect([crc & 0xff, crc >>> 8]).toEqual([...heartbeat.subarray(-2)]);
  },
  'lose-bytes'() {
    const f = farmWith({ fault: 'lose-bytes', device: 'soil-1', bytes: 3 });
    const lengths = Array.from({ length: 40 }, () => f.ask()[0]?.length as number);
    expect(Math.min(...lengths)).toBe(16);
    // At the end there are fewer to lose.
    expect(Math.max(...lengths)).toBeLessThan(19);
  },
  'mid-frame'() {
    const whole = farmWith().ask()[0] as Uint8Array;
    const f = farmWith({ fault: 'mid-frame', device: 'soil-1' });
    for (let i = 0; i < 20; i++) {
      const [part] = f.ask();
      expect(part?.length).toBeLessThan(whole.length);
      expect([...(part as Uint8Array)]).toEqual([...whole.subarray(whole.length - (part as Uint8Array).length)]);
    }
  },
  'brown-out'() {
    const f = farmWith({ fault: 'brown-out', device: 'all', afterS: 10, forS: 30 });
    f.farm.take(1, text('LOOP 100\n'));
    f.to(10);
    expect(f.ask()[0]?.length).toBeLessThan(19);
    expect(f.ask()).toEqual([]);
    f.to(60);
    expect(f.ask()).toHaveLength(1);
    // The console forgot that it was asked for packets.
    expect(f.bytes.filter((b) => b.line === 1 && b.atMs > START + 40_000)).toEqual([]);
    expect(f.power).toEqual([
      ['node-1', false, 10],
      ['node-2', false, 10],
      ['node-1', true, 40],
      ['node-2', true, 40],
    ]);
    expect(f.of('node-1')).toHaveLength(3);
  },
  drift() {
    const plain = farmWith();
    const f = farmWith({ fault: 'drift', device: 'soil-1', value: 'moisturePct', perHour: 5 });
    for (const one of [plain, f]) one.to(2 * 3600);
    expect(moisture(f.ask()[0]) - moisture(plain.ask()[0])).toBeCloseTo(10, 0);
    expect([...(f.ask()[0] as Uint8Array).subarray(5, 17)]).toEqual([
      ...(plain.ask()[0] as Uint8Array).subarray(5, 17),
    ]);
  },
  stuck() {
    const f = farmWith(
      { fault: 'stuck', device: 'soil-1' },
      { fault: 'stuck', device: 'node-1', value: 'temperatureC' },
    );
    const first = f.ask();
    f.to(6 * 3600);
    expect(f.ask()).toEqual(first);
    const soils = f.of('node-1').map((m) => m.soil);
    expect(new Set(soils.map(([top]) => top?.temp)).size).toBe(1);
    expect(soils[0]?.[0]?.temp).not.toBe(soils[0]?.[1]?.temp);
    expect(new Set(soils.map(([top]) => top?.vwc)).size).toBeGreaterThan(1);
  },
  absent() {
    const f = farmWith(
      { fault: 'absent', device: 'kind:node', value: 'moisturePct' },
      { fault: 'absent', device: 'weather' },
    );
    f.farm.take(1, text('LPS 3 2\n'));
    f.to(20);
    expect(f.of('node-1')[0]?.soil.map(({ vwc, temp }) => [vwc, typeof temp])).toEqual(Array(2).fill([null, 'number']));
    const [, loop, loop2] = f.bytes.filter((b) => b.line === 1).map((b) => Buffer.from(b.bytes));
    for (const packet of [loop, loop2]) {
      const at = [7, 12, 16, 41, 44, 50, 56].map((i) => packet?.readUInt16LE(i));
      expect(at).toEqual([0, 32767, 0, 65535, 32767, 65535, 65535]);
      expect([14, 33, 43].map((i) => packet?.[i])).toEqual([255, 255, 255]);
    }
    expect([18, 22, 30].map((i) => loop2?.readUInt16LE(i))).toEqual([32767, 32767, 255]);
  },
  'clock-1970'() {
    const f = farmWith({ fault: 'clock-1970', device: 'node-1', afterS: 100, forS: 100 });
    f.to(300);
    const times = f.of('node-1').map((m) => m.t);
    expect(times.filter((t) => t < 110_000)).toHaveLength(10);
    expect(times.filter((t) => t > START)).toHaveLength(20);
    expect(f.of('node-1').map((m) => m.n)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(f.power).toEqual([
      ['node-1', false, 100],
      ['node-1', true, 100],
    ]);
    const d = farmWith({ fault: 'clock-1970', device: 'drone', afterS: 100, forS: 100 });
    d.to(300);
    // SYSTEM_TIME of MAVLink 2: the time in microseconds, then how long it runs, which no setting of the clock changes.
    const told = d.bytes
      .map(({ bytes }) => Buffer.from(bytes))
      .filter((frame) => frame[0] === 0xfd && frame.readUIntLE(7, 3) === 2)
      // Zeros at the end of a payload are not sent.
      .map((frame) => Buffer.concat([frame.subarray(10, -2), Buffer.alloc(12)]))
      .map((payload) => [Number(payload.readBigUInt64LE(0)) / 1_000, payload.readUInt32LE(8)] as const);
    expect(told.filter(([ms]) => ms < 110_000).length).toBeGreaterThan(80);
    expect(told.filter(([ms]) => ms > START).length).toBeGreaterThan(180);
    expect(Math.max(...told.map(([, bootMs]) => bootMs))).toBeLessThanOrEqual(200_000);
  },
  duplicate() {
    const f = farmWith({ fault: 'duplicate', device: '*-1', times: 3 });
    expect(f.ask()).toHaveLength(3);
    f.to(30);
    expect(f.of('node-1').map((m) => m.n)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect(new Set(f.of('node-1').map((m) => m.t)).size).toBe(3);
  },
  late() {
    const f = farmWith({ fault: 'late', device: 'node-1', byS: 3 * 3600, forS: 60 });
    f.to(4 * 3600);
    const late = f.messages.filter((m) => m.device === 'node-1' && m.atMs - m.message.t > HOUR);
    expect(late).toHaveLength(6);
    for (const { atMs, message } of late) expect(Math.abs(atMs - message.t - 3 * HOUR)).toBeLessThan(300);
  },
  'lose-messages'() {
    const { uplinks, strikes } = uplinksWith({ fault: 'lose-messages', device: 'far-1', afterS: 30, forS: 40 });
    expect(uplinks.map(({ n }) => n)).toEqual([0, 1, 2, 7, 8, 9]);
    expect(strikes).toEqual([4]);
    const f = farmWith({ fault: 'lose-messages', device: 'node-1', afterS: 30, forS: 40 });
    f.to(100);
    expect(f.of('node-1').map((m) => m.n)).toEqual([1, 2, 3, 8, 9, 10]);
  },
  'bad-payload'() {
    const { uplinks, strikes } = uplinksWith({ fault: 'bad-payload', device: 'far-1', afterS: 50 });
    expect(uplinks.slice(0, 5).map(({ bytes }) => bytes)).toEqual(Array(5).fill(13));
    for (const { bytes } of uplinks.slice(5)) expect(bytes).toBeLessThan(13);
    expect(uplinks.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(strikes).toEqual([5]);
    const f = farmWith({ fault: 'bad-payload', device: 'node-1', afterS: 50 });
    f.to(100);
    const sent = f.of('node-1').map((message) => soilNodePacket('node-1')(message).payload);
    const isWhole = sent.map((payload) => payload.endsWith('}'));
    expect(isWhole).toEqual([...Array(5).fill(true), ...Array(5).fill(false)]);
    expect(sent.join()).not.toContain('cutAt');
  },
  flood() {
    const f = farmWith({ fault: 'flood', device: 'node-2', times: 50, forS: 20 }, { fault: 'flood', device: 'soil-1' });
    expect(f.ask()).toHaveLength(20);
    f.to(20);
    expect(f.of('node-2')).toHaveLength(100);
    for (const of of [(m: NodeMessage) => m.n, (m: NodeMessage) => m.t])
      expect(new Set(f.of('node-2').map(of)).size).toBe(100);
  },
};

describe('every fault', () => {
  test.each(Object.keys(FAULTS) as FaultKind[])('%s does what it says', (fault) => CASES[fault]());
});

describe('orders', () => {
  test('of different kinds add up; a new one takes the place of its own kind; none ends all', () => {
    const f = farmWith();
    f.farm.command({ fault: 'duplicate', device: 'soil-1' });
    f.farm.command({ fault: 'bad-checksum', device: 'soil-1' });
    expect(f.ask().map((b) => modbusCrc(b) === 0)).toEqual([false, false]);
    f.farm.command({ fault: 'duplicate', device: 'soil-1', times: 4 });
    expect(f.ask()).toHaveLength(4);
    f.farm.command({ fault: 'silence', device: 'soil-1', afterS: 5 });
    f.farm.command({ fault: 'none', device: 'soil-1' });
    f.to(10);
    expect(f.ask()).toHaveLength(1);
  });

  test('select by field, kind, pattern and all, and take only devices that fit', () => {
    const f = farmWith();
    const meant = (device: string, fault: FaultKind = 'silence') => {
      f.farm.command({ fault, device });
      return f.farm.faults.reports().at(-1)?.devices;
    };
    expect(['field:north', 'kind:node', 'node-*', 'all', 'drone'].map((d) => meant(d))).toEqual([2, 2, 2, 5, 1]);
    expect(meant('all', 'absent')).toBe(4);
  });

  test('tell how often they struck, also that they never did', () => {
    const f = farmWith({ fault: 'bad-checksum', device: 'weather', afterS: 5, forS: 60 });
    f.to(90);
    expect(f.farm.faults.reports()).toEqual([
      {
        ...{ fault: 'bad-checksum', device: 'weather', fromMs: START + 5_000, toMs: START + 65_000 },
        ...{ devices: 1, strikes: 0, struck: 0 },
      },
    ]);
  });

  test('end a brown-out before its time', () => {
    const f = farmWith();
    f.farm.command({ fault: 'brown-out', device: 'node-1' });
    f.to(30);
    f.farm.command({ fault: 'none', device: 'node-1' });
    f.to(60);
    expect(f.power).toEqual([
      ['node-1', false, 0],
      ['node-1', true, 30],
    ]);
    expect(f.of('node-1')).toHaveLength(3);
  });
});
