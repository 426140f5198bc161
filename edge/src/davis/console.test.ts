import { type DavisProfile, profileOf, seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import { startDavisConsole } from './console.ts';
import { crcCcitt } from './crc.ts';
import type { DavisLineConfig } from './line-config.ts';

const profile = profileOf('davis-vantage-pro2') as DavisProfile;
const [LOOP, , LOOP2] = profile.frames.map((f) => Uint8Array.from(Buffer.from(f.hex as string, 'hex'))) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const text = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);
const bytes = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0));

/** The gateway's side on a virtual line. */
function setUp(line: Partial<DavisLineConfig> = {}, intervalMs?: number) {
  const clock = virtualClock();
  const intake = fakeIntake(clock.monoMs);
  const port = fakeTransport();
  const config: DavisLineConfig = {
    type: 'davis',
    port: { serial: '/dev/none' },
    device: { id: 'mast', profile: profile.id },
    ...line,
  };
  const device = { ...config.device, profileRecord: profile, ...(intervalMs === undefined ? {} : { intervalMs }) };
  const deps = { clock, random: seededRandom(1), logger: silentLogger };
  const it = startDavisConsole(config, [device], intake, deps, port.open);
  return { clock, intake, line: port.line, it, trouble: () => it.status()[0]?.trouble };
}

interface ConsoleOptions {
  /** SETUP_BITS; undefined: it does not know EEBRD. */
  setup?: number;
  knowsLps?: boolean;
}

/** A console on the other end: speaks packets every two seconds once it is asked. */
function attachConsole({ clock, line }: ReturnType<typeof setUp>, { setup, knowsLps = true }: ConsoleOptions = {}) {
  const it = { left: 0, turn: 0, both: false, dead: false, commands: [] as string[] };
  line.device = (written) => {
    if (it.dead) return;
    it.left = 0;
    const command = text(written);
    it.commands.push(command);
    if (command === '\n') line.say(bytes('\n\r'));
    else if (command.startsWith('EEBRD 2B 01') && setup !== undefined) {
      const crc = crcCcitt(Uint8Array.of(setup), 0, 1);
      line.say(Uint8Array.of(6), Uint8Array.of(setup, crc >> 8, crc & 0xff));
    } else {
      const loop = /^(LPS 3|LOOP) (\d+)\n$/.exec(command);
      if (loop === null || (loop[1] === 'LPS 3' && !knowsLps)) line.say(bytes('!'));
      else {
        it.left = Number(loop[2]);
        it.both = loop[1] === 'LPS 3';
        line.say(Uint8Array.of(6));
      }
    }
  };
  clock.every(2_000, () => {
    if (it.dead || it.left <= 0) return;
    it.left--;
    line.say(it.both && it.turn++ % 2 === 1 ? LOOP2 : LOOP);
  });
  return it;
}

test('wakes the console, asks for its rain collector, then for both packets in turn', async () => {
  const all = setUp();
  const console = attachConsole(all, { setup: 0b0001_0000 });
  all.line.connect();
  await all.clock.advance(60_000);
  expect(console.commands).toEqual(['\n', 'EEBRD 2B 01\n', 'LPS 3 200\n']);
  expect(all.line.baudRate).toBe(19_200);
  const samples = all.intake.of('mast');
  expect(samples.length).toBe(30);
  expect(new Set(samples.map((s) => s.channels.length)).size).toBe(2);
  expect(all.trouble()).toBeNull();
  await all.it.stop();
});

test('what LOOP2 resolves finer is left to it, unless the console knows only LOOP', async () => {
  const average = profile.channels.findIndex((c) => c.quantity === 'wind.speed-average');
  const said = async (knowsLps: boolean) => {
    const all = setUp();
    attachConsole(all, { setup: 0, knowsLps });
    all.line.connect();
    await all.clock.advance(20_000);
    return new Set(all.intake.of('mast').map((s) => s.values[s.channels.indexOf(average)]));
  };
  expect(await said(true)).toEqual(new Set([undefined, 2.86]));
  expect(await said(false)).toEqual(new Set([2.24]));
});

test('rain is told in the size of the collector: asked, configured, or the usual one', async () => {
  const rain = async (line: Partial<DavisLineConfig>, options: ConsoleOptions) => {
    const all = setUp(line, 100);
    attachConsole(all, options);
    all.line.connect();
    await all.clock.advance(4_000);
    const wet = LOOP.slice();
    new DataView(wet.buffer).setUint16(50, 10, true);
    new DataView(wet.buffer).setUint16(97, crcCcitt(wet, 0, 97));
    all.line.say(wet);
    await all.clock.advance(0);
    const last = all.intake.of('mast').at(-1);
    const at = last?.channels.findIndex((c) => profile.channels[c]?.quantity === 'rain.day') as number;
    return last?.values[at];
  };
  expect(await rain({}, { setup: 0x00 })).toBe(2.54);
  expect(await rain({}, { setup: 0x10 })).toBe(2);
  expect(await rain({}, { setup: 0x20 })).toBe(1);
  expect(await rain({}, {})).toBe(2.54);
  expect(await rain({ rainClickMm: 0.2 }, { setup: 0x00 })).toBe(2);
});

test('an old console that refuses LPS is asked for LOOP', async () => {
  const all = setUp();
  const console = attachConsole(all, { setup: 0, knowsLps: false });
  all.line.connect();
  await all.clock.advance(20_000);
  expect(console.commands).toEqual(['\n', 'EEBRD 2B 01\n', 'LPS 3 200\n', 'LOOP 200\n']);
  expect(all.intake.of('mast').length).toBeGreaterThan(3);
});

test('a console that does not wake up is told, and found when it is switched on', async () => {
  const all = setUp();
  const console = attachConsole(all);
  console.dead = true;
  all.line.connect();
  await all.clock.advance(5_000);
  expect(all.line.written.map(text)).toEqual(['\n', '\n', '\n']);
  expect(all.trouble()).toMatch(/does not wake up/);
  console.dead = false;
  await all.clock.advance(15_000);
  expect(all.trouble()).toBeNull();
  expect(all.intake.of('mast').length).toBeGreaterThan(0);
});

test('silence in the middle is noticed within seconds and asked away', async () => {
  const all = setUp();
  const console = attachConsole(all);
  all.line.connect();
  await all.clock.advance(10_000);
  console.dead = true;
  await all.clock.advance(8_000);
  expect(all.trouble()).toMatch(/silent/);
  expect(all.it.status()[0]?.timeouts).toBe(1);
  console.dead = false;
  const before = all.intake.accepted.length;
  await all.clock.advance(10_000);
  expect(all.intake.accepted.length).toBeGreaterThan(before);
  expect(all.trouble()).toBeNull();
});

test('packets go on for hours: asked anew before they run out, without a gap', async () => {
  const all = setUp();
  const console = attachConsole(all);
  all.line.connect();
  await all.clock.advance(2 * 3_600_000);
  const times = all.intake.of('mast').map((s) => s.atMs);
  const longest = Math.max(...times.slice(1).map((t, i) => t - (times[i] as number)));
  expect(longest).toBeLessThanOrEqual(6_000);
  expect(console.commands.filter((c) => c.startsWith('LPS')).length).toBeGreaterThan(15);
  expect(console.commands.filter((c) => c.startsWith('EEBRD')).length).toBe(1);
  expect(all.clock.pending()).toBeLessThan(5);
});

test('a longer interval thins each kind of packet', async () => {
  const all = setUp({}, 60_000);
  attachConsole(all);
  all.line.connect();
  await all.clock.advance(10 * 60_000);
  expect(all.intake.of('mast').length).toBeGreaterThanOrEqual(20);
  expect(all.intake.of('mast').length).toBeLessThanOrEqual(24);
});

test('a damaged packet is kept for inspection with its reason; the line’s return wakes the console anew', async () => {
  const all = setUp();
  const console = attachConsole(all);
  all.line.connect();
  await all.clock.advance(5_000);
  all.line.say(LOOP.map((b, i) => (i === 40 ? b ^ 8 : b)));
  expect(all.intake.rejected).toEqual([
    expect.objectContaining({
      device: 'mast',
      code: 'FRAME_CHECKSUM',
      reason: expect.stringMatching(/^CRC .*expected/),
    }),
  ]);
  all.line.lose('/dev/none has gone: was it unplugged?');
  expect(all.trouble()).toMatch(/has gone/);
  console.commands.length = 0;
  await all.clock.advance(30_000);
  expect(console.commands).toEqual([]);
  all.line.connect();
  await all.clock.advance(5_000);
  expect(console.commands).toEqual(['\n', 'EEBRD 2B 01\n', 'LPS 3 200\n']);
});

test('a journal that refuses is said at the device and ends by itself', async () => {
  const all = setUp();
  attachConsole(all);
  all.line.connect();
  await all.clock.advance(5_000);
  all.intake.refuse = new Error('the journal is full');
  await all.clock.advance(5_000);
  expect(all.trouble()).toBe('the journal is full');
  all.intake.refuse = undefined;
  await all.clock.advance(5_000);
  expect(all.trouble()).toBeNull();
});
