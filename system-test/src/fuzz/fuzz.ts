/** Rounds of one target after one another, from a seed, through one decoder that lives as long as they do. */
import { seededRandom } from '@karez/model';
import { drawScript, newTally, play, type RoundTally, type Script } from './round.ts';
import type { Target } from './target.ts';

export interface Failure {
  target: string;
  seed: number;
  round: number;
  wrong: string[];
  script: Script;
}

export interface FuzzResult {
  target: string;
  rounds: number;
  tally: RoundTally;
  failures: Failure[];
  /** Growth of the heap from the first tenth to the end, bytes; undefined where it was not measured. */
  grownBytes: number | undefined;
  ms: number;
}

export interface FuzzOptions {
  seed: number;
  frames: number;
  /** Told now and then how many frames are done. */
  progress?: (frames: number) => void;
  /** Bytes of heap in use after everything that can go has gone. */
  heapBytes?: () => number;
}

/** A target that fails this often needs no more rounds. */
const MOST_FAILURES = 5;
const LOOK_EVERY = 1_000;
/** Garbage and compiled code come and go by less. */
export const GROWS_AT_MOST = 16 * 1024 * 1024;
/** A good frame that something whole lies over by chance: 16 bits of checksum let one in 65,536 through at each start mark. */
export const COINCIDENCES_AT_MOST = 1 / 1_000;

export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzResult> {
  const began = performance.now();
  // What the subject draws and what the rounds draw are kept apart, so that a shrunk round stays what it is.
  const subject = target.open(seededRandom(options.seed ^ 0x5eed));
  const random = seededRandom(options.seed);
  const tally = newTally();
  const earlier: Uint8Array[] = [];
  const failures: Failure[] = [];
  let heapBefore: number | undefined;
  let rounds = 0;
  for (; tally.frames < options.frames && failures.length < MOST_FAILURES; rounds++) {
    const script = await drawScript(target, subject, random, earlier, tally);
    const wrong = await play(target, subject, script, tally);
    if (wrong.length > 0) failures.push({ target: target.name, seed: options.seed, round: rounds, wrong, script });
    if (rounds % LOOK_EVERY !== 0) continue;
    options.progress?.(tally.frames);
    if (heapBefore === undefined && tally.frames > options.frames / 10) heapBefore = options.heapBytes?.();
  }
  const heapAfter = heapBefore === undefined ? undefined : options.heapBytes?.();
  const grownBytes = heapAfter === undefined ? undefined : heapAfter - (heapBefore as number);
  return { target: target.name, rounds, tally, failures, grownBytes, ms: performance.now() - began };
}

/** What is wrong with a run as a whole, beside its failed rounds; a run in which nothing was damaged proves nothing. */
export function judgeRun({ tally, rounds, grownBytes }: FuzzResult): string[] {
  const wrong: string[] = [];
  if (tally.refused === 0) wrong.push('nothing was ever refused');
  if (tally.taken === 0) wrong.push('nothing was ever taken');
  if (tally.intact >= tally.frames) wrong.push('no frame was damaged');
  if (tally.coincidences > Math.max(1, rounds * COINCIDENCES_AT_MOST))
    wrong.push(`${tally.coincidences} good frames of ${rounds} were hidden by others`);
  if (grownBytes !== undefined && grownBytes > GROWS_AT_MOST)
    wrong.push(`memory grew by ${Math.round(grownBytes / 1024)} KiB`);
  return wrong;
}
