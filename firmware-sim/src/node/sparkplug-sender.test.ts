/** An edge node's side of the wire, against a link that the test plays. */
import { seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { describe, expect, test } from 'vitest';
import { sparkplugMessage } from '../testing/sparkplug-message.ts';
import type { SparkplugLinkEvents, SparkplugSession } from './sparkplug-link.ts';
import { SparkplugSender } from './sparkplug-sender.ts';

const T = 1_767_225_600_000;
const metrics = [
  { name: 'Moisture', type: 'Float' as const },
  { name: 'RSSI', type: 'Int8' as const },
];
const REBIRTH = Buffer.from('080112160a144e6f646520436f6e74726f6c2f52656269727468', 'hex');
/** The same with its value, true. */
const REBIRTH_TRUE = Buffer.concat([
  Buffer.from('0801121a', 'hex'),
  REBIRTH.subarray(4),
  Buffer.from('200b7001', 'hex'),
]);

function stage({ hostId, flashMessages = 100 }: { hostId?: string; flashMessages?: number } = {}) {
  const clock = virtualClock(T);
  const said: { kind: string; at: string | undefined; message: ReturnType<typeof sparkplugMessage> }[] = [];
  const sessions: SparkplugSession[] = [];
  let events: SparkplugLinkEvents | undefined;
  const sender = new SparkplugSender(
    {
      ...{ group: 'g', node: 'n', hostId, flashMessages },
      devices: new Map([
        ['barn', { below: '', metrics }],
        ['probe', { below: 'p', metrics }],
      ]),
    },
    (session, e) => {
      sessions.push(session);
      events = e;
      return {
        publish(topic, payload) {
          const [, , kind = '', , at] = topic.split('/');
          said.push({ kind, at, message: sparkplugMessage(payload) });
        },
        close: () => e.closed(undefined),
      };
    },
    { clock, random: seededRandom(1), logger: silentLogger, clockMs: () => clock.wallMs() },
  );
  sender.start();
  const tell = (device: string, value: number, more: object = {}) =>
    sender.add({
      ...{ device, t: Math.round(clock.wallMs()), values: [value, -60] },
      ...{ isLost: false, cutAt: undefined, isLate: false, ...more },
    });
  const kinds = () => said.map(({ kind, at }) => (at === undefined ? kind : `${kind} ${at}`));
  return { ...{ clock, sender, said, sessions, tell, kinds }, link: () => events as SparkplugLinkEvents };
}
const bdSeqOf = (bytes: Uint8Array) => sparkplugMessage(bytes).metrics[0];

describe('an edge node', () => {
  test('is born with all names, speaks by alias, with one number for all', async () => {
    const s = stage();
    s.link().opened();
    expect(s.kinds()).toEqual(['NBIRTH', 'DBIRTH p']);
    expect(s.said[0]?.message).toMatchObject({
      seq: 0,
      metrics: [
        { name: 'bdSeq', datatype: 8, long_value: 1 },
        { name: 'Node Control/Rebirth', datatype: 11, boolean_value: false },
        { name: 'Moisture', alias: 1, datatype: 9, is_null: true },
        { name: 'RSSI', alias: 2, datatype: 1, is_null: true },
      ],
    });
    s.tell('probe', 30.5);
    await s.clock.advance(1_000);
    s.tell('barn', 20);
    expect(s.kinds().slice(2)).toEqual(['DDATA p', 'NDATA']);
    expect(s.said.slice(1).map(({ message }) => message.seq)).toEqual([1, 2, 3]);
    expect(s.said[2]?.message.metrics).toEqual([
      { alias: 3, timestamp: T, float_value: 30.5 },
      { alias: 4, timestamp: T, int_value: 0xffffffc4 },
    ]);
  });

  test('numbers wrap at 255', () => {
    const s = stage();
    s.link().opened();
    for (let i = 0; i < 300; i++) s.tell('barn', i);
    expect(s.said.map(({ message }) => message.seq)).toEqual(Array.from({ length: 302 }, (_, i) => i % 256));
  });

  test('is born again when it is asked, with what it measured last, and not for each of many requests', async () => {
    const s = stage();
    s.link().opened();
    s.tell('barn', 20);
    await s.clock.advance(5_000);
    s.said.length = 0;
    s.link().heard('spBv1.0/g/NCMD/n', REBIRTH);
    expect(s.kinds()).toEqual([]);
    for (let i = 0; i < 5; i++) s.link().heard('spBv1.0/g/NCMD/n', REBIRTH_TRUE);
    expect(s.kinds()).toEqual(['NBIRTH', 'DBIRTH p']);
    expect(s.said[0]?.message).toMatchObject({
      seq: 0,
      metrics: [{}, {}, { name: 'Moisture', timestamp: T, float_value: 20 }, {}],
    });
    expect(s.sender.counts.repeated).toBe(1);
  });

  test('keeps what it measures without a connection, as much as it has room for, and says that it is of the past', async () => {
    const s = stage({ flashMessages: 3 });
    for (let i = 1; i <= 5; i++) {
      s.tell('probe', i);
      await s.clock.advance(1_000);
    }
    expect(s.sender.waiting).toBe(3);
    expect(s.sender.counts.dropped).toBe(2);
    s.link().opened();
    expect(s.kinds()).toEqual(['NBIRTH', 'DBIRTH p', 'DDATA p', 'DDATA p', 'DDATA p']);
    expect(s.said.slice(2).map(({ message }) => message.metrics[0])).toEqual(
      [3, 4, 5].map((i) => ({ alias: 3, timestamp: T + (i - 1) * 1_000, is_historical: true, float_value: i })),
    );
  });

  test('has each connection’s number in its will and its birth', async () => {
    const s = stage();
    s.link().opened();
    s.link().closed('cut');
    await s.clock.advance(5_000);
    s.link().opened();
    expect(s.sessions.map(({ will }) => bdSeqOf(will.payload))).toMatchObject([{ long_value: 1 }, { long_value: 2 }]);
    expect(s.sessions[0]?.will.topic).toBe('spBv1.0/g/NDEATH/n');
    expect(s.said.filter(({ kind }) => kind === 'NBIRTH').map(({ message }) => message.metrics[0])).toMatchObject([
      { long_value: 1 },
      { long_value: 2 },
    ]);
  });

  test('without power breaks off and loses what it kept; a device below it dies alone', async () => {
    const s = stage();
    s.tell('barn', 1);
    s.sender.power('barn', false);
    s.tell('barn', 2);
    s.tell('probe', 2);
    await s.clock.advance(60_000);
    expect([s.sender.waiting, s.sessions.length]).toEqual([0, 1]);
    s.sender.power('barn', true);
    s.link().opened();
    s.said.length = 0;
    s.sender.power('probe', false);
    s.tell('probe', 3);
    s.tell('barn', 3);
    s.sender.power('probe', true);
    expect(s.kinds()).toEqual(['DDEATH p', 'NDATA', 'DBIRTH p']);
    expect(s.said.map(({ message }) => message.seq)).toEqual([2, 3, 4]);
  });

  test('by faults of its messages leaves a gap, or breaks off in the middle', () => {
    const s = stage();
    s.link().opened();
    s.tell('barn', 1, { isLost: true });
    s.tell('barn', 2, { isLate: true });
    s.tell('barn', 3, { cutAt: 0.5 });
    s.tell('barn', 4);
    expect(s.said.map(({ message }) => message.seq)).toEqual([0, 1, 3, undefined, 5]);
    expect(s.said[2]?.message.metrics[0]).toMatchObject({ is_historical: true, float_value: 2 });
  });

  test('waits for its primary host, and takes its leave when that goes', async () => {
    const s = stage({ hostId: 'karez' });
    const host = (online: boolean, timestamp: number) =>
      s.link().heard('spBv1.0/STATE/karez', Buffer.from(JSON.stringify({ online, timestamp })));
    expect(s.sessions[0]?.subscriptions).toEqual(['spBv1.0/g/NCMD/n', 'spBv1.0/STATE/karez']);
    s.link().opened();
    s.tell('barn', 1);
    s.link().heard('spBv1.0/STATE/karez', Buffer.from('ONLINE'));
    host(false, 5);
    expect([s.kinds(), s.sender.waiting]).toEqual([[], 1]);
    host(true, 10);
    expect(s.kinds()).toEqual(['NBIRTH', 'DBIRTH p', 'NDATA']);
    // The end of a connection from before.
    host(false, 9);
    s.tell('barn', 2);
    expect(s.kinds()).toHaveLength(4);
    host(false, 10);
    expect(s.kinds().at(-1)).toBe('NDEATH');
    s.tell('barn', 3);
    await s.clock.advance(5_000);
    expect(s.sessions).toHaveLength(2);
    s.link().opened();
    host(true, 20);
    expect(s.kinds().slice(-3)).toEqual(['NBIRTH', 'DBIRTH p', 'NDATA']);
  });
});
