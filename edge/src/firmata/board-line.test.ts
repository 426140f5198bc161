import { type FirmataProfile, KarezError, profileOf, seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { describe, expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import type { BoardEvents, BoardOrder, BoardPlan, FromBoard, StartBoard, ToBoard } from './board.ts';
import { startBoardLine } from './board-line.ts';
import type { FirmataLineConfig } from './line-config.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const bme = Buffer.from((profileOf('bme280') as FirmataProfile).frames[0]?.hex as string, 'hex');
const VERSION = hex('F9 02 05');
const FIRMWARE = hex('F0 79 02 05 53 00 F7');

const CONFIG: FirmataLineConfig = {
  type: 'firmata',
  port: { serial: '/dev/ttyACM0' },
  devices: [
    { id: 'bed', profile: 'analog-soil-probe', pin: 'A0', intervalMs: 10_000 },
    { id: 'hut', profile: 'bme280', address: 0x76 },
    { id: 'gauge', profile: 'tipping-bucket', pin: 2, tipMm: 0.2 },
  ],
  outputs: [
    { id: 'pump', pin: 7 },
    { id: 'fan', pin: 8, activeLow: true, safe: 'on' },
  ],
};

/** A line whose driver is in the test's hands: what it is told, and what it says. */
async function setUp(config: Partial<FirmataLineConfig> = {}) {
  const line: FirmataLineConfig = { ...CONFIG, ...config };
  const clock = virtualClock(Date.UTC(2026, 5, 10));
  const intake = fakeIntake(() => clock.monoMs());
  const { line: port, open } = fakeTransport();
  const threads: { plan: BoardPlan; events: BoardEvents; told: ToBoard[]; isStopped: boolean }[] = [];
  const memory = new Map<string, string>();
  /** What the board answers to an order; undefined: nothing. */
  const answers = { of: answerOf as (order: BoardOrder) => FromBoard | undefined };
  const start: StartBoard = (plan, events) => {
    const thread = { plan, events, told: [] as ToBoard[], isStopped: false };
    threads.push(thread);
    return {
      send(message) {
        thread.told.push(message);
        if (!('order' in message)) return;
        const answer = answers.of(message.is);
        if (answer !== undefined) clock.after(1, () => events.said({ ...answer, ...numbered(answer, message.order) }));
      },
      async stop() {
        thread.isStopped = true;
      },
    };
  };
  const deps = {
    ...{ clock, random: seededRandom(1), logger: silentLogger, startBoard: start },
    time: { now: () => ({ timeMs: clock.wallMs(), dated: true }) },
    memory: {
      recall: async (key: string) => memory.get(key) ?? null,
      async remember(key: string, text: string) {
        memory.set(key, text);
        return null;
      },
    },
  } as Parameters<typeof startBoardLine>[3];
  const devices = line.devices.map((d) => ({ ...d, profileRecord: profileOf(d.profile) }));
  const it = startBoardLine(line, devices, intake, deps, open);
  const last = () => threads.at(-1) as (typeof threads)[number];
  const say = (message: FromBoard) => last().events.said(message);
  const troubles = () => it.status().map((d) => d.trouble);
  const ready = (unfit: Record<string, string> = {}) =>
    say({ ready: { firmware: 'StandardFirmata.ino 2.5', analogMax: 1023, unfit } });
  return { it, port, clock, intake, threads, last, say, ready, answers, troubles, memory };
}

const numbered = (answer: FromBoard, order: number) => ('failed' in answer ? { failed: order } : { answered: order });

/** A sound board with a BME280 at 0x76. */
function answerOf(order: BoardOrder): FromBoard {
  const bytes = (from: number, count: number) => ({
    answered: 0,
    answer: Uint8Array.from(bme.subarray(from, from + count)),
  });
  if (order.what === 'check') return { answered: 0, answer: null };
  if (order.what === 'switch') return { answered: 0, answer: order.on };
  if (order.what === 'i2c-write') return { answered: 0, answer: null };
  switch (order.register) {
    case 0xd0:
      return { answered: 0, answer: Uint8Array.of(0x60) };
    case 0x88:
      return bytes(0, 24);
    case 0xa1:
      return bytes(24, 1);
    case 0xe1:
      return bytes(25, 7);
    default:
      return { answered: 0, answer: Uint8Array.of(1, 0, 0x24, 0, 0, ...bme.subarray(32)) };
  }
}

async function running(config: Partial<FirmataLineConfig> = {}) {
  const set = await setUp(config);
  set.port.connect();
  set.ready();
  await set.clock.advance(0);
  return set;
}

describe('a board', () => {
  test('is driven by what the configuration says', async () => {
    const { last, port } = await running();
    expect(port.baudRate).toBe(57_600);
    expect(last().plan).toEqual({
      ...{ samplingMs: 1_000, analog: [0], inputs: [2], i2c: true },
      outputs: [
        { pin: 7, activeLow: false, safe: false },
        { pin: 8, activeLow: true, safe: true },
      ],
    });
  });

  test('gets whole messages only, and its driver’s bytes go out', async () => {
    const { last, port, say } = await running();
    port.say(hex('42 02 E0 41'), hex('02 F0 60 48 F7 91 04'), hex('00 E1'));
    expect(last().told.filter((m) => 'bytes' in m)).toEqual([{ bytes: hex('E0 41 02') }, { bytes: hex('91 04 00') }]);
    say({ write: hex('C0 01') });
    expect(port.written).toEqual([hex('C0 01')]);
  });

  test('that says nothing is told of, and tried again', async () => {
    const { port, clock, troubles, threads } = await setUp();
    port.connect();
    await clock.advance(19_000);
    expect(troubles()[0]).toBe('the board has not answered yet');
    await clock.advance(2_000);
    expect(troubles()[0]).toMatch(/^does not speak Firmata: has it StandardFirmata/);
    expect(threads.map((t) => t.isStopped)).toEqual([true, false]);
    // Asked for its version and name every 2.5 s.
    expect(port.written.slice(0, 2)).toEqual([hex('F9 F0 79 F7'), hex('F9 F0 79 F7')]);
    expect(port.written).toHaveLength(8);
  });

  test('at another speed is told of', async () => {
    const { port, troubles } = await setUp();
    port.connect();
    for (let i = 0; i < 200; i++) port.say(hex('12 34 56 78 9A BC'));
    expect(troubles()[1]).toMatch(/^bytes come in, but no Firmata message among them/);
  });

  test('that starts anew is begun with anew, with what it said of itself', async () => {
    const { port, threads, last, ready, troubles, it } = await running();
    port.say(VERSION);
    port.say(FIRMWARE);
    expect(threads.map((t) => t.isStopped)).toEqual([true, false]);
    expect(last().told).toEqual([{ bytes: VERSION }, { bytes: FIRMWARE }]);
    expect(troubles()[0]).toBe('the board has started anew');
    expect(it.outputs?.states().map((o) => o.on)).toEqual([null, null]);
    // Said while it is begun with, the same is an answer.
    port.say(FIRMWARE);
    expect(threads).toHaveLength(2);
    ready();
    expect(troubles()).toEqual([null, null, null]);
  });

  test('whose pins are not as they were set is begun with anew', async () => {
    const { answers, clock, threads, troubles, say } = await running();
    const wrong = 'pin 2 is not as it was set: the board has started anew';
    answers.of = (order) => (order.what === 'check' ? { answered: 0, answer: wrong } : answerOf(order));
    say({ analog: 0, value: 400 });
    await clock.advance(10_100);
    expect([threads.length, troubles()[0]]).toEqual([2, wrong]);
  });

  test('that does not answer, or sends no values any more, is begun with anew', async () => {
    const deaf = await running();
    deaf.answers.of = () => undefined;
    for (let s = 0; s < 25; s++) {
      deaf.say({ analog: 0, value: 400 });
      await deaf.clock.advance(1_000);
    }
    expect([deaf.threads.length, deaf.troubles()[0]]).toEqual([2, 'the board does not answer any more']);
    const mute = await running();
    await mute.clock.advance(20_100);
    expect([mute.threads.length, mute.troubles()[0]]).toEqual([2, 'the board sends no values any more']);
  });

  test('whose driver ends is begun with again after a while', async () => {
    const { last, clock, threads, troubles, ready } = await running();
    last().events.ended('Cannot read properties of undefined');
    expect(troubles()[0]).toBe('the driver of the board ended: Cannot read properties of undefined');
    await clock.advance(4_000);
    expect(threads).toHaveLength(1);
    await clock.advance(1_500);
    expect(threads).toHaveLength(2);
    ready();
    expect(troubles()[0]).toBeNull();
  });

  test('that is unplugged ends its driver, and nothing that this one still says is believed', async () => {
    const { port, threads, intake, clock, troubles } = await running();
    const [first] = threads;
    port.lose('unplugged');
    expect(first?.isStopped).toBe(true);
    first?.events.said({ analog: 0, value: 400 });
    first?.events.ended('terminated');
    await clock.advance(60_000);
    expect([threads.length, intake.accepted.length, troubles()[0]]).toEqual([1, 0, 'unplugged']);
    port.connect();
    expect(threads).toHaveLength(2);
  });
});

describe('sensors', () => {
  test('on analog pins give the middle of their values, at the device’s interval', async () => {
    const { say, clock, intake } = await running();
    for (const value of [400, 402, 1_000, 401, 400]) {
      say({ analog: 0, value });
      await clock.advance(1_000);
    }
    expect(intake.of('bed').map((s) => s.values)).toEqual([[401]]);
    for (let s = 0; s < 20; s++) {
      say({ analog: 0, value: 300 + s });
      await clock.advance(1_000);
    }
    expect(intake.of('bed').map((s) => [s.atMs - (intake.of('bed')[0]?.atMs ?? 0), ...s.values])).toEqual([
      [0, 401],
      [10_000, 305],
      [20_000, 315],
    ]);
  });

  test('at the end of the converter’s range, or beyond it, have no value', async () => {
    const { say, clock, intake, troubles } = await running();
    for (let s = 0; s < 5; s++) {
      say({ analog: 0, value: 1023 });
      await clock.advance(1_000);
    }
    expect(intake.of('bed').map((s) => s.values)).toEqual([[Number.NaN]]);
    expect(troubles()[0]).toBe('answers, but without a value: is it broken?');
    say({ analog: 0, value: 4_000 });
    expect(intake.rejected.at(-1)?.reason).toBe('A0 says 4000; 1023 is the most');
  });

  test('on I2C are measured with their own calibration', async () => {
    const { clock, intake, last } = await running({ devices: [{ id: 'hut', profile: 'bme280', address: 0x76 }] });
    await clock.advance(60_200);
    expect(intake.of('hut').map((s) => s.values)).toEqual([
      [24.44, 54.17, 996.21],
      [24.44, 54.17, 996.21],
    ]);
    const orders = last().told.flatMap((m) => ('is' in m && m.is.what === 'i2c-write' ? [m.is.bytes] : []));
    expect(orders.slice(0, 2)).toEqual([
      [0xf2, 1],
      [0xf4, 0x25],
    ]);
  });

  test.each([
    ['another chip', 0xd0, Uint8Array.of(0x58), 'there is a BMP280, which measures no humidity: not a BME280', 1],
    ['a calibration of nothing', 0x88, new Uint8Array(24).fill(0xff), 'a calibration of nothing but 255', 0],
  ])('on I2C with %s are refused in words', async (_, register, bytes, reason, rejected) => {
    const { port, ready, answers, clock, intake, troubles } = await setUp();
    answers.of = (order) => {
      if (order.what !== 'i2c-read') return answerOf(order);
      if (register === 0x88 && order.register !== 0xd0 && order.register !== 0xf2)
        return { answered: 0, answer: bytes.slice(0, order.count) };
      return order.register === register ? { answered: 0, answer: bytes } : answerOf(order);
    };
    port.connect();
    ready();
    await clock.advance(1_000);
    expect(troubles()[1]).toContain(reason);
    expect(intake.of('hut')).toEqual([]);
    expect(intake.rejected.length).toBeGreaterThanOrEqual(rejected);
  });

  test('that do not answer are counted, and the others go on', async () => {
    const { port, ready, answers, clock, intake, it, say } = await setUp();
    answers.of = (order) =>
      order.what === 'i2c-read' ? { failed: 0, why: 'nothing comes from 0x76' } : answerOf(order);
    port.connect();
    ready();
    for (let s = 0; s < 6; s++) {
      say({ analog: 0, value: 400 });
      await clock.advance(1_000);
    }
    expect(it.status().map((d) => [d.id, d.timeouts, d.trouble])).toEqual([
      ['bed', 0, null],
      ['hut', 1, 'nothing comes from 0x76'],
      ['gauge', 0, null],
    ]);
    expect(intake.of('bed')).toHaveLength(1);
  });

  test('that the board has no pin for say so', async () => {
    const { port, ready, troubles, it } = await setUp();
    port.connect();
    ready({ A0: 'this board has no pin A0', 7: 'this board has no pin 7' });
    expect(troubles()).toEqual(['this board has no pin A0', null, null]);
    expect(it.outputs?.states().map((o) => o.on)).toEqual([null, true]);
  });

  test('that count rain give it once an interval, and again where it was not taken', async () => {
    const { say, clock, intake, memory, troubles } = await running();
    const tip = async () => {
      say({ input: 2, level: 0 });
      await clock.advance(100);
      say({ input: 2, level: 1 });
      say({ analog: 0, value: 400 });
      await clock.advance(4_900);
    };
    say({ input: 2, level: 1 });
    await clock.advance(1_000);
    await tip();
    await tip();
    intake.refuse = new KarezError('JOURNAL_FULL', 'the journal is full');
    for (let i = 0; i < 10; i++) await tip();
    expect(intake.of('gauge')).toEqual([]);
    expect(troubles()[2]).toBe('the journal is full');
    intake.refuse = undefined;
    for (let i = 0; i < 24; i++) await tip();
    const rain = intake.of('gauge').map((s) => [s.counter, Math.round((s.values[0] as number) * 10) / 10]);
    expect(rain[0]).toEqual([12, 2.4]);
    expect(rain.reduce((sum, [, mm]) => sum + (mm as number), 0)).toBeCloseTo(0.2 * (rain.at(-1)?.[0] as number), 6);
    expect(JSON.parse(memory.get('firmata-rain/gauge') as string)).toMatchObject({ total: 36 });
    expect(troubles()[2]).toBeNull();
  });
});

describe('outputs', () => {
  test('stand in their safe state, switch with a confirmation, and are made safe at the end', async () => {
    const { it, clock, last } = await running();
    const { outputs } = it;
    expect(outputs?.states()).toEqual([
      { id: 'pump', on: false, safe: false },
      { id: 'fan', on: true, safe: true },
    ]);
    const done = outputs?.set('pump', true);
    await clock.advance(10);
    await done;
    expect(outputs?.states()[0]).toEqual({ id: 'pump', on: true, safe: false });
    const stopping = it.stop();
    await clock.advance(10);
    await stopping;
    const switched = last().told.flatMap((m) => ('is' in m && m.is.what === 'switch' ? [[m.is.pin, m.is.on]] : []));
    expect(switched).toEqual([
      [7, true],
      [7, false],
    ]);
    expect(last().isStopped).toBe(true);
  });

  test('that do not obey, do not exist or are away are errors', async () => {
    const { it, clock, answers, port } = await running();
    answers.of = (order) => (order.what === 'switch' ? { answered: 0, answer: !order.on } : answerOf(order));
    const stuck = expect(it.outputs?.set('pump', true)).rejects.toThrow('pump (pin 7) did not switch on');
    await clock.advance(10);
    await stuck;
    await expect(it.outputs?.set('siren', true)).rejects.toThrow('no output "siren" is on this line');
    answers.of = () => undefined;
    const late = expect(it.outputs?.set('pump', true)).rejects.toThrow('the board does not answer');
    await clock.advance(2_100);
    await late;
    port.lose();
    expect(it.outputs?.states().map((o) => o.on)).toEqual([null, null]);
    const away = expect(it.outputs?.set('pump', true)).rejects.toMatchObject({ code: 'TRANSPORT_CLOSED' });
    await clock.advance(10);
    await away;
  });

  test('are switched one after the other', async () => {
    const { it, clock, last } = await running();
    const both = Promise.all([it.outputs?.set('pump', true), it.outputs?.set('fan', false)]);
    await clock.advance(0);
    const orders = () => last().told.filter((m) => 'is' in m && m.is.what === 'switch').length;
    expect(orders()).toBeLessThan(2);
    await clock.advance(50);
    await both;
    expect(orders()).toBe(2);
  });
});

test('an answer of I2C that was cut is refused and not handed on', async () => {
  const { port, intake, last } = await running();
  const before = last().told.length;
  port.say(hex('F0 77 76 00 08 01 6C 00 6E F7'));
  port.say(hex('F0 77 76 00 08 01 6C 00 6E 02 F7'));
  expect(intake.rejected.map((r) => r.code)).toEqual(['FRAME_MALFORMED', 'FRAME_MALFORMED']);
  expect(last().told.length).toBe(before);
});
