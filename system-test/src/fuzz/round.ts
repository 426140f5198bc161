/**
 * One round: good, damaged and foreign bytes in a row with a good frame at the end, given to the decoder in pieces. Then
 * what it took is set beside what is there.
 */
import type { Random } from '@karez/model';
import { type Damage, damaged, join, luckOf, noise } from './damage.ts';
import type { Found, Subject, Target } from './target.ts';

/** What a round gives to a decoder: enough to repeat it. */
export interface Script {
  /** The good answer, where the protocol asks; else the good frame at the end. */
  good: Uint8Array;
  /** Bytes as they come in, in order; messages where the protocol has messages. */
  pieces: Uint8Array[];
}

export interface RoundTally {
  frames: number;
  intact: number;
  bytes: number;
  taken: number;
  refused: number;
  mostHeld: number;
  /** Good frames that something else with a right checksum lay over by chance. */
  coincidences: number;
  damages: Map<Damage | 'noise', number>;
}

export const newTally = (): RoundTally => ({
  ...{ frames: 0, intact: 0, bytes: 0, taken: 0, refused: 0, mostHeld: 0, coincidences: 0 },
  damages: new Map(),
});

/** Frames of a round besides the good one at its end. */
const MOST_FRAMES = 4;
const LONGEST_NOISE = 60;

/** Draws a round. */
export async function drawScript(
  target: Target,
  subject: Subject,
  random: Random,
  earlier: Uint8Array[],
  tally: RoundTally,
): Promise<Script> {
  const luck = luckOf(random);
  const count = (kind: Damage | 'noise') => tally.damages.set(kind, (tally.damages.get(kind) ?? 0) + 1);
  const asks = target.feeding === 'answer';
  const good = asks ? await subject.next() : new Uint8Array(0);
  const parts: Uint8Array[] = [];
  for (let n = luck.below(MOST_FRAMES + 1); n > 0; n--) {
    // Before an answer stand damaged copies of it and late answers to other questions.
    const frame = asks ? good : await subject.next();
    const other = earlier.length === 0 ? frame : (earlier[luck.below(earlier.length)] as Uint8Array);
    tally.frames++;
    if (luck.below(4) === 0 && !asks) {
      tally.intact++;
      parts.push(frame);
    } else parts.push(damaged(frame, other, luck, count));
    if (luck.below(6) === 0) {
      count('noise');
      parts.push(noise(1 + luck.below(LONGEST_NOISE), target.marks, luck));
    }
    remember(earlier, frame);
  }
  // Now and then the good answer does not come: then the question must end too, and nothing be made up.
  const isLost = asks && luck.below(4) === 0;
  if (isLost) return { good, pieces: pieces(join(...parts), luck.below(3), luck.below) };
  const last = asks ? good : await subject.next();
  tally.frames++;
  tally.intact++;
  parts.push(last);
  remember(earlier, last);
  if (target.feeding === 'message') return { good: last, pieces: parts };
  return { good: last, pieces: pieces(join(...parts), luck.below(3), luck.below) };
}

const REMEMBERED = 16;
function remember(earlier: Uint8Array[], frame: Uint8Array): void {
  earlier.push(frame);
  if (earlier.length > REMEMBERED) earlier.shift();
}

/** Bytes as a port hands them over: all at once, in a few pieces, or in many. */
function pieces(bytes: Uint8Array, how: number, below: (n: number) => number): Uint8Array[] {
  if (how === 0) return [bytes];
  const longest = how === 1 ? bytes.length : 9;
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + below(longest);
    out.push(bytes.subarray(at, at + length));
    at += length;
  }
  return out;
}

/** Gives a script to a decoder and says what is wrong; nothing where all is well. */
export async function play(target: Target, subject: Subject, script: Script, tally: RoundTally): Promise<string[]> {
  const wrong: string[] = [];
  const before = { refused: subject.refused, skipped: subject.skipped ?? 0, held: subject.held };
  const fed: Uint8Array[] = [];
  const outcomes: string[][] = [];
  const feed = async (piece: Uint8Array) => {
    fed.push(piece);
    const reading = subject.feed(piece);
    if (reading !== undefined) await reading;
    tally.mostHeld = Math.max(tally.mostHeld, subject.held);
  };
  try {
    for (const piece of script.pieces) {
      await feed(piece);
      if (target.feeding === 'message') outcomes.push(subject.taken());
    }
    const idle = await subject.settle();
    if (idle !== undefined) await feed(idle);
  } catch (error) {
    return [`it crashed: ${(error as Error).stack}`];
  }
  if (tally.mostHeld > target.holdsAtMost)
    wrong.push(`it held ${tally.mostHeld} bytes; ${target.holdsAtMost} is the most`);
  const taken = target.feeding === 'message' ? outcomes.flat() : subject.taken();
  const refused = subject.refused - before.refused;
  const bytes = fed.reduce((sum, piece) => sum + piece.length, 0);
  tally.bytes += bytes;
  tally.taken += taken.length;
  tally.refused += refused;
  if (target.feeding === 'message') wrong.push(...judgeMessages(target, script, outcomes, refused));
  else if (target.feeding === 'answer') wrong.push(...judgeAnswer(target, join(...fed), script.good, taken, refused));
  else {
    const stream = join(...fed);
    const found = target.oracle(stream, script.good);
    wrong.push(...judgeStream(found, taken));
    if (!hasGood(found, stream, script, fed)) tally.coincidences++;
    const skipped = subject.skipped === undefined ? undefined : subject.skipped - before.skipped;
    wrong.push(...judgeBytes(found, bytes + before.held, subject.held, skipped));
  }
  return wrong;
}

/** What was taken is what is there: nothing else, nothing less, in order. */
function judgeStream(found: Found[], taken: string[]): string[] {
  const expected = found.filter(({ key }) => key !== PASSED_OVER).map(({ key }) => key);
  const at = expected.findIndex((key, i) => key !== taken[i]);
  if (at === -1 && taken.length === expected.length) return [];
  const i = at === -1 ? expected.length : at;
  return [`frame ${i}: took ${taken[i] ?? 'nothing'}, there is ${expected[i] ?? 'nothing'}`];
}

/** The key of what a decoder passes over whole without handing it on, such as a message of another dialect. */
export const PASSED_OVER = '';

/** Whether the good frame at the end is there for a reader that reads from the front. */
function hasGood(found: Found[], stream: Uint8Array, { good, pieces: all }: Script, fed: Uint8Array[]): boolean {
  const idle = fed.length > all.length ? (fed.at(-1) as Uint8Array).length : 0;
  const at = stream.length - idle - good.length;
  return found.some((f) => f.at === at && f.length === good.length);
}

/** Each byte was part of something taken, was skipped, or is held. */
function judgeBytes(found: Found[], given: number, held: number, skipped: number | undefined): string[] {
  if (skipped === undefined) return [];
  const used = found.reduce((sum, { length }) => sum + length, 0);
  const sum = used + skipped + held;
  return sum === given ? [] : [`of ${given} bytes ${used} were taken, ${skipped} skipped and ${held} are held`];
}

/** What a damaged message says that has no checksum: nobody can tell, and it may be refused. */
export const ANYTHING = '*';

/** Each message is taken or refused, once, and the right one of the two. */
function judgeMessages(
  target: Target,
  { pieces: messages, good }: Script,
  outcomes: string[][],
  refused: number,
): string[] {
  const wrong: string[] = [];
  for (const [i, message] of messages.entries()) {
    const [expected] = target.oracle(message, good).map(({ key }) => key);
    const taken = outcomes[i] as string[];
    if (taken.length > 1) wrong.push(`message ${i} was taken ${taken.length} times`);
    if (expected !== ANYTHING && taken[0] !== expected)
      wrong.push(`message ${i}: took ${taken[0] ?? 'nothing'}, it says ${expected ?? 'nothing'}`);
  }
  const took = outcomes.flat().length;
  if (took + refused !== messages.length)
    wrong.push(`${messages.length} messages: ${took} taken and ${refused} refused`);
  return wrong;
}

/** The answer was taken, and it stands in what came. */
function judgeAnswer(target: Target, stream: Uint8Array, good: Uint8Array, taken: string[], refused: number): string[] {
  if (taken.length + refused !== 1) return [`one question: ${taken.length} answers and ${refused} refusals`];
  const there = target.oracle(stream, good).map(({ key }) => key);
  if (taken.length === 0) return there.length === 0 || there.includes(REFUSAL) ? [] : ['the good answer was not taken'];
  return there.includes(taken[0] as string) ? [] : [`took ${taken[0]}, which is not there`];
}

/** The key of an answer by which the device refuses: it ends the question, for its checksum is right. */
export const REFUSAL = 'refusal';
