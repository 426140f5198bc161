import { expect, test } from 'vitest';
import { type Report, type SourceName, vote } from './vote.ts';

const HOUR = 3_600_000;
const says = (source: SourceName, shiftMs: number, uncertaintyMs = 50): Report => ({ source, shiftMs, uncertaintyMs });

test.each<[string, Report[], number | undefined, string, SourceName | undefined, string | null]>([
  ['nobody', [], undefined, 'unknown', undefined, null],
  ['one source', [says('cloud', 1_000)], undefined, 'known', 'cloud', null],
  [
    'two that agree: the surer one',
    [says('cloud', 1_000, 400), says('ntp', 1_200, 50)],
    undefined,
    'known',
    'ntp',
    null,
  ],
  ['field devices alone date nobody', [says('devices', 0)], undefined, 'unknown', undefined, null],
  [
    'two that differ: the better one, and it is said',
    [says('cloud', 3 * HOUR), says('ntp', 0)],
    undefined,
    'doubtful',
    'ntp',
    'the cloud’s clock and the network time differ by 3 h',
  ],
  [
    'a plausible but wrong one is outvoted, even the best',
    [says('ntp', 3 * HOUR), says('cloud', 0), says('devices', 100)],
    undefined,
    'doubtful',
    'cloud',
    'the network time and the cloud’s clock differ by 3 h',
  ],
  [
    'field devices settle a quarrel of two',
    [says('ntp', 3 * HOUR), says('cloud', 0), says('devices', 2_000)],
    undefined,
    'doubtful',
    'cloud',
    'the network time and the cloud’s clock differ by 3 h',
  ],
  [
    'of equals, no change of mind',
    [says('ntp', 3 * HOUR), says('cloud', 0)],
    10,
    'doubtful',
    'cloud',
    'the network time and the cloud’s clock differ by 3 h',
  ],
  [
    'what is past is not believed',
    [says('cloud', -50 * HOUR)],
    undefined,
    'unknown',
    undefined,
    'the cloud’s clock says a time that is already past',
  ],
  [
    'nor does it disturb those that can be right, but it is said',
    [says('cloud', -50 * HOUR), says('ntp', 5)],
    undefined,
    'doubtful',
    'ntp',
    'the cloud’s clock says a time that is already past',
  ],
  ['satellites date where there is nobody else', [says('gnss', 1_000)], undefined, 'known', 'gnss', null],
  [
    'satellites give way to a better one, though they came first',
    [says('gnss', 3 * HOUR), says('cloud', 0)],
    3 * HOUR,
    'doubtful',
    'cloud',
    'the satellite time and the cloud’s clock differ by 3 h',
  ],
  [
    'a plausible but wrong satellite time is outvoted',
    [says('gnss', 3 * HOUR), says('cloud', 0), says('ntp', 100)],
    3 * HOUR,
    'doubtful',
    'ntp',
    'the satellite time and the network time differ by 3 h',
  ],
  [
    'satellites settle a quarrel of two',
    [says('ntp', 3 * HOUR), says('cloud', 0), says('gnss', 2_000)],
    undefined,
    'doubtful',
    'cloud',
    'the network time and the cloud’s clock differ by 3 h',
  ],
  [
    'a receiver whose week number has run over says a past time',
    [says('gnss', -1024 * 7 * 24 * HOUR)],
    undefined,
    'unknown',
    undefined,
    'the satellite time says a time that is already past',
  ],
  [
    'wrong field devices prove nothing',
    [says('cloud', 0), says('devices', 9 * HOUR)],
    undefined,
    'known',
    'cloud',
    'the field devices’ clocks and the cloud’s clock differ by 9 h',
  ],
])('%s', (_, reports, current, state, source, trouble) => {
  for (const order of [reports, reports.toReversed()]) {
    const verdict = vote(order, -24 * HOUR, 24 * 365 * HOUR, current);
    expect([verdict.state, verdict.believed?.source, verdict.trouble]).toEqual([state, source, trouble]);
  }
});
