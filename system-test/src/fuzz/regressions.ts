/** Rounds that once showed a mistake, kept as bytes, so that they stay what they are however seeds draw. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@karez/model';
import type { Failure } from './fuzz.ts';
import { newTally, play, type Script } from './round.ts';
import type { Target } from './target.ts';

export interface Regression {
  /** What it showed, in words. */
  found: string;
  target: string;
  seed: number;
  round: number;
  /** Hexadecimal digits. */
  good: string;
  pieces: string[];
}

export const REGRESSIONS = join(import.meta.dirname, '../../regressions/fuzz');

export function readRegressions(folder = REGRESSIONS): Regression[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Regression);
}

export function keep(failure: Failure, path: string): void {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const { target, seed, round, wrong, script } = failure;
  const pieces = script.pieces.map(hex);
  const regression: Regression = { found: wrong.join('; '), target, seed, round, good: hex(script.good), pieces };
  writeFileSync(path, `${JSON.stringify(regression, null, 2)}\n`);
}

export function scriptOf({ good, pieces }: Pick<Regression, 'good' | 'pieces'>): Script {
  const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
  return { good: bytes(good), pieces: pieces.map(bytes) };
}

/** Plays a script to a fresh decoder. Where the protocol asks, it is asked for the good answer first. */
export async function replay(target: Target, script: Script): Promise<string[]> {
  const subject = target.open(seededRandom(1));
  if (target.feeding === 'answer') {
    if (subject.ask === undefined) throw new Error(`${target.name} cannot be asked for a certain answer`);
    await subject.ask(script.good);
  }
  return await play(target, subject, script, newTally());
}

/** Leaves out pieces, then bytes, as long as something stays wrong. The good answer stays where the protocol asks. */
export async function shrink(target: Target, script: Script): Promise<Script> {
  const isWrong = async (s: Script) => (await replay(target, s)).length > 0;
  let best = script;
  if (!(await isWrong(best))) return best;
  for (let size = 64; size >= 1; size = size >> 1) {
    for (let piece = best.pieces.length - 1; piece >= 0; piece--) {
      for (let at = (best.pieces[piece] as Uint8Array).length; at >= 0; at -= size) {
        const bytes = best.pieces[piece] as Uint8Array;
        const less = Uint8Array.from([
          ...bytes.subarray(0, Math.max(0, at)),
          ...bytes.subarray(Math.max(0, at) + size),
        ]);
        if (less.length === bytes.length) continue;
        const pieces = best.pieces.with(piece, less).filter((p) => p.length > 0);
        const smaller = { ...best, pieces };
        if (!(await isWrong(smaller))) continue;
        best = smaller;
        if (pieces.length < piece + 1) break;
      }
    }
  }
  return best;
}
