/**
 * Times of readings that were taken before the clock was known: each opening of the journal is a boot, and a boot gets its
 * shift once. It never changes afterwards, because readings leave with it, and a repeat must say the same time.
 */
import type { DatabaseSync } from 'node:sqlite';
import { QUALITY, type Readings } from '@karez/model/reading';
import { type BatchAddress, decodeBatch } from '@karez/model/wire';
import type { BlockRow } from './tables.ts';

export interface UndatedBoot {
  id: number;
  uuid: string;
  wallMs: number;
  monoMs: number;
  /** Time of its last reading, as it stands; undefined where it has none. */
  lastMs?: number;
  /** Its shift, where it follows from an earlier process of the same boot, whose time was known. */
  knownShiftMs?: number;
}

export class Dating {
  readonly #db: DatabaseSync;
  readonly #address: BatchAddress;
  readonly #shifts = new Map<number, number>();
  /** This opening. */
  readonly boot: number;

  constructor(db: DatabaseSync, address: BatchAddress, { uuid, wallMs, monoMs }: Omit<UndatedBoot, 'id'>) {
    this.#db = db;
    this.#address = address;
    this.boot = Number(
      db
        .prepare('INSERT INTO boot (uuid, wall, mono) VALUES (?, ?, ?)')
        .run(uuid, Math.round(wallMs), Math.round(monoMs)).lastInsertRowid,
    );
    const known = db.prepare('SELECT id, shift FROM boot WHERE shift IS NOT NULL').all();
    for (const { id, shift } of known as { id: number; shift: number }[]) this.#shifts.set(id, shift);
  }

  isDated(boot: number | null): boolean {
    return boot === null || this.#shifts.has(boot);
  }

  /** Boots without a shift, this one among them. */
  undated(): UndatedBoot[] {
    const rows = this.#db.prepare('SELECT id, uuid, wall, mono FROM boot WHERE shift IS NULL').all();
    const boots = rows as { id: number; uuid: string; wall: number; mono: number }[];
    const last = boots.some(({ id }) => id !== this.boot) ? this.#lastBlocks() : new Map<number, number>();
    return boots.map(({ id, uuid, wall, mono }) => ({
      ...{ id, uuid, wallMs: wall, monoMs: mono, lastMs: this.#lastMs(last.get(id)) },
      knownShiftMs: this.#knownShiftMs(uuid, wall - mono),
    }));
  }

  /** The monotonic clock is the same in all processes of a boot. */
  #knownShiftMs(uuid: string, startedMs: number): number | undefined {
    const dated = this.#db
      .prepare('SELECT wall, mono, shift FROM boot WHERE uuid = ? AND shift IS NOT NULL ORDER BY id DESC LIMIT 1')
      .get(uuid) as { wall: number; mono: number; shift: number } | undefined;
    return dated && dated.wall - dated.mono + dated.shift - startedMs;
  }

  /** The last block of each boot. */
  #lastBlocks(): Map<number, number> {
    const rows = this.#db
      .prepare('SELECT boot, max(first) AS first FROM block WHERE boot IS NOT NULL GROUP BY boot')
      .all();
    return new Map((rows as { boot: number; first: number }[]).map(({ boot, first }) => [boot, first]));
  }

  #lastMs(block: number | undefined): number | undefined {
    if (block === undefined) return undefined;
    const row = this.#db.prepare('SELECT * FROM block WHERE first = ?').get(block) as unknown as BlockRow;
    const readings = this.readings(row);
    return readings?.timeMs[readings.count - 1];
  }

  /** Writes shifts down. Called inside a transaction; `take` follows once it is committed. */
  write(shifts: readonly [boot: number, shiftMs: number][]): void {
    const update = this.#db.prepare('UPDATE boot SET shift = ? WHERE id = ? AND shift IS NULL');
    for (const [boot, shift] of shifts) update.run(Math.round(shift), boot);
  }

  take(shifts: readonly [boot: number, shiftMs: number][]): void {
    for (const [boot, shift] of shifts) if (!this.#shifts.has(boot)) this.#shifts.set(boot, Math.round(shift));
  }

  /**
   * A block's readings with their times, in the columns of `into` where they are long enough; undefined where they cannot be read.
   * @throws as SQLite does for a damaged file, where the row around them does not fit: then nothing of the row is to be trusted.
   */
  readings(row: BlockRow, into?: Readings): Readings | undefined {
    let readings: Readings;
    try {
      readings = decodeBatch(row.data, this.#address, into).readings;
    } catch {
      return undefined;
    }
    if (!fits(row, readings)) throw new Error('malformed: a row of the journal does not fit what it holds');
    const shift = row.boot === null ? 0 : (this.#shifts.get(row.boot) ?? 0);
    if (shift === 0) return readings;
    for (let i = 0; i < readings.count; i++) {
      readings.timeMs[i] = Math.max(0, (readings.timeMs[i] as number) + shift);
      readings.quality[i] = (readings.quality[i] as number) | QUALITY.ESTIMATED;
    }
    return readings;
  }
}

/** Thinning leaves gaps at either end; otherwise the row says exactly what is in the block. */
function fits({ first, last, count, level, boot }: BlockRow, readings: Readings): boolean {
  const [from, to] = [readings.seq[0] as number, readings.seq[readings.count - 1] as number];
  if (readings.count !== count || from < first || to > last) return false;
  return (level > 0 || (from === first && to === last)) && (boot === null || boot >= 0);
}
