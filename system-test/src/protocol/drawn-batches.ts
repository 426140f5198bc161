/**
 * Batches that are drawn decision by decision, so that they hold whatever a reader can be told, likely or not: shapes that
 * name a channel twice, equal shapes, numbers and times at the ends of what is allowed and beyond.
 */
import { type Random, seededRandom } from '@karez/model';
import { type Origin, readCoded } from './batch-reader.ts';
import type { Bit } from './decisions.ts';
import { asBatch, RangeWriter } from './range-writer.ts';
import { BatchRefused } from './refusal.ts';
import { head } from './written-bits.ts';

/** More readings than this take long and show nothing more. */
const READINGS_AT_MOST = 3000;

type Mood = (p: number, random: Random) => boolean;

const LIKELY: Mood = (p, random) => random.next() * 65536 < p;
const MOODS: Mood[] = [
  LIKELY,
  LIKELY,
  (_, random) => random.next() < 0.5,
  (_, random) => random.next() < 0.97,
  (_, random) => random.next() < 0.03,
  (p) => p >= 32768,
];

/** One batch for each seed; some are to be refused. */
export function drawnBatch(seed: number, origin: Origin): Uint8Array {
  const random = seededRandom(seed);
  const wildness = random.next() < 0.2 ? 0.3 : random.next() ** 3 * 0.03;
  for (;;) {
    const coded = drawn(random, wildness, random.next() < 0.1 ? '' : drawnHead(random));
    if (coded !== undefined) return asBatch(coded, origin);
  }
}

/** The bits of a head that is not refused. */
function drawnHead(random: Random): string {
  return head({
    within: Math.floor(random.next() ** 8 * 2 ** 36),
    count: 1 + Math.floor(random.next() ** 3 * 300),
    days: Math.floor(random.next() ** 8 * 13_000_000),
    ticks: Math.floor(random.next() * 86_400_000),
  });
}

/** A coded part that begins with `first`; undefined where there would be too many readings. */
function drawn(random: Random, wildness: number, first: string): Uint8Array | undefined {
  let mood = LIKELY;
  let decisions = 0;
  const writer = new RangeWriter((p): Bit => {
    decisions += 1;
    if (decisions <= first.length) return first[decisions - 1] === '1' ? 1 : 0;
    if (decisions > READINGS_AT_MOST * 20) throw new TooLong();
    if (random.next() < wildness) mood = MOODS[Math.floor(random.next() * MOODS.length)] as Mood;
    else if (random.next() < 0.2) mood = LIKELY;
    return mood(p, random) ? 1 : 0;
  });
  try {
    if (readCoded(writer).length > READINGS_AT_MOST) return undefined;
  } catch (error) {
    if (error instanceof TooLong) return undefined;
    if (!(error instanceof BatchRefused)) throw error;
  }
  return writer.finish();
}

class TooLong extends Error {}
