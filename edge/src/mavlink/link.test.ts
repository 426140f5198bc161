import { type MavlinkProfile, profileOf, seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import { type FrameOptions, mavlinkFrame } from '../testing/mavlink-frames.ts';
import { readFrame } from './frame.ts';
import type { MavlinkLineConfig } from './line-config.ts';
import { startMavlinkLink } from './link.ts';

const profile = profileOf('mavlink-sprayer') as MavlinkProfile;

interface Wish {
  intervalMs?: number;
  port?: MavlinkLineConfig['port'];
  vehicle?: Partial<MavlinkLineConfig['devices'][number]>;
}

function setUp({ intervalMs, port: linePort = { tcp: '127.0.0.1:1' }, vehicle = {} }: Wish = {}) {
  const clock = virtualClock();
  const intake = fakeIntake(clock.monoMs);
  const port = fakeTransport();
  const devices = [
    { id: 'drone-1', profile: profile.id, systemId: 1, ...vehicle },
    { id: 'drone-2', profile: profile.id, systemId: 2 },
  ];
  const config: MavlinkLineConfig = { type: 'mavlink', port: linePort, devices };
  const it = startMavlinkLink(
    config,
    devices.map(({ id }) => ({
      ...{ id, profile: profile.id, profileRecord: profile },
      ...(intervalMs === undefined ? {} : { intervalMs }),
    })),
    intake,
    {
      ...{ clock, random: seededRandom(1), logger: silentLogger, secrets: { 'drone-1': 'a passphrase' } },
      time: { now: () => ({ timeMs: clock.wallMs(), dated: true }) },
    },
    port.open,
  );
  port.line.connect();
  const count = (what: string, labels: object = {}) =>
    (it.counts?.() ?? [])
      .filter((c) => c.what === what && Object.entries(labels).every(([key, value]) => c.labels[key] === `${value}`))
      .reduce((sum, { n }) => sum + n, 0);
  const written = () => port.line.written.map((bytes) => readFrame(bytes));
  return { clock, intake, line: port.line, it, trouble: () => it.status().map((s) => s.trouble), count, written };
}
/** Numbers go round, as a sender's do. */
let sequence = 0;
const next = () => (sequence = (sequence + 1) & 255);
const position = (system: number, options: FrameOptions = {}) =>
  mavlinkFrame('GLOBAL_POSITION_INT', { lat: 443_000_000, lon: 860_000_000 }, { system, sequence: next(), ...options });
const named = (name: string, value: number) => mavlinkFrame('NAMED_VALUE_FLOAT', { name, value }, { sequence: next() });

test('each vehicle’s messages go to its own device; nobody else’s go anywhere', async () => {
  const { clock, intake, line, trouble } = setUp();
  expect(trouble()).toEqual(['not heard yet', 'not heard yet']);
  line.say(position(9), position(7));
  await clock.advance(0);
  expect(trouble()[0]).toBe('not heard yet; who is heard is system 7, 9');
  line.say(position(1), position(2), position(255), mavlinkFrame('ATTITUDE', { roll: 1 }));
  await clock.advance(0);
  expect(intake.accepted.map((s) => s.device)).toEqual(['drone-1', 'drone-2']);
  expect(trouble()).toEqual([null, null]);
});

test('messages are thinned by time, each kind and each name by itself; a longer interval of the device wins', async () => {
  const ten = async (intervalMs?: number) => {
    const { clock, intake, line } = setUp(intervalMs === undefined ? {} : { intervalMs });
    for (let t = 0; t < 10_000; t += 100) {
      line.say(position(1), named('flow', 1), named('sections', 7));
      await clock.advance(100);
    }
    return ['position.latitude', 'sprayer.flow', 'sprayer.sections'].map(
      (quantity) =>
        intake.of('drone-1').filter((s) => profile.channels[s.channels[0] as number]?.quantity === quantity).length,
    );
  };
  expect(await ten()).toEqual([20, 100, 100]);
  expect(await ten(2_000)).toEqual([6, 6, 6]);
});

test('a frame behind a false start mark waits a second at most, also while more comes in', async () => {
  const { clock, intake, line } = setUp();
  line.say(Uint8Array.of(0xfd, 0xff, 0x00));
  await clock.advance(300);
  line.say(position(1));
  await clock.advance(500);
  line.say(named('flow', 1));
  expect(intake.accepted).toEqual([]);
  await clock.advance(201);
  expect(intake.accepted.length).toBe(2);
  expect(intake.rejected).toMatchObject([{ source: 'fake', code: 'FRAME_TOO_SHORT' }]);
  await clock.advance(10_000);
  expect(clock.pending()).toBe(0);
});

test('damaged frames are counted with their reason; a line of noise is named', async () => {
  const { clock, intake, line, trouble } = setUp();
  line.say(
    position(1).map((b, i) => (i === 15 ? b ^ 1 : b)),
    position(1),
  );
  await clock.advance(0);
  expect(intake.rejected).toMatchObject([
    { code: 'FRAME_CHECKSUM', reason: expect.stringMatching(/GLOBAL_POSITION_INT .*system 1.*: checksum/) },
  ]);
  expect(intake.accepted.length).toBe(1);
  line.say(new Uint8Array(1_100).fill(0x55));
  expect(trouble()[0]).toMatch(/is the speed right/);
  line.say(position(1));
  await clock.advance(1_000);
  expect(trouble()[0]).toBeNull();
  line.lose('nobody answers at 127.0.0.1:1');
  expect(trouble()).toEqual(['nobody answers at 127.0.0.1:1', 'nobody answers at 127.0.0.1:1']);
});

test('several vehicles on one port, each from its own address: their bytes never mix', async () => {
  const { clock, intake, line } = setUp({ port: { udpListen: '0.0.0.0:14550' } });
  const [one, two] = [position(1), position(2)];
  // Each datagram is a piece of a frame, as some serial bridges send them.
  for (let at = 0; at < one.length; at += 7) {
    line.sayFrom('10.0.0.1:5000', one.subarray(at, at + 7));
    line.sayFrom('10.0.0.2:5000', two.subarray(at, at + 7));
  }
  await clock.advance(0);
  expect(intake.accepted.map((s) => s.device)).toEqual(['drone-1', 'drone-2']);
  expect(intake.rejected).toEqual([]);
});

test('a vehicle heard by two ways is one: what came twice is counted and not stored twice', async () => {
  const { clock, intake, line, count } = setUp({ port: { udpListen: '0.0.0.0:14550' } });
  for (let i = 0; i < 10; i++) {
    const frame = named('flow', i);
    line.sayFrom('10.0.0.1:5000', frame);
    line.sayFrom('10.0.0.9:6000', frame);
    await clock.advance(100);
  }
  expect(intake.of('drone-1').map((s) => s.values)).toEqual(Array.from({ length: 10 }, (_, i) => [i]));
  expect([count('frames'), count('repeated')]).toEqual([10, 10]);
});

test('what the numbers say was lost is counted by system and component, and stands in the status', async () => {
  const { clock, line, count, it } = setUp();
  for (const [system, component, n] of [
    [1, 1, 10],
    [1, 1, 12],
    [1, 154, 10],
    [1, 154, 13],
    [2, 1, 10],
    [2, 1, 11],
    [77, 1, 0],
    [77, 1, 9],
  ])
    line.say(position(system as number, { component, sequence: n } as FrameOptions));
  await clock.advance(0);
  expect(count('lost', { system: 1, component: 1 })).toBe(1);
  expect(count('lost', { system: 1, component: 154 })).toBe(2);
  expect(count('lost', { system: 77 })).toBe(8);
  expect(it.status().map((s) => s.lost)).toEqual([3, 0]);
});

test('messages that nobody knows are counted, not rejected', async () => {
  const { clock, intake, line, count } = setUp();
  line.say(Uint8Array.of(0xfd, 1, 0, 0, 7, 1, 1, 0x60, 0xea, 0, 9, 0x12, 0x34), position(1));
  await clock.advance(0);
  expect(intake.rejected).toEqual([]);
  expect(intake.accepted.length).toBe(1);
  expect(count('unknown', { message: 60_000 })).toBe(1);
});

test('a vehicle that is to sign: only what is signed with its passphrase is believed, and that is said', async () => {
  const { clock, intake, line, trouble } = setUp({ vehicle: { signed: true } });
  const signedMs = clock.wallMs();
  line.say(position(1), position(2), position(1, { key: 'another', signedMs }));
  await clock.advance(0);
  expect(intake.accepted.map((s) => s.device)).toEqual(['drone-2']);
  expect(intake.rejected).toMatchObject([
    { device: 'drone-1', code: 'FRAME_SIGNATURE', reason: expect.stringMatching(/not signed/) },
    { device: 'drone-1', code: 'FRAME_SIGNATURE', reason: expect.stringMatching(/does not fit the key/) },
  ]);
  expect(trouble()[0]).toMatch(/GLOBAL_POSITION_INT of system 1: its signature does not fit/);
  line.say(position(1, { key: 'a passphrase', signedMs: signedMs + 1 }));
  await clock.advance(0);
  expect(intake.of('drone-1').length).toBe(1);
  expect(trouble()[0]).toBeNull();
});

test('without a passphrase signed frames are read as they are', async () => {
  const { clock, intake, line } = setUp();
  line.say(position(1, { key: 'whatever' }));
  await clock.advance(0);
  expect(intake.accepted.length).toBe(1);
});

test('the time of a vehicle with a fix is handed on, without one it is not', async () => {
  const { clock, intake, line } = setUp();
  const time = (micros: bigint, component = 1) =>
    mavlinkFrame('SYSTEM_TIME', { time_unix_usec: micros }, { sequence: next(), component });
  const fix = (fix_type: number) => mavlinkFrame('GPS_RAW_INT', { fix_type }, { sequence: next() });
  const micros = 1_780_272_000_123_456n;
  line.say(time(micros), fix(2), time(micros), fix(6), time(0n), time(micros, 154), time(micros));
  expect(intake.satellite).toEqual([{ device: 'drone-1', timeMs: 1_780_272_000_123.456, atMs: 0 }]);
  line.say(fix(1), time(micros));
  await clock.advance(20_000);
  line.say(fix(3));
  await clock.advance(16_000);
  line.say(time(micros));
  expect(intake.satellite.length).toBe(1);
});

test('a channel follows the best that the vehicle sends', async () => {
  const { clock, intake, line } = setUp();
  const clearance = () =>
    intake.accepted.flatMap((s) =>
      s.channels.flatMap((c, i) => (profile.channels[c]?.quantity === 'position.clearance' ? [s.values[i]] : [])),
    );
  const terrain = () => mavlinkFrame('TERRAIN_REPORT', { current_height: 9 }, { sequence: next() });
  const range = (cm: number) =>
    mavlinkFrame(
      'DISTANCE_SENSOR',
      { orientation: 25, min_distance: 10, max_distance: 900, current_distance: cm },
      { sequence: next() },
    );
  for (let i = 0; i < 3; i++) {
    line.say(terrain(), range(300 + i));
    await clock.advance(1_000);
  }
  expect(clearance()).toEqual([9, 3, 3.01, 3.02]);
  for (let i = 0; i < 30; i++) {
    line.say(terrain(), range(5_000));
    await clock.advance(1_000);
  }
  // Out of the sensor's range: the terrain's height stands in once the sensor has said nothing for a while.
  expect(clearance().at(-1)).toBe(9);
});

test('nothing is ever sent unless that is asked for', async () => {
  const { clock, line } = setUp();
  line.say(mavlinkFrame('HEARTBEAT', { autopilot: 3 }), position(1));
  await clock.advance(60_000);
  expect(line.written).toEqual([]);
});

test('to an address a heartbeat goes out each second, from no vehicle and no ground station', async () => {
  const { clock, written } = setUp({ port: { udp: '10.0.0.1:14555' } });
  await clock.advance(3_000);
  expect(written().map((f) => [f.name, f.system, f.component, f.field('type')])).toEqual([
    ['HEARTBEAT', 254, 191, 18],
    ['HEARTBEAT', 254, 191, 18],
    ['HEARTBEAT', 254, 191, 18],
  ]);
});

test('messages are asked for one by one, again where there is no answer, anew after a silence', async () => {
  const { clock, line, written, count } = setUp({
    vehicle: { setIntervals: true },
    port: { udpListen: '0.0.0.0:14550' },
  });
  const asked = () => written().filter((f) => f.name === 'COMMAND_LONG');
  const ack = (result: number, fields: object = {}) =>
    mavlinkFrame('COMMAND_ACK', { command: 511, result, ...fields }, { sequence: next() });
  const heartbeat = () => mavlinkFrame('HEARTBEAT', { autopilot: 3 }, { sequence: next() });
  await clock.advance(2_000);
  expect(asked()).toEqual([]);
  line.sayFrom('10.0.0.7:5000', heartbeat());
  expect(asked().map((f) => f.fields)).toMatchObject([
    { command: 511, param1: 0, param2: 1_000_000, target_system: 1, target_component: 1, confirmation: 0 },
  ]);
  expect(line.writtenTo.at(-1)).toBe('10.0.0.7:5000');
  line.sayFrom('10.0.0.7:5000', ack(0, { target_system: 255 }));
  expect(asked().length).toBe(1);
  line.sayFrom('10.0.0.7:5000', ack(0));
  expect(asked().at(-1)?.fields).toMatchObject({ param1: 33, param2: 500_000 });
  // No answer: three tries, then the next.
  await clock.advance(4_600);
  expect(asked().map((f) => [f.field('param1'), f.field('confirmation')])).toEqual([
    [0, 0],
    [33, 0],
    [33, 1],
    [33, 2],
    [24, 0],
  ]);
  for (let i = 0; i < 30; i++) line.sayFrom('10.0.0.7:5000', ack(3));
  const all = asked().length;
  expect(count('not-sent', { system: 1 })).toBe(all - 3);
  expect(count('not-sent', { message: 'GLOBAL_POSITION_INT' })).toBe(1);
  line.sayFrom('10.0.0.7:5000', heartbeat());
  await clock.advance(9_000);
  expect(asked().length).toBe(all);
  await clock.advance(2_000);
  line.sayFrom('10.0.0.8:5000', heartbeat());
  expect(asked().length).toBe(all + 1);
  expect(line.writtenTo.at(-1)).toBe('10.0.0.8:5000');
});

test('what is asked of a vehicle that signs is signed, and in the version that it speaks', async () => {
  const signed = setUp({ vehicle: { setIntervals: true, signed: true } });
  const options = { key: 'a passphrase', signedMs: signed.clock.wallMs() };
  signed.line.say(mavlinkFrame('HEARTBEAT', { autopilot: 3 }, options));
  expect(signed.written().map((f) => [f.name, f.signature?.length])).toEqual([['COMMAND_LONG', 13]]);
  const old = setUp({ vehicle: { setIntervals: true } });
  old.line.say(mavlinkFrame('HEARTBEAT', { autopilot: 3 }, { version: 1 }));
  expect(old.written().map((f) => [f.name, f.version])).toEqual([['COMMAND_LONG', 1]]);
});
