/** How fast something turns frames into values, and the streams of recorded frames that it is given. */
import type { Profile } from '@karez/model';

/** What is measured. */
export interface Run {
  /** Frames that one call handles. */
  frames: number;
  /** Handles them and tells how many values came out. */
  once(): number | Promise<number>;
  end?(): void;
}

/** A serial port hands over so many bytes at a time. */
const CHUNK_BYTES = 64;
const MEASURED_MS = 400;
const WARM_UP_MS = 200;

/** Frames per second. Throws where nothing was decoded: then it is no measurement. */
export async function speed({ frames, once, end }: Run): Promise<number> {
  let values = 0;
  const spin = async (forMs: number) => {
    const began = performance.now();
    let times = 0;
    let ms = 0;
    for (; ms < forMs; ms = performance.now() - began) {
      const out = once();
      values += typeof out === 'number' ? out : await out;
      times++;
    }
    return (times * frames * 1000) / ms;
  };
  await spin(WARM_UP_MS);
  const rate = await spin(MEASURED_MS);
  end?.();
  if (!(values > 0)) throw new Error('nothing was decoded');
  return rate;
}

/** The profile's recorded frames. Throws where it has none. */
export function recorded(profile: Profile): Uint8Array[] {
  const frames = (profile.frames as { hex?: string }[]).flatMap(({ hex }) =>
    hex === undefined ? [] : [Buffer.from(hex.replace(/\s/g, ''), 'hex')],
  );
  if (frames.length === 0) throw new Error(`${profile.id} has no recorded frame`);
  return frames;
}

/** A thousand of the frames after one another, as a serial port hands them over. */
export function stream(frames: Uint8Array[]): { chunks: Uint8Array[]; frames: number } {
  const all = Array.from({ length: 1_000 }, (_, i) => frames[i % frames.length] as Uint8Array);
  const bytes = Buffer.concat(all);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return { chunks, frames: all.length };
}

/** For finders that are given only good frames. */
export function fail(error: unknown): never {
  throw error;
}
