import { type MavlinkProfile, profileOf, seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import { mavlinkFrame } from '../testing/mavlink-frames.ts';
import type { MavlinkLineConfig } from './line-config.ts';
import { startMavlinkLink } from './link.ts';

const profile = profileOf('mavlink-sprayer') as MavlinkProfile;

function setUp(intervalMs?: number) {
  const clock = virtualClock();
  const intake = fakeIntake(clock.monoMs);
  const port = fakeTransport();
  const devices = [
    { id: 'drone-1', profile: profile.id, systemId: 1 },
    { id: 'drone-2', profile: profile.id, systemId: 2 },
  ];
  const config: MavlinkLineConfig = { type: 'mavlink', port: { tcp: '127.0.0.1:1' }, devices };
  const it = startMavlinkLink(
    config,
    devices.map(({ systemId: _, ...d }) => ({
      ...d,
      profileRecord: profile,
      ...(intervalMs === undefined ? {} : { intervalMs }),
    })),
    intake,
    { clock, random: seededRandom(1), logger: silentLogger },
    port.open,
  );
  port.line.connect();
  return { clock, intake, line: port.line, it, trouble: () => it.status().map((s) => s.trouble) };
}
const position = (system: number) =>
  mavlinkFrame('GLOBAL_POSITION_INT', { lat: 443_000_000, lon: 860_000_000 }, { system });
const named = (name: string, value: number) => mavlinkFrame('NAMED_VALUE_FLOAT', { name, value });

test('each vehicle’s messages go to its own device; nobody else’s go anywhere', async () => {
  const { clock, intake, line, trouble } = setUp();
  expect(trouble()).toEqual(['not heard yet', 'not heard yet']);
  line.say(position(1), position(2), position(255), mavlinkFrame('ATTITUDE', { roll: 1 }));
  await clock.advance(0);
  expect(intake.accepted.map((s) => s.device)).toEqual(['drone-1', 'drone-2']);
  expect(trouble()).toEqual([null, null]);
});

test('messages are thinned by time, each kind and each name by itself; a longer interval of the device wins', async () => {
  const ten = async (intervalMs?: number) => {
    const { clock, intake, line } = setUp(intervalMs);
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
