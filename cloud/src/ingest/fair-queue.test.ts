import { LIMITS } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { FairQueue, type Waiting } from './fair-queue.ts';

let next = 1;
const batch = (gateway: string, count: number, bytes = 100): Waiting => {
  const firstSeq = next;
  next += count;
  return {
    ...{ farm: 'farm', gateway, epoch: '00000001', firstSeq, count, checksum: firstSeq },
    ...{ bytes: new Uint8Array(bytes), receivedMs: 0 },
  };
};
const fill = (queue: FairQueue, gateway: string, count: number): number => {
  let taken = 0;
  while (queue.offer(batch(gateway, count)) === 'taken') taken++;
  return taken;
};

describe('the queue', () => {
  test('gives every gateway its turn, whatever it has waiting', () => {
    const queue = new FairQueue();
    const greedy = fill(queue, 'greedy', 10_000);
    expect(greedy).toBeGreaterThan(10);
    for (const gateway of ['a', 'b', 'c']) expect(queue.offer(batch(gateway, 10_000))).toBe('taken');
    expect(queue.take('backlog', 40_000).map((b) => b.gateway)).toEqual(['greedy', 'a', 'b', 'c']);
    expect(queue.take('backlog', 20_000).map((b) => b.gateway)).toEqual(['greedy', 'greedy']);
  });

  test('keeps fresh batches apart, so that no backlog fills their lane or stands before them', () => {
    const queue = new FairQueue();
    for (let i = 0; i < 500; i++) fill(queue, `gw-${i}`, 20_000);
    expect(queue.offer(batch('late', 50_000))).toBe('full');
    const live = batch('gw-1', 40);
    expect(queue.offer(live)).toBe('taken');
    expect(queue.take('fresh', 100_000)).toEqual([live]);
  });

  test('always has room for the first batch of a gateway, as long as others have many', () => {
    const queue = new FairQueue();
    for (let i = 0; i < 20; i++) fill(queue, `gw-${i}`, 10_000);
    expect(queue.offer(batch('gw-1', 10_000))).toBe('full');
    expect(queue.offer(batch('new', 10_000))).toBe('taken');
  });

  test('is bounded in readings, bytes and batches, over all and for each', () => {
    const readings = new FairQueue();
    for (let i = 0; i < 1000; i++) fill(readings, `gw-${i}`, 20_000);
    expect(readings.depth.readings).toBeLessThanOrEqual(LIMITS.ingestQueueReadings);
    expect(readings.depth.readings).toBeGreaterThan(LIMITS.ingestQueueReadings * 0.9);
    const bytes = new FairQueue();
    for (let i = 0; i < 1000; i++) bytes.offer(batch(`gw-${i}`, 3_000, LIMITS.batchBytes));
    expect(bytes.depth.bytes).toBeLessThanOrEqual(LIMITS.ingestQueueBytes);
    const small = new FairQueue();
    expect(fill(small, 'gw-1', 1)).toBe(LIMITS.ingestBatchesPerGateway);
    for (let i = 2; i < 1000; i++) fill(small, `gw-${i}`, 1);
    expect(small.depth.batches).toBe(LIMITS.ingestQueueBatches);
  });

  test('counts a batch until it is answered, and then no more', () => {
    const queue = new FairQueue();
    const first = batch('gw-1', 50_000);
    expect(queue.offer(first)).toBe('taken');
    expect(queue.offer({ ...first })).toBe('there');
    expect(queue.take('backlog', 1)).toEqual([first]);
    expect(queue.take('backlog', 1)).toEqual([]);
    // Still under way: a repeat would be stored for nothing.
    expect(queue.offer({ ...first })).toBe('there');
    expect(queue.depth).toMatchObject({ batches: 1, readings: 50_000 });
    queue.answered({ ...first });
    expect(queue.depth.batches).toBe(1);
    queue.answered(first);
    queue.answered(first);
    expect(queue.depth).toEqual({ batches: 0, bytes: 0, readings: 0 });
    expect(queue.offer({ ...first })).toBe('taken');
  });

  test('holds other content under the same numbers for another batch', () => {
    const queue = new FairQueue();
    const first = batch('gw-1', 10);
    expect(queue.offer(first)).toBe('taken');
    expect(queue.offer({ ...first, checksum: 77 })).toBe('taken');
  });
});
