/** The deterministic part: one seed, one start, one stream of bytes. */
import { createHash } from 'node:crypto';
import { codeOf } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { modbusCrc } from './codec/modbus-slave.ts';
import type { SimConfig } from './config.ts';
import { Farm } from './farm.ts';
import type { NodeMessage } from './node/message.ts';

const START = Date.UTC(2026, 5, 10, 3);
const REQUEST = Uint8Array.from(Buffer.from('0103000000070408', 'hex'));
const text = (s: string) => new TextEncoder().encode(s);

const config: SimConfig = {
  ...{ seed: 7, start: 'now', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
  fields: [
    {
      id: 'north',
      soil: 'loam',
      outline: [
        [86.05, 44.302],
        [86.0541, 44.3021],
        [86.0543, 44.3041],
      ],
    },
  ],
  lines: [
    {
      type: 'modbus',
      port: { pty: 'soil' },
      probes: [
        { device: 'soil-1', address: 1, field: 'north', depthCm: 10 },
        { device: 'soil-2', address: 2, field: 'north', depthCm: 30 },
      ],
    },
    { type: 'davis', device: 'weather', port: { pty: 'weather' } },
    { type: 'mavlink', device: 'drone', port: { tcp: 0 }, fields: ['north'], base: [86.0546, 44.3016] },
  ],
  nodes: {
    ...{ broker: 'mqtt://127.0.0.1:1', intervalS: 10 },
    devices: [
      { device: 'node-1', field: 'north', depthsCm: [10, 30] },
      { device: 'node-2', field: 'north', depthsCm: [10, 30] },
    ],
  },
};

interface Heard {
  bytes: { atMs: number; line: number; bytes: Uint8Array }[];
  messages: { device: string; message: NodeMessage }[];
  power: { device: string; isOn: boolean }[];
}

function listen(seed: number, startMs = START, firstCounter = 1): { farm: Farm; heard: Heard } {
  const heard: Heard = { bytes: [], messages: [], power: [] };
  const farm = new Farm(
    config,
    { seed, startMs, firstCounter },
    {
      bytes: (line, bytes) => heard.bytes.push({ atMs: farm.nowMs, line, bytes }),
      message: (device, message) => heard.messages.push({ device, message }),
      power: (device, isOn) => heard.power.push({ device, isOn }),
    },
  );
  return { farm, heard };
}

/** Ten minutes with a host that speaks at set times; digest of all that was heard. */
function run(seed: number, stepMs: number, startMs = START): { digest: string; heard: Heard } {
  const { farm, heard } = listen(seed, startMs);
  const host: [number, number, Uint8Array][] = [
    [1_000, 1, text('\n')],
    [1_000, 1, text('LPS 3 200\n')],
    ...Array.from({ length: 60 }, (_, i): [number, number, Uint8Array] => [(i + 1) * 9_000, 0, REQUEST]),
  ];
  for (let at = stepMs; at <= 600_000; at += stepMs) {
    farm.advance(startMs + at);
    for (const [atMs, line, bytes] of host) if (atMs > at - stepMs && atMs <= at) farm.take(line, bytes);
  }
  const hash = createHash('sha256');
  for (const { atMs, line, bytes } of heard.bytes) hash.update(`${atMs} ${line} `).update(bytes);
  for (const { device, message } of heard.messages) hash.update(`${device} ${JSON.stringify(message)}`);
  return { digest: hash.digest('hex'), heard };
}

describe('a run', () => {
  const first = run(7, 1_000);

  test('says what it should: replies, packets, frames, messages', () => {
    const of = (line: number) => first.heard.bytes.filter((b) => b.line === line);
    expect(of(0)).toHaveLength(60);
    // Two answers, then a packet every two seconds until 200 were sent.
    expect(of(1)).toHaveLength(202);
    expect(of(2).length).toBeGreaterThan(6_000);
    expect(first.heard.messages.length).toBe(120);
  });

  test('repeats itself byte for byte from the same seed and start', () => {
    expect(run(7, 1_000).digest).toBe(first.digest);
  });

  test('does not depend on how often it is looked at', () => {
    expect(run(7, 50).digest).toBe(first.digest);
  });

  test('differs from another seed and from another start', () => {
    expect(run(8, 1_000).digest).not.toBe(first.digest);
    expect(run(7, 1_000, START + 3_600_000).digest).not.toBe(first.digest);
  });
});

describe('a fast world with right clocks', () => {
  const REAL = Date.UTC(2026, 0, 1);
  const heard: Heard = { bytes: [], messages: [], power: [] };
  const farm: Farm = new Farm(
    config,
    { seed: 7, startMs: START, firstCounter: 1, pace: 60, deviceClock: (ms) => REAL + (ms - START) / 60 },
    {
      bytes: (line, bytes) => heard.bytes.push({ atMs: farm.nowMs, line, bytes }),
      message: (device, message) => heard.messages.push({ device, message }),
      power: () => {},
    },
  );
  farm.take(1, text('LOOP 100\n'));
  farm.advance(START + 3_600_000);

  test('nodes speak as often as the world wants, with the real time', () => {
    const times = heard.messages.filter((m) => m.device === 'node-1').map((m) => m.message.t - REAL);
    expect(times).toHaveLength(360);
    for (const [i, t] of times.entries()) expect(t).toBeGreaterThan(i === 0 ? -1 : (times[i - 1] as number));
    expect(times.at(-1)).toBeLessThan(60_000);
  });

  test('a console and a radio keep their pace', () => {
    expect(heard.bytes.filter((b) => b.line === 1)).toHaveLength(31);
    const heartbeats = heard.bytes.filter((b) => b.line === 2 && b.bytes[7] === 0 && b.bytes[8] === 0);
    expect(heartbeats).toHaveLength(60);
  });
});

describe('nodes', () => {
  test('count from the number they are given, sample at rising times, say what the protocol wants', () => {
    const { farm, heard } = listen(7, START, 501);
    farm.advance(START + 60_000);
    const own = heard.messages.filter((m) => m.device === 'node-1').map((m) => m.message);
    expect(own.map((m) => m.n)).toEqual([501, 502, 503, 504, 505, 506]);
    for (const [i, m] of own.entries()) {
      expect(Number.isInteger(m.t)).toBe(true);
      expect(m.t).toBeGreaterThan(i === 0 ? START - 1 : (own[i - 1] as NodeMessage).t + 9_000);
      expect(m.t).toBeLessThan(START + 61_000);
      expect(m.soil.map((s) => s.d)).toEqual([10, 30]);
      for (const s of m.soil) {
        expect(s.vwc).toBeGreaterThan(5);
        expect(s.vwc).toBeLessThan(50);
        expect(s.temp).toBeGreaterThan(5);
        expect(s.temp).toBeLessThan(35);
      }
      expect(m.bat).toBeGreaterThan(3.3);
      expect(m.rssi).toBeLessThan(-40);
    }
  });
});

describe('faults', () => {
  const ask = (farm: Farm, heard: Heard): Uint8Array[] => {
    const from = heard.bytes.length;
    farm.take(0, REQUEST);
    return heard.bytes.slice(from).map((b) => b.bytes);
  };

  test('silence: no answer, until it ends; a node takes no sample', () => {
    const { farm, heard } = listen(7);
    farm.command({ fault: 'silence', device: 'soil-1' });
    farm.command({ fault: 'silence', device: 'node-1' });
    expect(ask(farm, heard)).toEqual([]);
    farm.advance(START + 30_000);
    expect(heard.messages.every((m) => m.device === 'node-2')).toBe(true);
    expect(farm.faults.fired.get('soil-1')).toBe(1);
    expect(farm.faults.fired.get('node-1')).toBe(3);
    farm.command({ fault: 'none', device: 'soil-1' });
    expect(ask(farm, heard)).toHaveLength(1);
  });

  test('bad-checksum: whole frames that do not check out, in the share asked for', () => {
    const { farm, heard } = listen(7);
    farm.command({ fault: 'bad-checksum', device: 'soil-1', share: 0.25 });
    const replies = Array.from({ length: 200 }, () => ask(farm, heard)[0] as Uint8Array);
    const bad = replies.filter((r) => modbusCrc(r) !== 0);
    expect(replies.every((r) => r.length === 19)).toBe(true);
    expect(bad.length).toBe(farm.faults.fired.get('soil-1'));
    expect(bad.length).toBeGreaterThan(25);
    expect(bad.length).toBeLessThan(75);
  });

  test('lose-bytes: a byte is missing; the console’s short answers stay whole', () => {
    const { farm, heard } = listen(7);
    farm.command({ fault: 'lose-bytes', device: 'weather' });
    farm.take(1, text('\n'));
    farm.take(1, text('LOOP 5\n'));
    farm.advance(START + 20_000);
    const lengths = heard.bytes.filter((b) => b.line === 1).map((b) => b.bytes.length);
    expect(lengths).toEqual([2, 1, 98, 98, 98, 98, 98]);
    expect(farm.faults.fired.get('weather')).toBe(5);
  });

  test.each([
    [{ fault: 'silence', device: 'nobody' }, /device must be one of soil-1, soil-2, weather, drone, node-1, node-2/],
    [
      { fault: 'bad-checksum', device: 'node-1' },
      /needs a device that sends bytes and guards its frames by a checksum; node-1 does not/,
    ],
    [{ fault: 'explode', device: 'soil-1' }, /fault must be "silence" or "bad-checksum" or .* or "none"/],
    [{ fault: 'lose-bytes', device: 'soil-1', share: 2 }, /share must be <= 1/],
    ['silence', /must be object/],
  ])('%j is refused in words', (command, words) => {
    const { farm } = listen(7);
    let error: unknown;
    try {
      farm.command(command);
    } catch (thrown) {
      error = thrown;
    }
    expect(codeOf(error)).toBe('REQUEST_INVALID');
    expect((error as Error).message).toMatch(words);
  });
});
