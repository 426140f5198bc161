/** What happens after a gap in an edge node's numbers: nothing is stored under a name that is not sure. */
import type { KarezError } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { birth, data, setUpSparkplug, T } from '../testing/sparkplug-farm.ts';

describe('after a gap', () => {
  test('values by alias wait for the birth and are stored with their own times; those by name do not wait', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth());
    s.stored.length = 0;
    await s.say('NDATA', data(5, 22));
    await s.say('NDATA', {
      at: T + 6_000,
      seq: 6,
      metrics: [
        { alias: 1, value: 23 },
        { name: 'Soil/Moisture', value: 30, type: 'Double' },
      ],
    });
    expect(s.stored.map(({ values }) => values)).toEqual([{ 'soil.moisture': 30 }]);
    await s.say('NBIRTH', birth({ at: T + 8_000 }));
    expect(s.stored.map(({ timeMs, values }) => [timeMs, values])).toEqual([
      [T + 6_000, { 'soil.moisture': 30 }],
      [T + 8_000, { 'air.temperature': 21.5, 'soil.moisture': -3, 'device.contact': 1 }],
      [T + 5_000, { 'air.temperature': 22 }],
      [T + 6_000, { 'air.temperature': 23 }],
    ]);
  });

  test('a value whose alias means another thing now is refused, never stored as another', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth());
    s.stored.length = 0;
    await s.say('NDATA', data(5, 22));
    await s.say(
      'NBIRTH',
      birth({
        metrics: [
          { name: 'bdSeq', type: 'UInt64', value: 7 },
          { name: 'Soil/Moisture', alias: 1, type: 'Double', value: 30 },
        ],
      }),
    );
    expect(s.stored.map(({ values }) => values)).toEqual([{ 'soil.moisture': 30 }]);
    expect(s.pipeline.rejections).toMatchObject([
      { device: 'node', reason: 'alias 1 meant Temperature, and now Soil/Moisture' },
    ]);
  });

  test('wraps and missing numbers are no gaps', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth({ seq: 254 }));
    await s.say('NDATA', data(255, 22));
    await s.say('NDATA', data(0, 23));
    await s.say('NDATA', data(1, 24));
    expect(s.asked()).toBe(0);
    expect(s.stored.length).toBe(4);
  });

  test('a birth is asked for at most every ten seconds, ever more rarely', async () => {
    const s = await setUpSparkplug();
    await s.clock.advance(2_000);
    expect(s.asked()).toBe(1);
    for (let i = 0; i < 50; i++) {
      await s.say('NDATA', data(i & 0xff, 1, T + i));
      await s.clock.advance(100);
    }
    expect(s.asked()).toBe(1);
    await s.clock.advance(600_000);
    expect(s.asked()).toBeLessThan(8);
    expect(s.asked()).toBeGreaterThan(4);
    await s.say('NBIRTH', birth());
    const before = s.asked();
    await s.clock.advance(600_000);
    expect(s.asked()).toBe(before);
  });

  test('what waits for a birth that does not come is refused after a minute', async () => {
    const s = await setUpSparkplug();
    await s.say('NDATA', data(3, 22));
    await s.clock.advance(61_000);
    expect(s.pipeline.rejections).toMatchObject([
      { device: 'node', reason: '1 values by alias: no birth came within 60 s' },
    ]);
  });

  test('no more than so many wait', async () => {
    const s = await setUpSparkplug();
    for (let i = 0; i < 300; i++) await s.say('NDATA', data(i & 0xff, i, T + i));
    expect(s.pipeline.rejections.length).toBe(300 - 256);
    await s.say(
      'NBIRTH',
      birth({
        metrics: [
          { name: 'bdSeq', value: 7, type: 'UInt64' },
          { name: 'Temperature', alias: 1, type: 'Double', value: 0, at: T },
        ],
      }),
    );
    expect(s.stored.length).toBe(257);
  });

  test('a message of QoS 1 waits for its acknowledgement at a server; at the own broker its sender is cut', async () => {
    const served = await setUpSparkplug({ server: 'mqtt://x' });
    let isTaken = false;
    const taken = served.say('NDATA', data(3, 22), undefined, 1).then(() => {
      isTaken = true;
    });
    await served.clock.advance(100);
    expect(isTaken).toBe(false);
    await served.say('NBIRTH', birth());
    await taken;
    expect(served.stored.length).toBe(2);
    const own = await setUpSparkplug();
    await expect(own.say('NDATA', data(3, 22), undefined, 1)).rejects.toMatchObject({
      code: 'BUSY',
    } satisfies Partial<KarezError>);
  });
});
