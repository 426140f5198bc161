/** Rules at a whole gateway, in virtual time: offline, over restarts, with a disk that refuses, with a clock that is not known. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERT_QUANTITIES, LIMITS, readAlertColumns } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folder } from '../testing/journals.ts';
import {
  frostRules,
  type SentReading,
  startTestGateway,
  type TestGateway,
  type TestGatewayOptions,
} from '../testing/test-gateway.ts';

let place: ReturnType<typeof folder>;
let test_: TestGateway;
beforeEach(() => {
  place = folder();
});
afterEach(async () => {
  await test_?.stop().catch(() => {});
  place.remove();
});
const start = async (more: Partial<TestGatewayOptions> = {}) => {
  test_ = await startTestGateway({ dataDir: join(place.path, 'data'), ...more });
  return test_;
};

/** Transitions that reached the cloud, in order: time, state, flags, revision. */
function arrived({ sent }: TestGateway): {
  timeMs: number;
  state: string;
  raised: boolean;
  revision: number;
  value: number;
  late: boolean;
  reason: string;
  quality: number;
}[] {
  const rows = [...sent].sort(([a], [b]) => a - b).map(([seq, row]) => ({ seq, ...row }));
  const first = rows.filter((r) => r.name === `alerts/${ALERT_QUANTITIES[0]}`);
  return first.map(({ seq, timeMs, quality }) => {
    const columns = ALERT_QUANTITIES.map((q, i) => {
      const row = rows.find((r) => r.seq === seq + i) as SentReading;
      expect([row.name, row.timeMs]).toEqual([`alerts/${q}`, timeMs]);
      return row.value;
    });
    const {
      anchor: _,
      noData: __,
      ...said
    } = readAlertColumns(columns) as NonNullable<ReturnType<typeof readAlertColumns>>;
    return { timeMs, quality, ...said };
  });
}
const states = (t: TestGateway) => arrived(t).map((a) => a.state);

describe('without a link', () => {
  test('an alert is raised with the reading, stands on the page, and reaches the cloud once with its true time', async () => {
    const t = await start();
    await t.linkUp();
    await t.rules(frostRules(7));
    await t.measure([3, 80]);
    await t.linkDown();
    await t.clock.advance(3_600_000);
    await t.measure([3, 80]);
    await t.clock.advance(60_000);
    const frostMs = t.clock.wallMs();
    const accepted = t.gateway.pipeline.accept({ device: 'mast', channels: [0, 1], values: [-0.8, 95] });
    // On the page at once, before the disk has even had it.
    expect(t.gateway.view().alerts).toEqual([
      {
        about: { en: 'Orchard · Mast · Air temperature', zh: 'Orchard · Mast · 气温' },
        ...{ rule: 'frost', title: { en: 'Frost', zh: '霜冻' }, severity: 'critical', state: 'firing', raised: true },
        message: { en: 'Frost in Orchard: −0.8 °C', zh: 'Orchard霜冻：−0.8 °C' },
        ...{ noData: false, subject: 'mast/air.temperature', sinceMs: frostMs, firedMs: frostMs },
      },
    ]);
    await Promise.all([accepted, t.clock.advance(150)]);
    await t.measure([2, 90]);
    const overMs = t.clock.wallMs() - 150;
    expect(t.gateway.view().alerts).toEqual([]);
    expect(arrived(t)).toEqual([]);
    await t.clock.advance(3_600_000);
    await t.linkUp();
    expect(arrived(t)).toMatchObject([
      { timeMs: frostMs, state: 'firing', raised: true, revision: 7, value: -0.8, late: false, quality: 0 },
      { timeMs: overMs, state: 'ok', raised: false, revision: 7, value: 2 },
    ]);
  });

  test('rules are kept over a restart', async () => {
    const t = await start();
    await t.linkUp();
    await t.rules(frostRules(7));
    await t.linkDown();
    await t.restart();
    await t.measure([-1, 95]);
    expect(t.gateway.view().alerts).toHaveLength(1);
    await t.linkUp();
    expect(states(t)).toEqual(['firing']);
    expect((t.said('status') as { rules: object }).rules).toMatchObject({
      ...{ revision: 7, rules: 1, subjects: 1, trouble: null, complete: true },
      alerts: [{ rule: 'frost', revision: 7, state: 'firing' }],
    });
  });

  test.each([
    ['killed', false],
    ['stopped', true],
  ])('an alert goes on over a restart of a gateway that was %s: told once, ended once', async (_, isClean) => {
    const t = await start();
    await t.linkUp();
    await t.rules(frostRules(7));
    await t.linkDown();
    await t.measure([-1, 95]);
    const firedMs = t.gateway.view().alerts[0]?.firedMs;
    await t.restart({ isClean });
    expect(t.gateway.view().alerts).toMatchObject([{ state: 'firing', raised: true, firedMs }]);
    await t.measure([-2, 95]);
    await t.restart({ isClean });
    await t.measure([5, 95]);
    await t.linkUp();
    expect(states(t)).toEqual(['firing', 'ok']);
  });

  test('silence of a device is noticed by itself', async () => {
    const t = await start();
    await t.linkUp();
    await t.rules({
      ...frostRules(1),
      rules: [
        {
          ...frostRules(1).rules[0],
          rule: { ...frostRules(1).rules[0]?.rule, condition: { type: 'silent', intervals: 3 } },
        },
      ],
    });
    await t.linkDown();
    await t.measure([1, 50]);
    const lastMs = t.clock.wallMs() - 150;
    await t.clock.advance(240_000);
    expect(t.gateway.view().alerts).toMatchObject([{ subject: 'mast', state: 'firing', raised: true }]);
    await t.measure([1, 50]);
    await t.linkUp();
    expect(arrived(t)).toMatchObject([{ state: 'firing', timeMs: lastMs + 180_000, reason: 'time' }, { state: 'ok' }]);
  });
});

describe('rules that come', () => {
  test('make the device that transitions are samples of, once', async () => {
    const t = await start();
    await t.linkUp();
    const devices = () =>
      (t.said('inventory') as { devices: { id: string }[]; revision: number }).devices.map((d) => d.id);
    expect(devices()).toEqual(['mast']);
    await t.rules(frostRules(1));
    expect(devices()).toEqual(['mast', 'alerts']);
    const { revision } = t.said('inventory') as { revision: number };
    await t.rules(frostRules(2, { value: -1 }));
    await t.restart();
    await t.linkUp();
    expect([devices(), (t.said('inventory') as { revision: number }).revision]).toEqual([['mast', 'alerts'], revision]);
    // It is no device of the field: not on the page, and not watched for silence.
    expect(t.gateway.view().values.map((v) => v.device)).toEqual(['mast', 'mast']);
  });

  test('and change what is judged end what was said under the old ones', async () => {
    const t = await start();
    await t.linkUp();
    await t.rules(frostRules(1));
    await t.measure([-1, 95]);
    await t.rules(frostRules(2, {}, { severity: 'info' }));
    expect(t.gateway.view().alerts).toMatchObject([{ severity: 'info', state: 'firing' }]);
    await t.rules(frostRules(3, { value: -5 }));
    expect(t.gateway.view().alerts).toEqual([]);
    await t.rules({ ...frostRules(4), rules: [] });
    await t.measure([-9, 95]);
    await t.clock.advance(5_000);
    expect(arrived(t)).toMatchObject([
      { state: 'firing', revision: 1 },
      { state: 'ok', revision: 2, reason: 'rule' },
    ]);
  });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{"v":1,', /JSON/],
    ['another form', { v: 1, rules: 3 }, /rules: .* (missing|array)/],
    ['another version', { ...frostRules(2), v: 2 }, /v must be 1/],
  ])('and are %s change nothing, and that is said', async (_, message, trouble) => {
    const t = await start();
    await t.linkUp();
    await t.rules(frostRules(1));
    await t.rules(message);
    await t.measure([-1, 95]);
    expect(t.gateway.view().alerts).toHaveLength(1);
    expect(t.gateway.view().status.rules).toMatchObject({ revision: 1, trouble: expect.stringMatching(trouble) });
  });

  test('and are partly of a newer kind are used as far as they are known', async () => {
    const t = await start();
    await t.linkUp();
    const { rules, ...rest } = frostRules(1);
    await t.rules({
      ...rest,
      rules: [...rules, { revision: 1, rule: { ...rules[0]?.rule, id: 'new', condition: { type: 'smell' } } }],
    });
    expect(t.gateway.view().status.rules).toMatchObject({ rules: 1, trouble: expect.stringMatching(/^new: /) });
  });

  test('and are too large are refused', async () => {
    const t = await start();
    await t.linkUp();
    await t.rules(' '.repeat(LIMITS.rulesBytes + 1));
    await t.measure([-1, 95]);
    expect(t.gateway.view().alerts).toEqual([]);
  });
});

describe('what breaks', () => {
  test('a damaged file of rules: none hold until the cloud says them again, and then all goes on', async () => {
    const t = await start();
    await t.linkUp();
    await t.rules(frostRules(1));
    await t.linkDown();
    await t.measure([-1, 95]);
    const path = join(t.folder, 'rules.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('Frost', 'Frist'));
    await t.restart();
    expect(t.gateway.view().alerts).toEqual([]);
    await t.linkUp();
    await t.rules(frostRules(1));
    expect(t.gateway.view().alerts).toHaveLength(1);
    await t.measure([5, 95]);
    await t.clock.advance(5_000);
    expect(states(t)).toEqual(['firing', 'ok']);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  test('a disk that refuses: alerts stand on the page all the same, and are journaled, in order, when it takes writes again', async () => {
    let isFull = false;
    let refusals = 0;
    const t = await start({
      disk(method) {
        if (!isFull || method !== 'commit') return;
        refusals++;
        throw new Error('database or disk is full');
      },
    });
    await t.linkUp();
    await t.rules(frostRules(1));
    isFull = true;
    await expect(t.measure([-1, 95])).rejects.toThrow(/disk/);
    const firedMs = t.gateway.view().alerts[0]?.firedMs as number;
    await expect(t.measure([2, 95])).rejects.toThrow(/disk/);
    expect(t.gateway.view()).toMatchObject({ alerts: [], alertCounts: { written: 0, dropped: 0, waiting: 2 } });
    isFull = false;
    await t.clock.advance(10_000);
    expect(refusals).toBeGreaterThan(0);
    expect(arrived(t)).toMatchObject([{ state: 'firing', timeMs: firedMs }, { state: 'ok' }]);
    expect(t.gateway.view().alertCounts).toEqual({ written: 2, dropped: 0, waiting: 0 });
  });

  test('a clock that is not known: alerts work, and get their true times with the readings', async () => {
    // The board believes that it is 2021.
    const clock = virtualClock(Date.UTC(2021, 0, 1));
    const t = await start({ clock, isSynchronised: false });
    await t.linkUp();
    await t.rules(frostRules(1, { forS: 200 }));
    await t.linkDown();
    await t.restart({ bootUuid: 'boot-2' });
    expect(t.gateway.view().status.clock.state).toBe('unknown');
    await t.measure([-1, 95]);
    const pendingMonoMs = clock.monoMs() - 150;
    expect(t.gateway.view().alerts).toMatchObject([{ state: 'pending' }]);
    // It is a year later in truth, as the cloud will say.
    clock.stepWall(365 * 86_400_000);
    const wallOf = (monoMs: number) => clock.wallMs() - clock.monoMs() + monoMs;
    await t.linkUp();
    expect(t.gateway.view().status.clock.state).toBe('known');
    await t.measure([-1, 95]);
    expect(t.gateway.view().alerts).toMatchObject([{ state: 'pending' }]);
    await t.measure([-1, 95]);
    await t.measure([-1, 95]);
    await clock.advance(5_000);
    const all = arrived(t);
    expect(all.map((a) => a.state)).toEqual(['pending', 'firing']);
    expect(Math.abs((all[0]?.timeMs as number) - wallOf(pendingMonoMs))).toBeLessThan(1_000);
    expect((all[1]?.timeMs as number) - (all[0]?.timeMs as number)).toBeGreaterThanOrEqual(200_000);
  });
});
