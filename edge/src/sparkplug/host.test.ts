/** Edge nodes as the gateway sees them: births, data by alias, deaths, through the gateway's own pipeline. */
import { describe, expect, test } from 'vitest';
import { birth, data, death, setUpSparkplug, T } from '../testing/sparkplug-farm.ts';

describe('recorded messages', () => {
  test('a birth, data by alias, a gap, the rebirth, a wrap, a death of another session', async () => {
    const s = await setUpSparkplug();
    const NBIRTH =
      'CNLig7n6MhINCgViZFNlcRABIAhYWBIcChROb2RlIENvbnRyb2wvUmViaXJ0aBACIAtwABIaCgtUZW1wZXJhdHVyZRBkIAppAAAAAACANUAYAA==';
    await s.say('NBIRTH', NBIRTH);
    await s.say('NDATA', 'CNLig7n6MhINEGQgCmkAAAAAAIA2QBgB');
    expect(s.stored.map(({ values }) => values['air.temperature'])).toEqual([21.5, 22.5]);
    await s.clock.advance(5_000);
    expect(s.asked()).toBe(0);
    await s.say('NDATA', 'CNLig7n6MhINEGQgCmkAAAAAAAA7QBgF');
    expect(s.asked()).toBe(1);
    expect(s.sent.at(-1)).toMatchObject([
      'spBv1.0/g/NCMD/n',
      { metrics: [{ name: 'Node Control/Rebirth', datatype: 11, boolean_value: true }] },
      false,
    ]);
    expect(s.stored.length).toBe(2);
    await s.say('NDEATH', 'CNLig7n6MhINCgViZFNlcRAAIAhYABgA');
    expect(s.pipeline.counts.ignored.get('sparkplug NDEATH of an earlier session')).toBe(1);
    await s.say('NBIRTH', NBIRTH);
    expect(s.stored.map(({ values }) => values['air.temperature'])).toEqual([21.5, 22.5, 27]);
    expect(s.pipeline.rejections).toEqual([]);
  });
});

describe('births and data', () => {
  test('say each value once, with its type, its time and its name', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth());
    await s.say(
      'DBIRTH',
      {
        at: T + 500,
        seq: 1,
        metrics: [{ name: 'Temperature', alias: 9, type: 'Float', value: 18.25, at: T - 60_000 }],
      },
      'd',
    );
    await s.say('NDATA', {
      at: T + 2_000,
      seq: 2,
      metrics: [{ alias: 2, value: undefined as never, raw: { int_value: 0xfff6 } }],
    });
    await s.say('DDATA', data(3, 18.5, T + 3_000, 9), 'd');
    expect(s.stored.map(({ device, timeMs, values }) => [device, timeMs, values])).toEqual([
      ['node', T, { 'air.temperature': 21.5, 'soil.moisture': -3, 'device.contact': 1 }],
      ['probe', T - 60_000, { 'air.temperature': 18.3 }],
      ['node', T + 2_000, { 'soil.moisture': -10 }],
      ['probe', T + 3_000, { 'air.temperature': 18.5 }],
    ]);
    expect(s.trouble()).toEqual([null, 'Soil/Moisture, Door: not among the metrics of its birth']);
    expect(s.asked()).toBe(0);
  });

  test('of several moments, from a memory, and without a value', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth());
    s.stored.length = 0;
    await s.say('NDATA', {
      ...{ at: T + 9_000, seq: 1 },
      metrics: [
        { alias: 1, value: 1, at: T - 7_200_000, historical: true },
        { alias: 1, value: 2, at: T - 3_600_000, historical: true },
        { alias: 1, value: 3, at: T + 8_000 },
        { alias: 2, isNull: true, at: T + 8_000 },
        { alias: 1, value: 4, at: T + 8_000 },
      ],
    });
    expect(s.stored.map(({ timeMs, values, historical }) => [timeMs, values, historical])).toEqual([
      [T - 7_200_000, { 'air.temperature': 1 }, true],
      [T - 3_600_000, { 'air.temperature': 2 }, true],
      [T + 8_000, { 'air.temperature': 3, 'soil.moisture': Number.NaN }, false],
      [T + 8_000, { 'air.temperature': 4 }, false],
    ]);
  });

  test('that are told again by a rebirth are stored once, also after the gateway’s restart', async () => {
    const s = await setUpSparkplug();
    const stamped = birth({ metrics: (birth().metrics ?? []).map((m) => ({ ...m, at: T - 5_000 })) });
    await s.say('NBIRTH', stamped);
    await s.say('NDATA', data(1, 22));
    await s.say('NBIRTH', stamped);
    expect(s.stored.length).toBe(2);
    const again = await setUpSparkplug({}, s.marks);
    await again.say('NBIRTH', stamped);
    expect(again.stored.length).toBe(0);
    expect(again.pipeline.counts.repeats).toBe(1);
  });

  test('with data sets, templates or wrong texts refuse those values, and no other', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth());
    s.stored.length = 0;
    await s.say('NDATA', {
      ...{ at: T + 1_000, seq: 1 },
      metrics: [
        { alias: 1, raw: { template_value: {} } },
        { alias: 2, raw: { dataset_value: {} } },
        { alias: 3, value: 'ajar' },
        { name: 'Temperature', value: 5 },
      ],
    });
    expect(s.stored.map(({ values }) => values)).toEqual([{ 'air.temperature': 5 }]);
    expect(s.pipeline.rejections.map(({ device, reason }) => [device, reason])).toEqual([
      ['node', 'Temperature (air.temperature) must be a number, not Template'],
      ['node', 'Soil/Moisture (soil.moisture) must be a number, not DataSet'],
      ['node', 'Door (device.contact) must be a number or one of open, shut, not a text'],
    ]);
  });
});

describe('a device', () => {
  test('that speaks before its birth leads to a request, and its values wait', async () => {
    const s = await setUpSparkplug();
    await s.clock.advance(2_000);
    await s.say('NBIRTH', birth());
    const before = s.asked();
    await s.say('DDATA', data(1, 18, T + 1_000, 9), 'd');
    await s.clock.advance(20_000);
    expect(s.asked()).toBeGreaterThan(before);
    await s.say('NBIRTH', birth());
    await s.say(
      'DBIRTH',
      { at: T, seq: 1, metrics: [{ name: 'Temperature', alias: 9, type: 'Double', value: 17 }] },
      'd',
    );
    expect(s.stored.filter(({ device }) => device === 'probe').map(({ values }) => values['air.temperature'])).toEqual([
      17, 18,
    ]);
  });

  test('that dies has no values from then on, until it is born again', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth());
    const dbirth = (seq: number, at: number) => ({
      at,
      seq,
      metrics: [{ name: 'Temperature', alias: 9, type: 'Double' as const, value: 17, at: T }],
    });
    await s.say('DBIRTH', dbirth(1, T), 'd');
    s.stored.length = 0;
    await s.say('DDEATH', { at: T + 5_000, seq: 2 }, 'd');
    expect(s.stored).toMatchObject([{ device: 'probe', timeMs: T + 5_000, values: { 'air.temperature': Number.NaN } }]);
    expect(s.trouble()).toEqual([null, 'the edge node says that it is offline']);
    await s.say('DDEATH', { at: T + 6_000, seq: 3 }, 'd');
    expect(s.stored.length).toBe(1);
    await s.say('DBIRTH', dbirth(4, T + 9_000), 'd');
    expect(s.stored.at(-1)).toMatchObject({ timeMs: T + 9_000, values: { 'air.temperature': 17 } });
    expect(s.trouble()[1]).toMatch(/not among/);
  });

  test('that is not configured is counted; its numbers count as well', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth());
    await s.say('DBIRTH', { at: T, seq: 1, metrics: [{ name: 'x', alias: 50, type: 'Double', value: 1 }] }, 'other');
    await s.say('DDATA', data(2, 5, T, 50), 'other');
    await s.say('NDATA', data(3, 22));
    expect(s.asked()).toBe(0);
    expect(s.pipeline.counts.ignored.get('sparkplug device that is not configured')).toBe(2);
    expect(s.stored.length).toBe(2);
  });
});

describe('an edge node', () => {
  test('that dies takes the values of all its devices with it', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth());
    await s.say(
      'DBIRTH',
      { at: T, seq: 1, metrics: [{ name: 'Temperature', alias: 9, type: 'Double', value: 17 }] },
      'd',
    );
    s.stored.length = 0;
    await s.say('NDEATH', death(7));
    expect(s.stored.map(({ device, values }) => [device, Object.values(values)])).toEqual([
      ['node', [Number.NaN, Number.NaN, Number.NaN]],
      ['probe', [Number.NaN]],
    ]);
    expect(s.trouble()).toEqual(['its edge node is offline', 'its edge node is offline']);
    await s.say('NDEATH', death(7));
    expect(s.stored.length).toBe(2);
    await s.say('NBIRTH', birth({}, 8));
    expect(s.trouble()[0]).toBeNull();
  });

  test('whose old connection dies after the new one was born lives on', async () => {
    const s = await setUpSparkplug();
    await s.say('NBIRTH', birth({}, 7));
    await s.say('NBIRTH', birth({}, 8));
    s.stored.length = 0;
    await s.say('NDEATH', death(7));
    expect(s.stored).toEqual([]);
    expect(s.trouble()[0]).toBeNull();
  });

  test('is asked for its birth once the gateway is there, and again when it was away', async () => {
    const s = await setUpSparkplug();
    expect(s.asked()).toBe(0);
    await s.clock.advance(2_000);
    expect(s.asked()).toBe(1);
    await s.say('NBIRTH', birth());
    s.host.opened(undefined);
    await s.clock.advance(60_000);
    expect(s.asked()).toBe(1);
    s.host.opened(async (topic, payload) => void s.sent.push([topic, { payload }, false]));
    await s.clock.advance(2_000);
    expect(s.asked()).toBe(2);
    // What came meanwhile is not believed by alias.
    s.stored.length = 0;
    await s.say('NDATA', data(1, 22));
    expect(s.stored).toEqual([]);
  });

  test('that waits for its primary host is told when it is there and when it goes', async () => {
    const s = await setUpSparkplug({ hostId: 'karez' });
    const { will } = s.host;
    expect(JSON.parse(Buffer.from(will?.payload as Uint8Array).toString())).toMatchObject({ online: false });
    s.host.opened(
      async (topic, payload, { retain }) =>
        void s.sent.push([topic, JSON.parse(Buffer.from(payload).toString()), retain]),
    );
    expect(s.sent.at(-1)).toEqual(['spBv1.0/STATE/karez', { online: true, timestamp: expect.any(Number) }, true]);
    expect(s.sent.at(-1)?.[1].timestamp).toBe(
      JSON.parse(Buffer.from(will?.payload as Uint8Array).toString()).timestamp,
    );
    await s.host.stop();
    expect(s.sent.at(-1)?.[1]).toMatchObject({ online: false });
  });

  test('may hear its commands and nothing else', async () => {
    const { host } = await setUpSparkplug({ hostId: 'karez' });
    for (const filter of ['spBv1.0/g/NCMD/n', 'spBv1.0/g/NCMD/n/#', 'spBv1.0/g/DCMD/n/d', 'spBv1.0/STATE/karez'])
      expect(host.mayHear(filter), filter).toBe(true);
    for (const filter of ['spBv1.0/#', 'spBv1.0/g/NCMD/other', 'spBv1.0/g/NDATA/n', 'spBv1.0/g/NCMD/+', '#'])
      expect(host.mayHear(filter), filter).toBe(false);
  });
});

test.each([
  ['spBv1.0/g/NDATA/n/d', '', 'PAYLOAD_INVALID', /none of Sparkplug's/],
  ['spBv1.0/g/XDATA/n', '', 'PAYLOAD_INVALID', /none of Sparkplug's/],
  ['spBv1.0/g/NDATA/n', '1205', 'FRAME_TOO_SHORT', /a field at 2 has 5/],
])('%s %s is refused', async (topic, hex, code, reason) => {
  const s = await setUpSparkplug();
  await s.host.take(topic, Buffer.from(hex, 'hex'), 0);
  expect(s.pipeline.rejections).toMatchObject([{ source: topic, code, reason: expect.stringMatching(reason) }]);
});

test.each(['spBv1.0/g/NCMD/n', 'spBv1.0/STATE/karez', 'spBv1.0/g/DCMD/n/d', 'other/g/NDATA/n'])(
  '%s is not for us',
  async (topic) => {
    const s = await setUpSparkplug();
    await s.host.take(topic, Buffer.from('hello'), 0);
    expect(s.pipeline.rejections).toEqual([]);
    expect(s.stored).toEqual([]);
  },
);
