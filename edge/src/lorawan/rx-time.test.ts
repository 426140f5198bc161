import { describe, expect, test } from 'vitest';
import { gpsTimeMs, rxTime } from './rx-time.ts';

const T = 1_767_225_600_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const BOOT = 40_000;

describe('an uplink was received', () => {
  test.each([
    ['when its gateway says, though the server heard of it hours later', { gateways: [T], server: T + 5 * HOUR }, T],
    ['when the server says, where the gateway is ahead of it', { gateways: [T + 2 * HOUR], server: T }, T],
    [
      'when the gateway says, where its clock is ahead by minutes',
      { gateways: [T + 3 * MINUTE], server: T },
      T + 3 * MINUTE,
    ],
    ['when the server says, where the gateway woke in 1970', { gateways: [BOOT], server: T }, T],
    ['by the gateway that knows the time, of two', { gateways: [BOOT, T], server: T + 1_000 }, T],
    ['by the gateway in which it waited least', { gateways: [T - 2 * HOUR, T], server: T + 1_000 }, T],
    ['by satellite before all others', { gps: [T - 7], gateways: [T], server: T }, T - 7],
    ['by others, where satellite time cannot be true', { gps: [T + HOUR], gateways: [T], server: T }, T],
    ['when the server says, where no gateway says', { server: T }, T],
    ['when its gateway says, where no server says', { gateways: [T] }, T],
    ['at a time that cannot be true, where there is no other', { gateways: [BOOT] }, BOOT],
    ['at no known time, where nobody says one', {}, undefined],
  ])('%s', (_, times, expected) => {
    expect(rxTime({ gps: [], gateways: [], server: undefined, ...times })).toBe(expected);
  });
});

test('GPS time is UTC without leap seconds', () => {
  // 2018-01-01T00:00:00Z is 1198800018 s (navcen.uscg.gov, GPS time).
  expect(gpsTimeMs('1198800018.562999s')).toBe(Date.UTC(2018, 0, 1) + 562);
  expect(gpsTimeMs('0s')).toBe(Date.UTC(1980, 0, 6) - 18_000);
  expect(gpsTimeMs('12.')).toBeUndefined();
  expect(gpsTimeMs('-1s')).toBeUndefined();
});
