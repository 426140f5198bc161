import { KarezError, profileOf, type Sdi12Profile, seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { describe, expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import { attachSensors } from '../testing/sdi12-sensors.ts';
import { startSdi12Bus } from './bus.ts';
import type { Sdi12LineConfig } from './line-config.ts';

const TEROS = profileOf('teros-12') as Sdi12Profile;
const AT_ONCE = [1807.82, 0.57, 1.14, 21, 1];

interface Options extends Partial<Omit<Sdi12LineConfig, 'type' | 'devices'>> {
  addresses?: string;
  intervalMs?: number;
  profile?: Sdi12Profile;
  crc?: boolean;
}

function setUp({ addresses = '123', intervalMs = 10_000, profile = TEROS, crc, ...line }: Options = {}) {
  const clock = virtualClock();
  const intake = fakeIntake(clock.monoMs);
  const port = fakeTransport();
  const devices = [...addresses].map((address) => ({
    id: `s${address.toLowerCase()}`,
    profile: profile.id,
    intervalMs,
  }));
  const config: Sdi12LineConfig = {
    ...{ type: 'sdi12', port: { serial: '/dev/none' }, adapter: 'command', ...line },
    devices: devices.map((device, i) => ({
      ...{ ...device, address: addresses[i] as string },
      ...(crc === undefined ? {} : { crc }),
    })),
  };
  const it = startSdi12Bus(
    config,
    devices.map((device) => ({ ...device, profileRecord: profile })),
    intake,
    { clock, random: seededRandom(1), logger: silentLogger },
    port.open,
  );
  const bus = attachSensors(port.line, clock, addresses);
  const status = (address: string) => it.status().find((s) => s.id === `s${address}`);
  return { clock, intake, line: port.line, it, bus, sensor: bus.sensor, status };
}

const gaps = (samples: { atMs: number }[]) =>
  samples.slice(1).map((s, i) => s.atMs - (samples[i] as { atMs: number }).atMs);
const commands = (asked: { command: string }[]) => asked.map((a) => a.command);
const M = { ...TEROS, command: 'M' };

describe('a bus', () => {
  test('reads every sensor in its rhythm, values by channel, and asks once what it is', async () => {
    const { clock, intake, line, sensor, status } = setUp();
    line.connect();
    await clock.advance(60_000);
    for (const address of '123') {
      const samples = intake.of(`s${address}`);
      expect(samples.length).toBeGreaterThanOrEqual(6);
      for (const gap of gaps(samples)) expect(Math.abs(gap - 10_000)).toBeLessThanOrEqual(100);
      expect(samples[0]).toMatchObject({ channels: [0, 1, 2, 3, 4], values: AT_ONCE });
      expect(commands(sensor(address).asked).filter((c) => c === 'I')).toHaveLength(1);
      expect(status(address)?.trouble).toBeNull();
    }
    expect(line.baudRate).toBe(9_600);
    expect(intake.rejected).toEqual([]);
  });

  test('lets sensors measure concurrently: all start before the first is ready', async () => {
    const addresses = '0123456789abcdefghij';
    const { clock, intake, line, sensor } = setUp({ addresses, intervalMs: 60_000 });
    for (const address of addresses) sensor(address).seconds = 25;
    line.connect();
    await clock.advance(29_000);
    for (const address of addresses) {
      expect(intake.of(`s${address}`), address).toHaveLength(1);
      const [, start, fetch] = sensor(address).asked as { atMs: number }[];
      expect((fetch as { atMs: number }).atMs - (start as { atMs: number }).atMs).toBeGreaterThanOrEqual(25_000);
    }
    await clock.advance(300_000);
    for (const address of addresses)
      for (const gap of gaps(intake.of(`s${address}`))) expect(Math.abs(gap - 60_000)).toBeLessThan(500);
  });

  test('after M it waits for the service request and speaks to nobody else meanwhile', async () => {
    const { clock, intake, line, sensor } = setUp({ profile: M });
    Object.assign(sensor('1'), { seconds: 5, takesMs: 1_700 });
    line.connect();
    await clock.advance(8_000);
    const [, start, fetch] = sensor('1').asked as { atMs: number; command: string }[];
    expect([start?.command, fetch?.command]).toEqual(['M', 'D0']);
    expect((fetch?.atMs as number) - (start?.atMs as number)).toBeGreaterThanOrEqual(1_700);
    expect((fetch?.atMs as number) - (start?.atMs as number)).toBeLessThan(1_900);
    const others = [...sensor('2').asked, ...sensor('3').asked].map((a) => a.atMs);
    expect(others.filter((at) => at > (start?.atMs as number) && at < (fetch?.atMs as number))).toEqual([]);
    expect(intake.of('s1')[0]).toMatchObject({ values: AT_ONCE });
  });

  test('without a service request it waits for the whole time', async () => {
    const { clock, intake, line, sensor } = setUp({ profile: M, addresses: '1' });
    Object.assign(sensor('1'), { seconds: 3, sendsServiceRequest: false });
    line.connect();
    await clock.advance(5_000);
    const [, start, fetch] = sensor('1').asked as { atMs: number }[];
    expect((fetch?.atMs as number) - (start?.atMs as number)).toBeGreaterThanOrEqual(3_000);
    expect(intake.of('s1')).toHaveLength(1);
  });

  test('a service request that comes late is not taken for an empty answer', async () => {
    const { clock, intake, line, sensor } = setUp({ profile: M, addresses: '1' });
    Object.assign(sensor('1'), { seconds: 2, takesMs: 2_005 });
    line.connect();
    await clock.advance(5_000);
    expect(intake.of('s1')[0]).toMatchObject({ values: AT_ONCE });
    expect(commands(sensor('1').asked).filter((c) => c === 'M')).toHaveLength(1);
  });

  test('fetches 99 values by ten D commands, with a CRC on each', async () => {
    const values = Array.from({ length: 99 }, (_, i) => `${i % 2 ? '-' : '+'}${i}.${i}`);
    const wide = {
      ...{ ...TEROS, deadReplies: [], identity: undefined },
      channels: values.map((_, i) => ({ quantity: 'soil.raw', place: `n${i}`, decimals: 0 })),
    } as unknown as Sdi12Profile;
    const { clock, intake, line, sensor } = setUp({ profile: wide, addresses: '7', crc: true });
    Object.assign(sensor('7'), { values, perAnswer: 10, seconds: 1 });
    line.connect();
    await clock.advance(5_000);
    expect(intake.of('s7')[0]?.values).toEqual(values.map((v) => Number(v) + 0));
    expect(commands(sensor('7').asked)).toEqual(['I', 'CC', ...Array.from({ length: 10 }, (_, d) => `D${d}`)]);
  });

  test('several commands of a profile, and those that measure without waiting', async () => {
    const several = {
      ...{ ...TEROS, command: 'M', identity: undefined, deadReplies: [] },
      channels: [
        { quantity: 'soil.raw', decimals: 0 },
        { quantity: 'soil.temperature', command: 'M1', value: 2, decimals: 0 },
        { quantity: 'soil.ec', command: 'R3', value: 3, decimals: 0 },
        { quantity: 'soil.ph', command: 'V', decimals: 0 },
      ],
    } as unknown as Sdi12Profile;
    const { clock, intake, line, sensor } = setUp({ profile: several, addresses: '1', crc: true });
    line.connect();
    await clock.advance(2_000);
    expect(commands(sensor('1').asked)).toEqual(['I', 'MC', 'D0', 'MC1', 'D0', 'RC3', 'V', 'D0']);
    expect(intake.of('s1')[0]).toMatchObject({ channels: [0, 1, 2, 3], values: [1807.82, 21, 1, 1807.82] });
  });

  test('waits until an adapter has started that its opening restarts', async () => {
    const { clock, line, sensor } = setUp({ startDelayMs: 2_500 });
    line.connect();
    await clock.advance(10_000);
    expect(sensor('1').asked[0]?.atMs).toBeGreaterThanOrEqual(2_500);
  });

  test('a line that closes blames no sensor, and reading goes on when it is back', async () => {
    const { clock, intake, line, sensor, status } = setUp();
    for (const a of '123') sensor(a).seconds = 3;
    line.connect();
    await clock.advance(10_200);
    line.lose('/dev/none has gone: was it unplugged?');
    await clock.advance(60_000);
    expect(status('1')).toMatchObject({ timeouts: 0, trouble: '/dev/none has gone: was it unplugged?' });
    const before = intake.accepted.length;
    line.connect();
    await clock.advance(15_000);
    expect(intake.accepted.length).toBeGreaterThanOrEqual(before + 3);
    expect(status('1')?.trouble).toBeNull();
  });

  test('stopped, it asks and accepts nothing any more', async () => {
    const { clock, intake, line, it, sensor } = setUp();
    sensor('2').seconds = 3;
    line.connect();
    await clock.advance(11_000);
    const [written, accepted] = [line.written.length, intake.accepted.length];
    await it.stop();
    await clock.advance(60_000);
    expect([line.written.length, intake.accepted.length]).toEqual([written, accepted]);
    expect(clock.pending()).toBe(0);
  });
});

describe('through a transparent adapter', () => {
  const transparent = { adapter: 'transparent' } as const;

  test('breaks wake the sensors: before each other one, and after silence, but not between', async () => {
    const { clock, intake, line, bus } = setUp({ ...transparent, addresses: '12', intervalMs: 10_000 });
    bus.wakesItself = false;
    line.connect();
    await clock.advance(8_000);
    expect(intake.accepted).toHaveLength(2);
    // One break for identification, start and fetching of each.
    expect(line.breaks).toBe(2);
    expect(line.baudRate).toBe(1_200);
  });

  test('a port that makes no breaks says so', async () => {
    const { clock, line, bus, status } = setUp({ ...transparent, addresses: '1' });
    bus.wakesItself = false;
    line.canBreak = false;
    line.connect();
    await clock.advance(10_000);
    expect(status('1')?.trouble).toBe('address 1 does not answer; this port makes no breaks: sendBreak: false?');
  });

  test('repeats by the times of section 7.2: three tries behind a break, three breaks', async () => {
    const { clock, line, sensor } = setUp({ ...transparent, addresses: '1' });
    sensor('1').silent = true;
    line.connect();
    await clock.advance(3_000);
    const asked = sensor('1').asked.map((a) => a.atMs);
    expect(asked).toHaveLength(9);
    expect(line.breaks).toBe(3);
    const onWireMs = (3 * 10_000) / 1_200;
    for (const [i, at] of asked.entries()) {
      if (i % 3 === 0) continue;
      const silence = at - (asked[i - 1] as number) - onWireMs;
      expect(silence).toBeGreaterThanOrEqual(16.67);
      expect(silence).toBeLessThanOrEqual(87);
    }
    // At least one of the repeats comes when a sensor had 100 ms to wake up.
    expect((asked[2] as number) - (asked[0] as number)).toBeGreaterThan(100);
  });

  test('our own commands that come back are passed over, and named when nothing else comes', async () => {
    const { clock, intake, line, bus, sensor, status } = setUp({ ...transparent, addresses: '1', retries: 0 });
    bus.echo = true;
    line.connect();
    await clock.advance(3_000);
    expect(intake.of('s1')).toHaveLength(1);
    sensor('1').silent = true;
    await clock.advance(10_000);
    expect(status('1')?.trouble).toMatch(/only our own command came back/);
  });
});

describe('what goes wrong with one sensor', () => {
  test.each([
    ['a lost answer', () => ''],
    ['a wrong CRC', (a: string) => a.replace('+21.0', '+21.1')],
    ['a lost character', (a: string) => a.replace('.', '')],
    ['an answer of another', (a: string) => `9${a.slice(1)}`],
    ['only its end, as when joined in the middle', (a: string) => a.slice(8)],
    ['no line end', (a: string) => a.slice(0, -2)],
    ['rubbish', () => '\x00\xff~~~\r\n\n'],
  ])('%s is asked for again at once, and nothing wrong is accepted', async (_, spoil) => {
    const { clock, intake, line, sensor } = setUp({ addresses: '1', crc: true });
    let n = 0;
    sensor('1').spoil = (answer, command) => (command === 'D0' && n++ === 0 ? spoil(answer) : answer);
    line.connect();
    await clock.advance(4_000);
    expect(commands(sensor('1').asked)).toEqual(['I', 'CC', 'D0', 'D0']);
    expect(intake.of('s1')).toMatchObject([{ values: AT_ONCE }]);
    expect(intake.rejected).toEqual([]);
  });

  test.each([
    ['FRAME_CHECKSUM', (a: string) => a.replace('+21.0', '+21.1'), /^address 1: CRC .{3}, expected .{3}$/],
    ['FRAME_UNEXPECTED', (a: string) => `9${a.slice(1)}`, /^address 1: address 9 answered instead of 1$/],
    ['FRAME_TOO_SHORT', (a: string) => a.slice(0, 6), /has no line end/],
  ])('%s again and again is refused, counted and told', async (code, spoil, words) => {
    const { clock, intake, line, sensor, status } = setUp({ addresses: '1', crc: true });
    sensor('1').spoil = (answer, command) => (command === 'D0' ? spoil(answer) : answer);
    line.connect();
    await clock.advance(9_000);
    expect(intake.rejected).toMatchObject([{ device: 's1', source: 'fake', code }]);
    expect(intake.rejected[0]?.bytes?.length).toBeGreaterThan(0);
    expect(status('1')?.trouble).toMatch(words);
    expect(intake.accepted).toEqual([]);
  });

  test('a measurement that was given up is begun once more, then told', async () => {
    const { clock, intake, line, sensor, status } = setUp({ addresses: '1' });
    let starts = 0;
    sensor('1').spoil = (answer, command) => {
      if (command === 'C' && starts++ === 0) sensor('1').abort();
      return answer;
    };
    line.connect();
    await clock.advance(4_000);
    expect(commands(sensor('1').asked)).toEqual(['I', 'C', 'D0', 'C', 'D0']);
    expect(intake.of('s1')).toHaveLength(1);
    sensor('1').spoil = (answer, command) => {
      if (command === 'C') sensor('1').abort();
      return answer;
    };
    await clock.advance(10_000);
    expect(status('1')?.trouble).toBe('address 1 gave the measurement up');
    expect(intake.rejected).toMatchObject([{ code: 'DEVICE_EXCEPTION' }]);
  });

  test('fewer values than were announced are refused', async () => {
    const { clock, intake, line, sensor, status } = setUp({ addresses: '1' });
    sensor('1').spoil = (answer, command) => (command === 'D0' ? '1+1807.82+21.0\r\n' : answer);
    line.connect();
    await clock.advance(5_000);
    expect(status('1')?.trouble).toBe('address 1: 2 values; 3 were announced');
    expect(intake.accepted).toEqual([]);
  });

  test('one that knows no such command, or wants the bus for long, is told', async () => {
    const { clock, line, sensor, status } = setUp({ profile: M, addresses: '12' });
    sensor('1').spoil = (answer, command) => (command === 'M' ? '10000\r\n' : answer);
    sensor('2').seconds = 400;
    line.connect();
    await clock.advance(8_000);
    expect(status('1')?.trouble).toBe('address 1 has no values by M');
    expect(status('2')?.trouble).toMatch(/needs 400 s by M, more than the bus may be held; read it with C/);
  });

  test('a sensor of another kind is pointed out; what it measures is kept', async () => {
    const { clock, intake, line, sensor, status } = setUp({ addresses: '123' });
    sensor('3').identity = '13METER   TER21 389T21-00010373';
    sensor('3').values = ['-205.7', '+4.4'];
    sensor('1').identity = '13METER   TER11 301T11-00019674';
    sensor('2').identity = 'something of its own';
    line.connect();
    await clock.advance(5_000);
    expect(status('1')?.trouble).toBe('says that it is METER TER11: not a teros-12?');
    expect(status('2')?.trouble).toBeNull();
    expect(status('3')?.trouble).toMatch(
      /^says that it is METER TER21: not a teros-12\?; 2 values by \w+; teros-12 has/,
    );
    expect(intake.accepted).toHaveLength(2);
  });

  test('dead answers and markers are absent, and no numbers', async () => {
    const { clock, intake, line, sensor, status } = setUp({ addresses: '12' });
    sensor('1').values = ['+0', '+0', '+0'];
    sensor('2').values = ['-9999', '+20.5', '+12'];
    line.connect();
    await clock.advance(5_000);
    expect(intake.of('s1')[0]?.values).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(intake.of('s2')[0]?.values).toEqual([Number.NaN, Number.NaN, Number.NaN, 20.5, 12]);
    expect(status('1')?.trouble).toMatch(/without a value in any channel/);
  });
});

describe('the others', () => {
  test.each(['command', 'transparent'] as const)(
    'keep their rhythm beside dead sensors, which are noticed soon after they speak again (%s)',
    async (adapter) => {
      const addresses = '0123456789ab';
      const { clock, intake, line, sensor, status } = setUp({ addresses, intervalMs: 15_000, adapter });
      for (const a of addresses) sensor(a).seconds = 2;
      for (const a of '3456') sensor(a).silent = true;
      line.connect();
      await clock.advance(120_000);
      const from = clock.monoMs();
      await clock.advance(600_000);
      expect(status('3')?.trouble).toMatch(/^address 3 does not answer/);
      for (const a of '012789ab') {
        const samples = intake.of(`s${a}`).filter((s) => s.atMs > from);
        expect(samples.length, a).toBeGreaterThanOrEqual(39);
        for (const gap of gaps(samples)) expect(Math.abs(gap - 15_000)).toBeLessThan(1_500);
      }
      const mended = clock.monoMs();
      for (const a of '3456') sensor(a).silent = false;
      await clock.advance(60_000);
      for (const a of '3456') expect((intake.of(`s${a}`)[0]?.atMs as number) - mended, a).toBeLessThan(45_000);
    },
  );

  test('go on while one sensor’s sample waits for the disk; a full journal is said', async () => {
    const { clock, intake, line, sensor, status } = setUp();
    line.connect();
    await clock.advance(5_000);
    intake.stalled = true;
    await clock.advance(30_000);
    const asked = sensor('1').asked.length;
    await clock.advance(30_000);
    expect(sensor('1').asked.length).toBe(asked);
    intake.release();
    intake.refuse = new KarezError('JOURNAL_FULL', 'the journal is full');
    await clock.advance(15_000);
    expect(status('2')?.trouble).toBe('the journal is full');
    intake.refuse = undefined;
    await clock.advance(15_000);
    expect(status('2')?.trouble).toBeNull();
  });
});
