/** Notes: from what gateways say and what is committed into a real InfluxDB; what cannot be written harms nothing. */
import { type GatewayStatus, QUALITY, silentLogger, toColumns } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { noteLine } from '../store/influx-notes.ts';
import { startInfluxd } from '../testing/influxd.ts';
import { startTestCloud, until } from '../testing/test-cloud.ts';
import { startFlowNotes } from './flow-notes.ts';
import { gatewayNotes } from './gateway-note.ts';
import type { Note } from './note.ts';

const status = (changes: Partial<GatewayStatus> = {}): GatewayStatus => ({
  ...{
    v: 1,
    online: true,
    epoch: '01234567',
    timeMs: 0,
    monoMs: 0,
    startedMs: 0,
    version: '0',
    segments: [],
    devices: [],
  },
  ...{ accepted: 10, stored: 7, waiting: 2, refused: 0, lost: [{ reason: 'thinned', readings: 1 }] },
  clock: { state: 'known', source: 'ntp', offsetMs: 3, uncertaintyMs: 1, trouble: null },
  journal: { bytes: 100, limitBytes: 1_000, policy: 'keep-oldest', oldestMs: null, hoursLeft: null, writable: true },
  link: { state: 'up', sinceMs: 0, roundTripMs: null },
  ...changes,
});

test('a gateway’s word is noted now and then, and at once when its link or clock changes', async () => {
  const clock = virtualClock(Date.UTC(2026, 5, 1));
  const notes: Note[] = [];
  const said = gatewayNotes(clock, (note) => notes.push(note));
  for (let i = 0; i < 14; i++) {
    said('farm', 'gw-1', status());
    await clock.advance(5_000);
  }
  expect(notes).toHaveLength(3);
  expect(notes[0]).toMatchObject({
    tags: { farm: 'farm', gateway: 'gw-1' },
    fields: { accepted: 10, lost: 1, 'link.up': true },
  });
  said('farm', 'gw-1', status({ link: { state: 'down', sinceMs: 0, roundTripMs: 80 } }));
  expect(notes.at(-1)?.fields).toMatchObject({ 'link.up': false, 'link.roundtrip': 80 });
});

test('the flow is noted by minute: late, suspect, absent, repaired', async () => {
  const clock = virtualClock(Date.UTC(2026, 5, 1));
  const notes: Note[] = [];
  const flow = startFlowNotes(clock, (note) => notes.push(note));
  const now = clock.wallMs();
  const row = (seq: number, ageMs: number, quality: number) => ({
    seq,
    channel: 1,
    timeMs: now - ageMs,
    value: 1,
    quality,
  });
  const readings = toColumns([
    row(1, 1_000, 0),
    row(2, 3_600_000, QUALITY.ESTIMATED),
    row(3, 2_000, QUALITY.RANGE),
    row(4, 0, QUALITY.ABSENT),
  ]);
  flow.committed([{ farm: 'farm', gateway: 'gw-1', epoch: '01234567', readings, channels: new Map() }], now);
  await clock.advance(180_000);
  expect(notes.map(({ fields }) => fields)).toEqual([
    { readings: 4, late: 1, suspect: 1, absent: 1, estimated: 1, 'oldest.age': 3_600 },
  ]);
  flow.stop();
});

test('a line quotes what needs it and leaves out what there is not', () => {
  expect(
    noteLine({
      measurement: 'alert',
      tags: { rule: 'a b', farm: 'f' },
      fields: { n: 2, ok: true, text: 'say "hi"', no: undefined, bad: Number.NaN },
      timeMs: 5,
    }),
  ).toBe('alert,farm=f,rule=a\\ b n=2,ok=true,text="say \\"hi\\"" 5000000');
  expect(noteLine({ measurement: 'alert', tags: {}, fields: { no: undefined }, timeMs: 5 })).toBeUndefined();
});

test('in a real cloud with a real InfluxDB they are there', async () => {
  const influxd = await startInfluxd();
  const cloud = await startTestCloud({ store: influxd.url, logger: silentLogger });
  const gateway = await cloud.connect();
  await gateway.describe();
  await gateway.deliver([{ seq: 1, timeMs: Date.now(), value: 1 }]);
  await gateway.say({ monoMs: 7 });
  const count = async (measurement: string) => {
    const query = encodeURIComponent(`SELECT count(*) FROM "${measurement}"`);
    const answer = await fetch(`${new URL(influxd.url).origin}/query?db=karez&q=${query}`);
    return JSON.stringify(await answer.json());
  };
  await until('the gateway’s note', async () => ((await count('gateway')).includes('accepted') ? true : undefined));
  await cloud.close();
  await influxd.stop();
});
