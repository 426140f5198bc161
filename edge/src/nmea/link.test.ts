import { type NmeaProfile, profileOf, seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import type { NmeaLineConfig } from './line-config.ts';
import { startNmeaLink } from './link.ts';

const profile = profileOf('nmea-weather') as NmeaProfile;
const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
/** With checksum and line end. */
const line = (body: string) =>
  bytes(
    `$${body}*${[...body]
      .reduce((x, c) => x ^ c.charCodeAt(0), 0)
      .toString(16)
      .padStart(2, '0')}\r\n`,
  );

function setUp(more: Partial<NmeaLineConfig> = {}, intervalMs?: number) {
  const clock = virtualClock();
  const intake = fakeIntake(clock.monoMs);
  const port = fakeTransport();
  const config: NmeaLineConfig = {
    ...{ type: 'nmea', port: { serial: '/dev/none' }, device: { id: 'mast', profile: profile.id } },
    ...more,
  };
  const device = { ...config.device, profileRecord: profile, ...(intervalMs === undefined ? {} : { intervalMs }) };
  const it = startNmeaLink(
    config,
    [device],
    intake,
    { clock, random: seededRandom(1), logger: silentLogger },
    port.open,
  );
  port.line.connect();
  return { clock, intake, line: port.line, it, trouble: () => it.status()[0]?.trouble };
}

test('sentences of any talker become samples, thinned to the interval', async () => {
  const { clock, intake, line: port, it, trouble } = setUp();
  expect(port.baudRate).toBe(4800);
  expect(trouble()).toBe('not heard yet');
  for (let second = 0; second < 60; second++) {
    port.say(line('IIMTW,19.1,C'), line('WIMWV,180,R,5,M,A'), line('GPRMC,101340,A,,,,,,,,,'));
    await clock.advance(1_000);
  }
  const samples = intake.of('mast');
  expect(samples.length).toBe(24);
  expect(new Set(samples.map((s) => s.channels.map((c) => profile.channels[c]?.quantity).join(' ')))).toEqual(
    new Set(['water.temperature', 'wind.direction wind.speed']),
  );
  expect(trouble()).toBeNull();
  await it.stop();
});

test('a quantity that several sentences carry is stored once', async () => {
  const { clock, intake, line: port } = setUp({}, 1_000);
  for (let second = 0; second < 40; second++) {
    if (second < 20) port.say(line('WIMWD,10,T,,M,,N,3,M'));
    port.say(line('WIMWV,200,R,9,M,A'));
    await clock.advance(1_000);
  }
  const speed = profile.channels.findIndex((c) => c.quantity === 'wind.speed');
  const speeds = intake.of('mast').map((s) => [Math.floor(s.atMs / 1_000), s.values[s.channels.indexOf(speed)]]);
  expect(speeds.filter(([, value]) => value === 3)).toHaveLength(20);
  expect(speeds.filter(([atS, value]) => value === 9 && (atS as number) < 34)).toEqual([]);
  expect(speeds.filter(([, value]) => value === 9)).toHaveLength(5);
});

test('the time of a satellite receiver is handed on while it has a fix', () => {
  const { intake, line: port } = setUp();
  port.say(line('GPGGA,,,,,,0,,,,,,,,'), line('GPZDA,062053.00,02,04,2018,00,00'));
  expect(intake.satellite).toEqual([]);
  port.say(line('GPGGA,062052.40,2309.5015,N,11329.6260,E,2,9,1.0,29.7,M,-4.4,M,,'));
  port.say(line('GPZDA,062053.00,02,04,2018,00,00'));
  expect(intake.satellite).toEqual([{ device: 'mast', timeMs: Date.UTC(2018, 3, 2, 6, 20, 53), atMs: 0 }]);
});

test('damage is kept for inspection with its reason', () => {
  const { intake, line: port } = setUp();
  port.say(bytes('$WIMWV,12.1,T,10.1,N,A*26\r\n'), line('WIMWV,12.1,T,fast,N,A'), bytes('$WIMWV,12.1,T,10.1,N,A\r\n'));
  expect(intake.rejected).toEqual([
    expect.objectContaining({ device: 'mast', code: 'FRAME_CHECKSUM', reason: 'checksum "26", expected 27' }),
    expect.objectContaining({ code: 'FRAME_MALFORMED', reason: 'field 3 of MWV must be a number, not "fast"' }),
    expect.objectContaining({ code: 'FRAME_CHECKSUM', reason: expect.stringMatching(/no checksum/) }),
  ]);
  expect(intake.accepted).toEqual([]);
});

test('where it is allowed, a sentence without a checksum is read', () => {
  const { intake, line: port } = setUp({ checksum: 'optional' });
  port.say(bytes('$WIMWD,12.1,T,,M,10.1,N,5.2,M\r\n'));
  expect(intake.accepted).toHaveLength(1);
});

test('silence, noise and a lost line are told', async () => {
  const { clock, line: port, it, trouble } = setUp();
  port.say(line('WIMWD,180,T,,M,,N,5,M'));
  await clock.advance(29_000);
  expect(trouble()).toBeNull();
  await clock.advance(2_000);
  expect(trouble()).toBe('has fallen silent');
  expect(it.status()[0]?.timeouts).toBe(1);
  port.say(Uint8Array.from({ length: 1_200 }, () => 0x80));
  expect(trouble()).toMatch(/no NMEA sentence .* speed/);
  port.say(line('WIMWD,180,T,,M,,N,5,M'));
  await clock.advance(0);
  expect(trouble()).toBeNull();
  port.lose('/dev/none has gone: was it unplugged?');
  expect(trouble()).toMatch(/has gone/);
  await clock.advance(60_000);
  expect(clock.pending()).toBe(0);
});

test('a journal that refuses is said at the device and ends by itself', async () => {
  const { clock, intake, line: port, trouble } = setUp({}, 1_000);
  intake.refuse = new Error('the journal is full');
  port.say(line('WIMWD,180,T,,M,,N,5,M'));
  await clock.advance(1_000);
  expect(trouble()).toBe('the journal is full');
  intake.refuse = undefined;
  port.say(line('WIMWD,180,T,,M,,N,5,M'));
  await clock.advance(1_000);
  expect(trouble()).toBeNull();
});
