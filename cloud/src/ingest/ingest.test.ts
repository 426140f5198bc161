/** The ingest between a gated store and many gateways, in virtual time. */
import { type Ack, KarezError, LIMITS, type Reading, silentLogger, toColumns } from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { encodeBatch } from '@karez/model/wire';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Outcome, StoreBatch, StoreChannel } from '../store/store.ts';
import type { QuarantineEntry } from '../vault/quarantine.ts';
import { Ingest } from './ingest.ts';

const EPOCH = '00000001';
const channel: StoreChannel = {
  ...{ farm: 'farm', gateway: 'gw', device: 'probe', quantity: 'soil.moisture', place: undefined, field: undefined },
};
const channels = new Map([[1, channel]]);

let clock: VirtualClock;
let ingest: Ingest;
let acks: (Ack & { gateway: string })[];
let quarantine: QuarantineEntry[];
/** What the store does with each commit. */
let commit: (batches: readonly StoreBatch[]) => Promise<void>;
let commits: string[][];
let quarantineFails: boolean;

const stored = (batches: readonly StoreBatch[]): Outcome[] =>
  batches.map(({ readings }) => ({ stored: readings, refused: [], conflicts: 0 }));

beforeEach(() => {
  clock = virtualClock();
  acks = [];
  quarantine = [];
  commits = [];
  quarantineFails = false;
  commit = async () => {};
  ingest = new Ingest({
    ...{ clock, logger: silentLogger },
    store: {
      async commit(batches) {
        commits.push(batches.map((b) => b.gateway));
        await commit(batches);
        return stored(batches);
      },
      history: () => Promise.reject(new Error('not asked for')),
      histories: async () => [],
      rollUp: async () => false,
      note() {},
      async close() {},
    },
    channels: (_farm, gateway) => (gateway === 'unknown' ? undefined : channels),
    async quarantine(entries) {
      if (quarantineFails) throw new KarezError('STORE_UNAVAILABLE', 'disk full');
      quarantine.push(...entries);
    },
    acknowledge: (_farm, gateway, ack) => acks.push({ gateway, ...ack }),
    committed() {},
  });
});

const rows = (firstSeq: number, count: number, timeMs = clock.wallMs()): Reading[] =>
  Array.from({ length: count }, (_, i) => ({ seq: firstSeq + i, timeMs, channel: 1, value: i, quality: 0 }));
const encode = (gateway: string, readings: Reading[]) =>
  encodeBatch(toColumns(readings), { farm: 'farm', gateway, epoch: EPOCH });
const send = (gateway: string, firstSeq: number, count: number) =>
  ingest.receive('farm', gateway, encode(gateway, rows(firstSeq, count)));
const down = () => Promise.reject(new KarezError('STORE_UNAVAILABLE', 'down'));
const ackedOf = (gateway: string) => acks.filter((a) => a.gateway === gateway).flatMap((a) => a.acked);
const retriesOf = (gateway: string) => acks.filter((a) => a.gateway === gateway).flatMap((a) => a.retry);

describe('two hundred gateways that drain at once', () => {
  test('fill memory to the bound and no further, are all served, and none waits for another to finish', async () => {
    const gateways = Array.from({ length: 200 }, (_, i) => `gw-${i}`);
    const perBatch = 5_000;
    const batches = 4;
    let most = 0;
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    commit = async () => {
      most = Math.max(most, ingest.depth.readings);
      await gate;
    };
    // One encoding serves all: only the address differs, and the numbers are each gateway's own.
    const due = gateways.flatMap((gateway) => Array.from({ length: batches }, (_, b) => ({ gateway, b, dueMs: 0 })));
    const encoded = new Map(
      due.map(({ gateway, b }) => [`${gateway}/${b}`, encode(gateway, rows(b * perBatch + 1, perBatch))]),
    );
    for (const { gateway, b } of due) ingest.receive('farm', gateway, encoded.get(`${gateway}/${b}`) as Uint8Array);
    most = Math.max(most, ingest.depth.readings);
    expect(most).toBeLessThanOrEqual(LIMITS.ingestQueueReadings);
    expect(ingest.depth.bytes).toBeLessThanOrEqual(LIMITS.ingestQueueBytes);
    const refusedAtFirst = acks.filter((a) => a.retry.length > 0).length;
    expect(refusedAtFirst).toBeGreaterThan(100);
    expect(ingest.counts.busy).toBe(refusedAtFirst);
    release();
    await ingest.idle();
    expect(new Set(acks.filter((a) => a.acked.length > 0).map((a) => a.gateway)).size).toBeGreaterThan(100);
    // The rest comes again until it is taken.
    for (let round = 0; round < 50; round++) {
      const left = due.filter(({ gateway, b }) => !ackedOf(gateway).some(([first]) => first === b * perBatch + 1));
      if (left.length === 0) break;
      for (const { gateway, b } of left) ingest.receive('farm', gateway, encoded.get(`${gateway}/${b}`) as Uint8Array);
      await ingest.idle();
    }
    expect(acks.reduce((sum, a) => sum + a.acked.reduce((n, [f, l]) => n + l - f + 1, 0), 0)).toBe(
      200 * batches * perBatch,
    );
    // In each commit no gateway has two batches while another has one waiting.
    const firstCommits = commits.slice(1, 5).map((names) => new Set(names).size / names.length);
    for (const share of firstCommits) expect(share).toBe(1);
    expect(ingest.depth).toEqual({ batches: 0, bytes: 0, readings: 0 });
  });

  test('a live batch is committed while a backlog commit is still under way', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    commit = (batches) => ((batches[0]?.readings.count ?? 0) > LIMITS.freshBatchReadings ? gate : Promise.resolve());
    send('busy', 1, 20_000);
    send('busy', 20_001, 20_000);
    send('live', 1, 30);
    while (ackedOf('live').length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(ackedOf('busy')).toEqual([]);
    release();
    await ingest.idle();
    expect(ackedOf('busy')).toHaveLength(2);
  });
});

describe('a store that does not commit', () => {
  test('nothing is acknowledged; delays grow; new batches are told at once; it resumes by itself', async () => {
    commit = down;
    send('gw-1', 1, 10);
    await ingest.idle();
    expect(acks).toMatchObject([{ acked: [], retry: [{ first: 1, last: 10, code: 'STORE_UNAVAILABLE' }] }]);
    const delays: number[] = [];
    for (let round = 0; round < 8; round++) {
      await clock.advance(20_000);
      send('gw-1', 1, 10);
      await ingest.idle();
      delays.push(retriesOf('gw-1').at(-1)?.afterMs as number);
    }
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays.at(-1)).toBeGreaterThan(10_000);
    expect(delays.at(-1)).toBeLessThan(LIMITS.ackTimeoutMs);
    const before = commits.length;
    send('gw-2', 1, 10);
    expect(retriesOf('gw-2')).toHaveLength(1);
    expect(commits).toHaveLength(before);
    expect(ingest.depth.batches).toBe(0);
    commit = async () => {};
    await clock.advance(20_000);
    send('gw-1', 1, 10);
    await ingest.idle();
    expect(ackedOf('gw-1')).toEqual([[1, 10]]);
  });

  test('a batch that upsets the store harms no other gateway', async () => {
    commit = (batches) => (batches.some((b) => b.gateway === 'poison') ? down() : Promise.resolve());
    const others = ['a', 'b', 'c', 'd'];
    for (let round = 0; round < 10; round++) {
      for (const gateway of ['a', 'poison', 'b', 'c', 'd']) send(gateway, round * 10 + 1, 10);
      await ingest.idle();
      await clock.advance(3_000);
      for (const gateway of others) {
        if (!ackedOf(gateway).some(([first]) => first === round * 10 + 1)) send(gateway, round * 10 + 1, 10);
      }
      await ingest.idle();
    }
    for (const gateway of others) expect(ackedOf(gateway)).toHaveLength(10);
    expect(ackedOf('poison')).toEqual([]);
    // Only the first commit that held it took others down with it.
    for (const gateway of others) expect(retriesOf(gateway).length).toBeLessThanOrEqual(2);
    expect(commits.filter((names) => names.includes('poison') && names.length > 1)).toHaveLength(1);
  });

  test('where the quarantine cannot be written nothing of the batch is acknowledged', async () => {
    quarantineFails = true;
    const mixed = [...rows(1, 5), ...rows(6, 2, clock.wallMs() + 5 * 3_600_000)];
    ingest.receive('farm', 'gw-1', encode('gw-1', mixed));
    await ingest.idle();
    expect(acks).toMatchObject([
      {
        acked: [],
        refused: [],
        retry: [
          { first: 1, last: 5 },
          { first: 6, last: 7 },
        ],
      },
    ]);
    quarantineFails = false;
    await clock.advance(5_000);
    ingest.receive('farm', 'gw-1', encode('gw-1', mixed));
    await ingest.idle();
    expect(acks.at(-1)).toMatchObject({ acked: [[1, 5]], refused: [{ first: 6, last: 7, code: 'TIME_IN_FUTURE' }] });
    expect(quarantine).toMatchObject([{ ranges: [[6, 7]], readings: 2 }]);
    expect(quarantine[0]?.content.length).toBeGreaterThan(10);
  });
});

describe('a clock of the cloud that is behind', () => {
  const dayMs = 86_400_000;

  test('refuses nothing that is ahead of it, says so, and stores it once it is mended', async () => {
    send('gw-1', 1, 10);
    await ingest.idle();
    const rightMs = clock.wallMs();
    clock.stepWall(-dayMs);
    const now = encode('gw-1', rows(11, 10, rightMs + 1_000));
    ingest.receive('farm', 'gw-1', now);
    await ingest.idle();
    // Known to be behind: the time that has been is the time that counts.
    expect(ackedOf('gw-1').at(-1)).toEqual([11, 20]);
    const later = encode('gw-1', rows(21, 10, rightMs + 2 * 3_600_000));
    ingest.receive('farm', 'gw-1', later);
    await ingest.idle();
    expect(retriesOf('gw-1')).toMatchObject([{ first: 21, last: 30, code: 'STORE_UNAVAILABLE' }]);
    expect(acks.flatMap((a) => a.refused)).toEqual([]);
    clock.stepWall(dayMs + 2 * 3_600_000);
    ingest.receive('farm', 'gw-1', later);
    await ingest.idle();
    expect(ackedOf('gw-1').at(-1)).toEqual([21, 30]);
  });

  test('moved by seconds, as NTP moves it, still refuses what is days ahead', async () => {
    send('gw-1', 1, 10);
    await ingest.idle();
    clock.stepWall(-5_000);
    ingest.receive('farm', 'gw-1', encode('gw-1', rows(11, 1, clock.wallMs() + 3 * dayMs)));
    await ingest.idle();
    expect(acks.at(-1)?.refused).toMatchObject([{ first: 11, code: 'TIME_IN_FUTURE' }]);
  });
});

describe('answers', () => {
  test('the same batch twice while it waits is committed once', async () => {
    send('gw-1', 1, 10);
    send('gw-1', 1, 10);
    await ingest.idle();
    expect(commits).toEqual([['gw-1']]);
    expect(ackedOf('gw-1')).toEqual([[1, 10]]);
  });

  test('many ranges go in several acknowledgements of bounded size', async () => {
    const timeMs = clock.wallMs();
    const mixed = rows(1, 6_000).map((row) => ({ ...row, timeMs: row.seq % 2 === 0 ? timeMs : timeMs + 86_400_000 }));
    ingest.receive('farm', 'gw-1', encode('gw-1', mixed));
    await ingest.idle();
    expect(acks).toHaveLength(6);
    for (const ack of acks) expect(JSON.stringify(ack).length).toBeLessThan(LIMITS.controlBytes * 2);
    expect(acks.flatMap((a) => a.acked)).toHaveLength(3_000);
    expect(acks.flatMap((a) => a.refused)).toHaveLength(3_000);
    expect(quarantine).toMatchObject([{ readings: 3_000 }]);
  });

  test('a gateway whose channels are unknown is asked for them, less and less often', async () => {
    for (let round = 0; round < 4; round++) {
      send('unknown', 1, 5);
      await ingest.idle();
    }
    const delays = retriesOf('unknown').map((r) => r.afterMs);
    expect(delays).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test('rubbish is kept a few times, then only counted', async () => {
    for (let i = 0; i < 100; i++) ingest.receive('farm', 'gw-1', new Uint8Array([1, 2, 3, i]));
    expect(quarantine).toHaveLength(10);
    expect(ingest.unreadable.count).toBe(100);
    await clock.advance(60_000);
    ingest.receive('farm', 'gw-1', new Uint8Array([1]));
    expect(quarantine).toHaveLength(11);
    expect(acks).toEqual([]);
  });
});
