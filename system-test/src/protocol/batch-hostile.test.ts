/** Whatever bytes come, both readers end, and what one of them refuses the other refuses with the same code. */
import { type Random, type Reading, seededRandom, toColumns } from '@karez/model';
import { encodeBatch } from '@karez/model/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byBoth, byDocument, ORIGIN } from './both-readers.ts';
import { drawnBatch } from './drawn-batches.ts';
import { anyRows, farmRows } from './made-batches.ts';
import { bits } from './numbers.ts';
import { asBatch, withChecksum } from './range-writer.ts';
import { again, begun, decimal, head, run, SAME, size } from './written-bits.ts';

const EPOCH = '0badcafe';
const encoded = (rows: readonly Reading[]) => encodeBatch(toColumns(rows), { ...ORIGIN, epoch: EPOCH });

/** Batches of all kinds and lengths, to be damaged. */
const GOOD = [
  ...fc.sample(anyRows, { numRuns: 30, seed: 4 }),
  ...[0, 0.01, 0.2].flatMap((trouble) =>
    [1, 6, 60].map((samples) =>
      farmRows({ seed: samples, devices: 5, samples, unitMs: 1000, jitterUnits: 0, trouble }),
    ),
  ),
].map(encoded);

/** Ways to damage a batch; the head of nine bytes stays, as its checksum is made good afterwards. */
const DAMAGE: ((bytes: Buffer, at: number, random: Random) => Uint8Array)[] = [
  (bytes, at, random) => {
    bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random.next() * 8));
    return bytes;
  },
  (bytes, at, random) => {
    for (let i = at; i < bytes.length && i < at + 4; i++) bytes[i] = Math.floor(random.next() * 256);
    return bytes;
  },
  (bytes, at, random) => bytes.fill(random.next() < 0.5 ? 0 : 0xff, at, Math.min(bytes.length, at + 40)),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at - 1)]),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) => {
    const other = GOOD[Math.floor(random.next() * GOOD.length)] as Uint8Array;
    return Buffer.concat([bytes.subarray(0, at), other.subarray(Math.min(at, other.length))]);
  },
];

test('damaged batches with their checksum made good', () => {
  const random = seededRandom(17);
  const outcomes = { read: 0, refused: 0 };
  for (let i = 0; i < 2000; i++) {
    const bytes = GOOD[i % GOOD.length] as Uint8Array;
    const damage = DAMAGE[Math.floor(random.next() * DAMAGE.length)] as (typeof DAMAGE)[number];
    // As often near an end as anywhere.
    const place = [random.next(), random.next() ** 6, 1 - random.next() ** 6][i % 3] as number;
    const at = 9 + Math.floor(place * (bytes.length - 9));
    const out = byBoth(withChecksum(damage(Buffer.from(bytes), at, random), ORIGIN));
    outcomes['refused' in out ? 'refused' : 'read'] += 1;
  }
  expect(outcomes.read).toBeGreaterThan(50);
  expect(outcomes.refused).toBeGreaterThan(500);
});

test('every beginning of a batch, and zero bytes after its end', () => {
  let early = 0;
  for (const bytes of GOOD.filter((b) => b.length < 400)) {
    for (let length = 0; length < bytes.length; length++) {
      const out = byBoth(withChecksum(bytes.subarray(0, length), ORIGIN));
      if ('refused' in out && out.why === 'the coded part ends early') early += 1;
    }
    const read = [0, 1, 2, 3, 4, 5].map((zeros) => {
      const longer = Buffer.concat([bytes, new Uint8Array(zeros)]);
      return !('refused' in byBoth(withChecksum(longer, ORIGIN)));
    });
    expect(read[0]).toBe(true);
    expect(read[5]).toBe(false);
  }
  expect(early).toBeGreaterThan(500);
});

test('coded parts of any bytes', () => {
  const random = seededRandom(23);
  for (let i = 0; i < 2000; i++) {
    const fill = [() => 0, () => 255, () => random.next() * 256][i % 3] as () => number;
    const coded = Uint8Array.from({ length: Math.floor(random.next() * 40) }, fill);
    if (i % 2 === 0 && coded.length > 0) coded[Math.floor(random.next() * coded.length)] = random.next() * 256;
    byBoth(asBatch(coded, ORIGIN));
  }
});

test('a code that is not below the range, as no encoder makes one', () => {
  // A plain bit halves an odd range and loses its last number; a code that stood there is outside from then on.
  const random = seededRandom(29);
  let read = 0;
  for (let i = 0; i < 3000; i++) {
    const count = 2 + (i % 13);
    const first = head({ count, ticks: i }) + run(i, 1) + SAME + decimal(2 ** 20 + i);
    const miss = 2 ** (13 + (i % 30));
    const told = first + again() + size(miss, 11);
    const plainBits = bits(miss) - 3;
    const { writer } = begun(told.slice(0, told.length - Math.floor(random.next() * plainBits) - 1));
    const length = Math.floor(random.next() * (4 + 3 * count));
    const tail = Uint8Array.from({ length }, () => [0, 255, random.next() * 256][i % 3] as number);
    if (!('refused' in byBoth(asBatch(Buffer.concat([writer.finishAtTop(), tail]), ORIGIN)))) read += 1;
  }
  expect(read).toBeGreaterThan(100);
});

test('decisions of any kind', () => {
  const refusals = new Map<string, number>();
  let readings = 0;
  for (let seed = 1; seed <= 2500; seed++) {
    const bytes = drawnBatch(seed, ORIGIN);
    byBoth(bytes);
    const out = byDocument(bytes);
    if ('refused' in out) refusals.set(out.why, (refusals.get(out.why) ?? 0) + 1);
    else readings += out.readings.length;
  }
  expect(readings).toBeGreaterThan(10_000);
  // They must have met what is refused in the body.
  for (const why of ['no such channel', 'like no channel', 'no such grid', 'too large a number', 'no such shape'])
    expect(refusals.get(why) ?? 0, why).toBeGreaterThan(10);
});
