/**
 * A rain gauge whose contact closes once a tip. Every tip is written down when it comes, and what was said of them too, so
 * that each is in one reading and no more, whatever is cut off when.
 */
import { KarezError, messageOf } from '@karez/model';
import type { EdgeDeps } from '../ports.ts';
import type { BoardSensor } from './sensors.ts';

/** A contact bounces for a few milliseconds when it closes and when it opens: an edge sooner after another is no tip. */
const BOUNCE_MS = 20;

export interface RainBooks {
  /** Tips so far. */
  total: number;
  /** So many of them are stored. */
  told: number;
  /** The total that was last given to be stored. */
  asked: number;
  /** With which time; null where that was not known. */
  askedMs: number | null;
  /** When the last tip was, where that was known. UTC ms. */
  tipMs: number | null;
}

type Deps = Pick<EdgeDeps, 'memory' | 'time'>;

/** @param troubled is told why tips could not be written down, null once they could. */
export function tippingBucket(
  device: string,
  tipMm: number,
  { memory, time }: Deps,
  intervalMs: number,
  troubled: (error: Error | null) => void,
): BoardSensor {
  let last: { level: number; atMs: number } | undefined;
  const key = `firmata-rain/${device}`;
  /** Tips from before this start that were never given to be stored, and when the last of them was. */
  let left: Pick<RainBooks, 'total' | 'tipMs'> | undefined;
  /** What was given before this start, and may be stored or not. */
  let before: number | undefined;
  const opened = open();

  async function open(): Promise<RainBooks> {
    const books = readBooks(await memory?.recall(key));
    if (books.asked > books.told) before = books.asked;
    if (books.total > books.asked) left = { total: books.total, tipMs: books.tipMs };
    return books;
  }

  const keep = async (books: RainBooks) => {
    try {
      await memory?.remember(key, JSON.stringify(books));
    } catch (error) {
      throw new KarezError('JOURNAL_UNWRITABLE', `tips cannot be written down: ${messageOf(error)}`, { cause: error });
    }
  };

  function nowMs(): number | null {
    const now = time?.now();
    return now?.dated ? Math.round(now.timeMs) : null;
  }

  async function tip(): Promise<void> {
    const tipMs = nowMs();
    const books = await opened;
    books.total++;
    books.tipMs = tipMs;
    await keep(books);
  }

  return {
    firstMs: intervalMs,
    began() {
      last = undefined;
    },
    level(level, atMs) {
      const earlier = last;
      if (earlier?.level === level) return;
      last = { level, atMs };
      if (earlier === undefined || level !== 0 || atMs - earlier.atMs < BOUNCE_MS) return;
      tip().then(
        () => troubled(null),
        (error: Error) => troubled(error),
      );
    },
    async measure() {
      const books = await opened;
      if (books.asked === books.told && books.total > books.told) {
        const isLeft = left !== undefined;
        books.asked = left?.total ?? books.total;
        books.askedMs = left === undefined ? nowMs() : left.tipMs;
        left = undefined;
        before = isLeft ? books.asked : undefined;
      }
      if (books.asked === books.told) return { values: { rain: 0 } };
      await keep(books);
      const { asked, askedMs } = books;
      return {
        values: { rain: (asked - books.told) * tipMm },
        counter: asked,
        ...(askedMs === null ? {} : { timeMs: askedMs }),
        ...(asked === before ? { historical: true } : {}),
        async stored() {
          // One that was late has nothing new to say.
          books.told = Math.max(books.told, asked);
          await keep(books);
        },
      };
    },
  };
}

/** What was written down, or the beginning where nothing was or it cannot be read. */
function readBooks(text: string | null | undefined): RainBooks {
  const none: RainBooks = { total: 0, told: 0, asked: 0, askedMs: null, tipMs: null };
  try {
    const books = JSON.parse(text ?? 'null') as RainBooks | null;
    const counts = [books?.total, books?.asked, books?.told];
    return books !== null && counts.every((n) => Number.isSafeInteger(n)) ? books : none;
  } catch {
    return none;
  }
}
