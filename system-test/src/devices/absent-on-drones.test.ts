/** What a simulated drone no longer knows is absent at the gateway, or is not told: never a number. */
import { decodeFrame } from '@karez/edge';
import { Farm, type SimConfig } from '@karez/firmware-sim';
import { profileOf } from '@karez/model';
import { expect, test } from 'vitest';
import { WORLD } from './virtual-gateway.ts';

const START = Date.UTC(2026, 5, 10, 3);
const ABSENT_FROM_S = 40;
/** Channels by what the drone measures. */
const CHANNELS = {
  heightM: ['position.height', 'position.altitude', 'position.clearance'],
  headingDeg: ['motion.heading'],
  speedMs: ['motion.ground-speed'],
  climbMs: ['motion.climb-rate'],
  tankL: ['tank.volume', 'tank.level'],
  batteryPct: ['battery.level', 'battery.voltage'],
  currentA: ['battery.current'],
};
type Value = keyof typeof CHANNELS;
const PROFILE = profileOf('mavlink-sprayer');

/** Values by channel before and after the fault struck: numbers alone. */
async function fly(line: object, value?: Value) {
  const heard: { isAfter: boolean; bytes: Uint8Array }[] = [];
  const farm = new Farm(
    {
      ...WORLD,
      lines: [
        { type: 'mavlink', device: 'drone', port: { tcp: 0 }, fields: ['north'], base: [86.0546, 44.3016], ...line },
      ],
      faults: [{ fault: 'absent', device: 'drone', afterS: ABSENT_FROM_S, ...(value === undefined ? {} : { value }) }],
    } as SimConfig,
    { seed: 7, startMs: START, firstCounter: 1 },
    {
      ...{ message() {}, power() {} },
      bytes: (_, bytes) => heard.push({ isAfter: farm.nowMs >= START + ABSENT_FROM_S * 1_000, bytes }),
    },
  );
  farm.advance(START + 2 * ABSENT_FROM_S * 1_000);
  const [before, after] = [new Set<string>(), new Set<string>()];
  for (const { isAfter, bytes } of heard) {
    const { values } = await decodeFrame(PROFILE, Buffer.from(bytes).toString('hex'));
    for (const [channel, number] of Object.entries(values))
      if (number !== null) (isAfter ? after : before).add(channel);
  }
  return { before, after };
}

test.each([
  { dialect: 'ardupilot', version: 2 },
  { dialect: 'px4', version: 2 },
  { dialect: 'ardupilot', version: 1, tank: 'battery-monitor' },
])('$dialect, version $version', async (line) => {
  const told = Object.keys(CHANNELS).filter((value) => value !== 'tankL' || line.version === 2) as Value[];
  const all = told.flatMap((value) => CHANNELS[value]);
  const { before, after } = await fly(line);
  expect(all.filter((channel) => !before.has(channel))).toEqual([]);
  expect(all.filter((channel) => after.has(channel))).toEqual([]);
  // What is not drawn from the drone's own senses goes on.
  expect(after).toContain('vehicle.mode');
  for (const value of told) {
    const one = await fly(line, value);
    expect([value, CHANNELS[value].filter((channel) => one.after.has(channel))]).toEqual([value, []]);
  }
});
