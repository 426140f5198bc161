import { KarezError, type ModbusProfile, profileOf, seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { describe, expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import { attachProbes, type FakeProbe, frameOf } from '../testing/modbus-probes.ts';
import { startModbusBus } from './bus.ts';
import type { ModbusLineConfig } from './line-config.ts';

const SOIL = profileOf('cwt-soil-7in1') as ModbusProfile;

interface Options extends Partial<Omit<ModbusLineConfig, 'type' | 'devices'>> {
  addresses?: number[];
  intervalMs?: number;
  profile?: ModbusProfile;
}

function setUp({ addresses = [1, 2, 3], intervalMs = 5_000, profile = SOIL, ...line }: Options = {}) {
  const clock = virtualClock();
  const intake = fakeIntake(clock.monoMs);
  const port = fakeTransport();
  const devices = addresses.map((address) => ({ id: `p${address}`, profile: profile.id, address, intervalMs }));
  const config: ModbusLineConfig = { type: 'modbus', port: { serial: '/dev/none' }, ...line, devices };
  const it = startModbusBus(
    config,
    devices.map(({ address: _, ...device }) => ({ ...device, profileRecord: profile })),
    intake,
    { clock, random: seededRandom(1), logger: silentLogger },
    port.open,
  );
  const probes = attachProbes(port.line, clock, addresses);
  const status = (address: number) => it.status().find((s) => s.id === `p${address}`);
  return { clock, intake, line: port.line, it, probe: (a: number) => probes.get(a) as FakeProbe, status };
}

const gaps = (samples: { atMs: number }[]) =>
  samples.slice(1).map((s, i) => s.atMs - (samples[i] as { atMs: number }).atMs);

describe('a bus', () => {
  test('reads every probe in its rhythm, in one request each, values by channel', async () => {
    const { clock, intake, line, probe } = setUp();
    line.connect();
    await clock.advance(60_000);
    for (const address of [1, 2, 3]) {
      const samples = intake.of(`p${address}`);
      expect(samples.length).toBeGreaterThanOrEqual(12);
      for (const gap of gaps(samples)) expect(Math.abs(gap - 5_000)).toBeLessThanOrEqual(60);
      expect(probe(address).asked.every((q) => q.register === 0 && q.count === 7)).toBe(true);
    }
    expect(intake.of('p2')[0]).toMatchObject({
      channels: [0, 1, 2, 3, 4, 5, 6],
      values: [20, 20.1, 202, 20.3, 204, 205, 206],
    });
    expect(line.baudRate).toBe(4_800);
  });

  test('keeps the silence of three and a half characters before each request, and more if told', async () => {
    for (const [turnaroundMs, least] of [
      [0, (3.5 * 11) / 4.8],
      [50, 50],
    ] as const) {
      const { clock, line } = setUp({ turnaroundMs, intervalMs: 100 });
      const heard: number[] = [];
      const hear = line.onBytes;
      line.onBytes = (bytes) => {
        heard.push(clock.monoMs());
        hear(bytes);
      };
      const asked: number[] = [];
      const answer = line.device;
      line.device = (bytes) => {
        asked.push(clock.monoMs());
        answer(bytes);
      };
      line.connect();
      await clock.advance(2_000);
      expect(asked.length).toBeGreaterThan(15);
      for (const [i, at] of heard.slice(0, -1).entries())
        expect((asked[i + 1] as number) - at).toBeGreaterThanOrEqual(least - 1e-6);
    }
  });

  test('waits longer for long answers on slow lines', async () => {
    const wide = {
      ...SOIL,
      channels: Array.from({ length: 100 }, (_, i) => ({
        ...SOIL.channels[0],
        register: i,
        quantity: 'soil.raw',
        place: `n${i}`,
      })),
    } as ModbusProfile;
    const { clock, intake, line, probe } = setUp({ addresses: [1], profile: wide, timeoutMs: 100 });
    probe(1).delayMs = 400;
    line.connect();
    await clock.advance(2_000);
    expect(intake.accepted.length).toBe(1);
  });

  test('an answer in pieces is put together', async () => {
    const { clock, intake, line, probe } = setUp({ addresses: [1] });
    probe(1).spoil = (reply) => {
      reply.forEach((byte, i) => {
        clock.after(50 + i, () => line.say(Uint8Array.of(byte)));
      });
      return new Uint8Array(0);
    };
    line.connect();
    await clock.advance(1_000);
    expect(intake.of('p1').length).toBe(1);
  });

  test('a line that closes blames no probe, and reading goes on when it is back', async () => {
    const { clock, intake, line, status } = setUp();
    line.connect();
    await clock.advance(10_020);
    line.lose('/dev/none has gone: was it unplugged?');
    await clock.advance(60_000);
    expect(status(1)).toMatchObject({ timeouts: 0, trouble: '/dev/none has gone: was it unplugged?' });
    const before = intake.accepted.length;
    line.connect();
    await clock.advance(3_000);
    expect(intake.accepted.length).toBe(before + 3);
    expect(status(1)?.trouble).toBeNull();
  });

  test('stopped, it asks and accepts nothing any more', async () => {
    const { clock, intake, line, it } = setUp();
    line.connect();
    await clock.advance(10_010);
    const before = line.written.length;
    await it.stop();
    const accepted = intake.accepted.length;
    await clock.advance(60_000);
    expect(line.written.length).toBe(before);
    expect(intake.accepted.length).toBe(accepted);
    expect(clock.pending()).toBe(0);
  });
});

describe('what goes wrong with one probe', () => {
  test('a lost answer is asked for again at once', async () => {
    const { clock, intake, line, probe, status } = setUp({ addresses: [1] });
    let n = 0;
    probe(1).spoil = (reply) => (n++ === 0 ? new Uint8Array(0) : reply);
    line.connect();
    await clock.advance(1_000);
    expect(probe(1).asked.length).toBe(2);
    expect(intake.of('p1').length).toBe(1);
    expect(status(1)).toMatchObject({ timeouts: 1, trouble: null });
    expect(intake.rejected).toEqual([]);
  });

  test.each([
    ['a wrong CRC', (r: Uint8Array) => r.map((b, i) => (i === 5 ? b ^ 1 : b)), 'FRAME_CHECKSUM'],
    ['a lost byte', (r: Uint8Array) => r.slice(0, -1), 'FRAME_TOO_SHORT'],
    ['another address', (r: Uint8Array) => frameOf(9, ...r.slice(1, -2)), 'FRAME_UNEXPECTED'],
    ['too few registers', () => frameOf(1, 3, 2, 0, 1), 'FRAME_UNEXPECTED'],
  ])('an answer with %s is refused, counted and asked for again', async (_, spoil, code) => {
    const { clock, intake, line, probe } = setUp({ addresses: [1] });
    let n = 0;
    probe(1).spoil = (reply) => (n++ === 0 ? spoil(reply) : reply);
    line.connect();
    await clock.advance(1_500);
    expect(intake.rejected).toMatchObject([{ device: 'p1', source: 'fake', code }]);
    expect(intake.rejected[0]?.bytes?.length).toBeGreaterThan(0);
    expect(intake.of('p1').length).toBe(1);
  });

  test('long noise before the answer does not hide it', async () => {
    const { clock, intake, line, probe } = setUp({ addresses: [1] });
    probe(1).spoil = (reply) => {
      for (let i = 0; i < 40; i++) line.say(new Uint8Array(64).fill(i));
      return reply;
    };
    line.connect();
    await clock.advance(1_000);
    expect(intake.of('p1').length).toBe(1);
  });

  test('the echo of a two-wire line is passed over, and named when nothing else comes', async () => {
    const { clock, intake, line, probe, status } = setUp({ addresses: [1], retries: 0 });
    const answer = line.device;
    line.device = (bytes) => {
      line.say(bytes);
      answer(bytes);
    };
    line.connect();
    await clock.advance(1_000);
    expect(intake.of('p1').length).toBe(1);
    probe(1).silent = true;
    await clock.advance(5_000);
    expect(status(1)?.trouble).toMatch(/only our own request came back/);
    expect(intake.rejected).toEqual([]);
  });

  test('a refusal is told in words and not repeated; "busy" is asked again', async () => {
    const { clock, intake, line, probe, status } = setUp({ addresses: [1] });
    probe(1).exception = 2;
    line.connect();
    await clock.advance(4_000);
    expect(probe(1).asked.length).toBe(1);
    expect(status(1)?.trouble).toBe('address 1 refuses: illegal register address');
    expect(intake.rejected).toMatchObject([{ code: 'DEVICE_EXCEPTION' }]);
    probe(1).exception = 6;
    await clock.advance(5_000);
    expect(probe(1).asked.length).toBe(3);
  });

  test('a probe of another kind, which answers zeros, is pointed out', async () => {
    const { clock, intake, line, probe, status } = setUp({ addresses: [1] });
    probe(1).registers.fill(0);
    line.connect();
    await clock.advance(1_000);
    expect(intake.of('p1').length).toBe(1);
    expect(status(1)?.trouble).toMatch('answers 7 zeros: not a soil probe?');
  });

  test('a late answer of one probe is not taken for the next one’s', async () => {
    const { clock, intake, line, probe } = setUp({ addresses: [1, 2], retries: 0, intervalMs: 700 });
    probe(1).delayMs = 480;
    line.connect();
    await clock.advance(30_000);
    expect(intake.of('p1')).toEqual([]);
    expect(intake.of('p2').length).toBeGreaterThan(30);
    for (const sample of intake.of('p2')) expect(sample.values[0]).toBe(20);
  });

  test('a late answer to one block of registers is not taken for the next block’s', async () => {
    const blocks = {
      ...SOIL,
      channels: [0, 100].map((register, i) => ({
        ...SOIL.channels[2],
        register,
        quantity: 'soil.raw',
        place: `n${i}`,
      })),
    } as ModbusProfile;
    const { clock, intake, line, probe } = setUp({ addresses: [1], profile: blocks, timeoutMs: 100 });
    // The first answer of a block comes while it is asked again, the second one while the other block is asked.
    const delays = { 0: [180, 100], 100: [180, 30] } as Record<number, number[]>;
    const answer = line.device;
    line.device = (bytes) => {
      const own = delays[bytes[3] as number] as number[];
      own.push(own.shift() as number);
      probe(1).delayMs = own[0] as number;
      answer(bytes);
    };
    line.connect();
    await clock.advance(120_000);
    const samples = intake.of('p1');
    expect(samples.length).toBeGreaterThan(10);
    for (const { channels, values } of samples)
      for (const [i, channel] of channels.entries()) expect(values[i]).toBe(channel === 0 ? 100 : 200);
  });

  test('what one block said is kept when another fails; channels rise whatever the order of the map', async () => {
    const blocks = {
      ...SOIL,
      channels: [100, 1, 0].map((register, i) => ({
        ...SOIL.channels[2],
        register,
        quantity: 'soil.raw',
        place: `n${i}`,
      })),
    } as ModbusProfile;
    const { clock, intake, line } = setUp({ addresses: [1], profile: blocks });
    const answer = line.device;
    line.device = (bytes) => {
      if (bytes[3] !== 100) answer(bytes);
    };
    line.connect();
    await clock.advance(3_000);
    expect(intake.of('p1')[0]).toMatchObject({ channels: [1, 2], values: [101, 100] });
    line.device = answer;
    await clock.advance(20_000);
    expect(intake.of('p1').at(-1)).toMatchObject({ channels: [0, 1, 2], values: [200, 101, 100] });
  });
});

describe('the others', () => {
  test('keep their rhythm beside a silent probe, which is noticed within seconds of speaking again', async () => {
    const addresses = [1, 2, 3, 4, 5, 6, 7, 8];
    const { clock, intake, line, probe, status } = setUp({ addresses, intervalMs: 2_000 });
    line.connect();
    await clock.advance(20_000);
    probe(4).silent = true;
    await clock.advance(600_000);
    expect(status(4)?.trouble).toBe('address 4 does not answer');
    for (const address of addresses.filter((a) => a !== 4)) {
      const samples = intake.of(`p${address}`).filter((s) => s.atMs > 40_000);
      expect(samples.length).toBeGreaterThanOrEqual(580 / 2 - 1);
      for (const gap of gaps(samples)) expect(Math.abs(gap - 2_000)).toBeLessThanOrEqual(150);
    }
    const asked = probe(4).asked.filter((q) => q.atMs > 40_000);
    expect(asked.length).toBeGreaterThan(580 / 16);
    const mended = clock.monoMs();
    probe(4).silent = false;
    await clock.advance(30_000);
    expect((intake.of('p4').find((s) => s.atMs > mended)?.atMs as number) - mended).toBeLessThan(16_000);
    expect(status(4)?.trouble).toBeNull();
    for (const gap of gaps(intake.of('p4').filter((s) => s.atMs > mended)))
      expect(Math.abs(gap - 2_000)).toBeLessThan(150);
  });

  test('lose no reading, and a tenth of the time at most, to twenty silent ones', async () => {
    const addresses = Array.from({ length: 24 }, (_, i) => i + 1);
    const { clock, intake, line, probe } = setUp({ addresses, intervalMs: 2_000 });
    for (const address of addresses.slice(4)) probe(address).silent = true;
    line.connect();
    await clock.advance(120_000);
    const from = clock.monoMs();
    await clock.advance(600_000);
    const asked = addresses.slice(4).flatMap((a) => probe(a).asked.filter((q) => q.atMs > from));
    expect(asked.length * 0.36).toBeLessThan(62);
    for (const address of addresses.slice(0, 4)) {
      const samples = intake.of(`p${address}`).filter((s) => s.atMs > from);
      expect(samples.length).toBeGreaterThanOrEqual(299);
      for (const gap of gaps(samples)) expect(Math.abs(gap - 2_000)).toBeLessThanOrEqual(400);
    }
    // The cable is mended: one answers, and the others are asked right behind it.
    const mended = clock.monoMs();
    for (const address of addresses.slice(4)) probe(address).silent = false;
    await clock.advance(20_000);
    for (const address of addresses.slice(4))
      expect((intake.of(`p${address}`)[0]?.atMs as number) - mended).toBeLessThan(15_000);
  });

  test('go on while one probe’s sample waits for the disk', async () => {
    const { clock, intake, line, probe } = setUp();
    line.connect();
    await clock.advance(4_000);
    const accept = intake.accept;
    let waits = 0;
    intake.accept = (sample) => {
      if (sample.device !== 'p1') return accept(sample);
      waits++;
      return new Promise(() => {});
    };
    const asked = probe(1).asked.length;
    await clock.advance(60_000);
    expect(waits).toBe(1);
    expect(probe(1).asked.length).toBe(asked + 1);
    for (const gap of gaps(intake.of('p2'))) expect(Math.abs(gap - 5_000)).toBeLessThanOrEqual(60);
  });

  test('a stalled disk stops the asking, and everything goes on when it is back', async () => {
    const { clock, intake, line, probe } = setUp();
    line.connect();
    await clock.advance(5_000);
    intake.stalled = true;
    await clock.advance(60_000);
    const asked = probe(2).asked.length;
    await clock.advance(60_000);
    expect(probe(2).asked.length).toBe(asked);
    intake.release();
    await clock.advance(20_000);
    expect(probe(2).asked.length).toBeGreaterThan(asked + 2);
  });

  test('a full journal is said at the device, and ends by itself', async () => {
    const { clock, intake, line, status } = setUp();
    line.connect();
    intake.refuse = new KarezError('JOURNAL_FULL', 'the journal is full');
    await clock.advance(10_000);
    expect(status(1)?.trouble).toBe('the journal is full');
    expect(intake.rejected).toEqual([]);
    intake.refuse = undefined;
    await clock.advance(10_000);
    expect(status(1)?.trouble).toBeNull();
  });

  test('a bus with more to do than time still asks each in turn, the silent ones too', async () => {
    const { clock, intake, line, probe } = setUp({ addresses: [1, 2, 3, 4], intervalMs: 100 });
    probe(4).silent = true;
    line.connect();
    await clock.advance(300_000);
    const counts = [1, 2, 3].map((a) => intake.of(`p${a}`).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    expect(probe(4).asked.length).toBeGreaterThanOrEqual(4);
    expect(probe(4).asked.length).toBeLessThan(30);
  });
});
