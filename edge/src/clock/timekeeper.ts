/**
 * The gateway's time. It counts by the monotonic clock from one moment on, so no step of the system's clock reorders
 * readings; what that count must be shifted by to be true is learnt from whoever knows. Readings taken before are
 * undated and get the same shift later: true = sync − (monotonic now − monotonic then). Nothing is ever dated before a
 * time that is known to be past.
 */
import { type Clock, type ClockStatus, LIMITS, type Logger } from '@karez/model';
import { type Report, type SourceName, type Verdict, vote } from './vote.ts';

export interface Moment {
  timeMs: number;
  /** False where the time is still to be shifted. */
  dated: boolean;
}

/** A boot whose readings wait for their time. */
export interface Boot {
  id: number;
  uuid: string;
  wallMs: number;
  monoMs: number;
  /** Time of its last reading, as it stands; undefined where it took none. */
  lastMs?: number;
  /** Its shift, where it follows from an earlier process of the same boot, whose time was known. */
  knownShiftMs?: number;
}

export interface TimekeeperParts {
  clock: Clock;
  logger: Logger;
  /** This opening of the journal. */
  boot: Boot;
  /** Newest time known to be past. */
  floorMs: number;
  /** Earlier boots that were never dated. */
  undated: readonly Boot[];
  /** Writes down the shifts of boots, durably. */
  date(shifts: [boot: number, shiftMs: number][]): Promise<void>;
}

/** A shift within this is no repair: the clock was right. */
const RIGHT_MS = 1_000;
/** A correction backwards within this holds the time still until it has caught up; beyond it, the time before was wrong and is left. */
const HOLD_MS = 60_000;
/** So much a clock of a small board drifts. */
const DRIFT = 1e-4;
/** Reports are forgotten after this long. */
const REPORT_LIFE_MS = 3_600_000;
/** The remembered time may itself come from a wrong source: whoever contradicts it for this long, alone or in agreement, is believed. */
const CONTRADICTION_MS = 300_000;
/** A gateway that was off for longer than this has other troubles; a source beyond it is absurd. */
const FURTHEST_MS = 20 * 365 * 86_400_000;

export class Timekeeper {
  readonly #parts: TimekeeperParts;
  readonly #reports = new Map<SourceName, Report & { monoMs: number }>();
  #floorMs: number;
  #shiftMs: number | undefined;
  #verdict: Verdict = { state: 'unknown', believed: undefined, trouble: null };
  #newestMs = 0;
  #dating: Promise<void> | undefined;
  #contradictedSinceMs: number | undefined;
  /** Called once the clock is known and earlier readings have their times. */
  onDated: () => void = () => {};

  constructor(parts: TimekeeperParts) {
    this.#parts = parts;
    this.#floorMs = Math.max(parts.floorMs, LIMITS.earliestMs);
  }

  /** Now; never earlier than the last answer, unless that turned out to be wrong. */
  now(): Moment {
    const counted = Math.round(this.#count() + (this.#shiftMs ?? 0));
    const timeMs = this.#newestMs - counted > HOLD_MS ? counted : Math.max(this.#newestMs, counted);
    this.#newestMs = timeMs;
    return { timeMs, dated: this.#shiftMs !== undefined };
  }

  /** Whether the time is known and every earlier reading has its own. */
  get isDated(): boolean {
    return this.#shiftMs !== undefined && this.#dating === undefined;
  }

  /** The newest time known to be past, for the next start. */
  get floorMs(): number {
    return this.#shiftMs === undefined
      ? this.#floorMs
      : Math.max(this.#floorMs, Math.round(this.#count() + this.#shiftMs));
  }

  /** `source` says that it is (or was, at `monoMs`) `timeMs`. */
  report(source: SourceName, timeMs: number, uncertaintyMs: number, monoMs = this.#parts.clock.monoMs()): void {
    const now = this.#parts.clock.monoMs();
    const report = { source, shiftMs: timeMs - this.#countAt(monoMs), uncertaintyMs, monoMs: now };
    const before = this.#reports.get(source);
    if (before === undefined || !isBetter(before, report)) this.#reports.set(source, report);
    this.#decide();
  }

  /** `source` does not know the time any more. */
  withdraw(source: SourceName): void {
    if (this.#reports.delete(source)) this.#decide();
  }

  status(): ClockStatus {
    const { state, believed, trouble } = this.#verdict;
    return {
      state: this.#shiftMs === undefined ? 'unknown' : state === 'unknown' ? 'known' : state,
      source: believed?.source ?? null,
      offsetMs:
        this.#shiftMs === undefined ? null : Math.round(this.#count() + this.#shiftMs - this.#parts.clock.wallMs()),
      uncertaintyMs: believed === undefined ? null : Math.round(believed.uncertaintyMs),
      trouble,
    };
  }

  /** The count of time before it is shifted. */
  #count(): number {
    return this.#countAt(this.#parts.clock.monoMs());
  }

  #countAt(monoMs: number): number {
    const { boot } = this.#parts;
    return boot.wallMs + (monoMs - boot.monoMs);
  }

  #decide(): void {
    const now = this.#parts.clock.monoMs();
    for (const [source, report] of this.#reports)
      if (now - report.monoMs > REPORT_LIFE_MS) this.#reports.delete(source);
    const reports = [...this.#reports.values()];
    const count = this.#count();
    const earliest = this.#floorMs - this.#countAt(this.#parts.boot.monoMs);
    const verdict = vote(reports, earliest, this.#floorMs + FURTHEST_MS - count, this.#shiftMs);
    this.#heedContradiction(verdict.believed === undefined && reports.some((r) => r.source !== 'devices'), now);
    if (verdict.trouble !== null && verdict.trouble !== this.#verdict.trouble)
      this.#parts.logger.log('warn', 'the time is doubtful', { trouble: verdict.trouble });
    this.#verdict = verdict;
    if (verdict.believed === undefined) return;
    const isFirst = this.#shiftMs === undefined;
    this.#shiftMs = verdict.believed.shiftMs;
    if (isFirst) this.#dateAll(verdict.believed);
  }

  #heedContradiction(isContradicted: boolean, now: number): void {
    if (!isContradicted) this.#contradictedSinceMs = undefined;
    else if (this.#contradictedSinceMs === undefined) this.#contradictedSinceMs = now;
    else if (now - this.#contradictedSinceMs >= CONTRADICTION_MS) {
      this.#parts.logger.log('warn', 'the remembered time was wrong', { floorMs: this.#floorMs });
      this.#contradictedSinceMs = undefined;
      this.#floorMs = LIMITS.earliestMs;
      this.#decide();
    }
  }

  /** Gives this boot and all earlier ones their shifts, then tells. */
  #dateAll({ shiftMs, uncertaintyMs, source }: Report): void {
    const { boot, undated, logger, date, clock } = this.#parts;
    const right = (shift: number) => (Math.abs(shift) <= Math.max(RIGHT_MS, uncertaintyMs) ? 0 : shift);
    // What was answered until now is shifted with the readings that have it.
    this.#newestMs += right(shiftMs);
    const shifts: [number, number][] = [];
    let next = { boot, shiftMs };
    for (const earlier of undated.filter((b) => b.id !== boot.id).toSorted((a, b) => b.id - a.id)) {
      const earlierMs =
        earlier.uuid === next.boot.uuid
          ? sameBoot(earlier, next)
          : (earlier.knownShiftMs ?? otherBoot(earlier, next, this.#floorMs));
      // What no source has confirmed is marked as estimated, and only a shift marks.
      const isKnown = earlier.uuid === boot.uuid || earlier.knownShiftMs !== undefined;
      shifts.push([earlier.id, isKnown ? right(earlierMs) : Math.round(earlierMs) || -1]);
      next = { boot: earlier, shiftMs: earlierMs };
    }
    shifts.push([boot.id, right(shiftMs)]);
    logger.log('info', 'the time is known', { source, shiftMs: Math.round(shiftMs) });
    const attempt = (): Promise<void> =>
      date(shifts).catch((cause) => {
        logger.log('warn', 'the readings’ times could not be written down', { cause });
        return new Promise((resolve) => clock.after(5_000, () => resolve(attempt())));
      });
    this.#dating = attempt().then(() => {
      this.#dating = undefined;
      this.onDated();
    });
  }
}

/** Whether what a source said before is as true as what it says now, and more exact: answers over a slow link are not. */
function isBetter(before: Report & { monoMs: number }, now: Report & { monoMs: number }): boolean {
  const agedMs = before.uncertaintyMs + (now.monoMs - before.monoMs) * DRIFT;
  return agedMs < now.uncertaintyMs && Math.abs(before.shiftMs - now.shiftMs) <= agedMs + now.uncertaintyMs;
}

interface Dated {
  boot: Boot;
  shiftMs: number;
}

/** The same boot of the machine: its monotonic clock is the same, so its time is known as exactly as that of the later one. */
function sameBoot(earlier: Boot, later: Dated): number {
  return later.boot.wallMs + later.shiftMs - (later.boot.monoMs - earlier.monoMs) - earlier.wallMs;
}

/**
 * Another boot: all that is known is that it came after the time that was known before, and was over before the next. It
 * stays where it is if that can be; else it is taken to have ended when the next began, since most boots follow a short
 * loss of power.
 */
function otherBoot(earlier: Boot, next: Dated, floorMs: number): number {
  const latest = next.boot.wallMs + next.shiftMs - (earlier.lastMs ?? earlier.wallMs);
  const earliest = floorMs - earlier.wallMs;
  return earliest <= 0 && latest >= 0 ? 0 : latest;
}
