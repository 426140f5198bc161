/**
 * Who speaks on a link: counts frames of each system and component, what the sequence numbers say was lost, and what came
 * twice, because several ways lead from a vehicle to here. A sequence has 256 numbers: what a gap longer than that
 * lost, nobody can tell.
 */
import type { MavlinkFrame } from './frame.ts';

export interface SourceCounts {
  system: number;
  component: number;
  /** Frames, repeats not counted. */
  frames: number;
  /** Sequence numbers that never came. */
  lost: number;
  /** The same frame again. */
  repeated: number;
  /** Times that the sequence began anew: a restart, or a silence after which nobody knows what was lost. */
  restarts: number;
}

interface Source extends SourceCounts {
  last: number;
  heardMs: number;
  /** By sequence number: the checksum of the frame that had it last, and when. */
  sums: Uint16Array;
  timesMs: Float64Array;
  ways: (string | undefined)[];
}

/** After a silence of this long the sequence is taken up as it comes. */
const SILENCE_MS = 10_000;
/** The same frame comes by another way within this time. */
const REPEAT_MS = 2_000;
/** By the same way only radios that hear themselves repeat at once; later it is a sender that does not number its frames. */
const ECHO_MS = 50;
/** A frame may be overtaken by so many. */
const OVERTAKEN = 16;
/** A gap of more than this is a sequence that began anew. */
const LONGEST_GAP = 128;
/** Systems and components that are remembered; who was silent longest gives way. */
const MOST = 64;

export class Sources {
  readonly #sources = new Map<number, Source>();

  /** Whether the same frame was heard just now by another way; it is counted then. */
  isRepeat(frame: MavlinkFrame, nowMs: number, from?: string): boolean {
    const source = this.#sources.get(keyOf(frame));
    const { sequence, checksum } = frame;
    if (source === undefined || source.sums[sequence] !== checksum) return false;
    const longestMs = source.ways[sequence] === from ? ECHO_MS : REPEAT_MS;
    const isLately = nowMs - (source.timesMs[sequence] as number) <= longestMs;
    if (isLately) source.repeated++;
    return isLately;
  }

  /** Counts a frame that is believed. */
  hear(frame: MavlinkFrame, nowMs: number, from?: string): void {
    const source = this.#sourceOf(frame);
    const { sequence, checksum } = frame;
    source.sums[sequence] = checksum;
    source.timesMs[sequence] = nowMs;
    source.ways[sequence] = from;
    source.frames++;
    this.#count(source, sequence, nowMs);
    source.heardMs = nowMs;
  }

  get counts(): SourceCounts[] {
    return [...this.#sources.values()].map(({ system, component, frames, lost, repeated, restarts }) => ({
      ...{ system, component, frames, lost, repeated, restarts },
    }));
  }

  /** Frames lost from a system, over its components. */
  lostOf(system: number): number {
    let lost = 0;
    for (const source of this.#sources.values()) if (source.system === system) lost += source.lost;
    return lost;
  }

  #count(source: Source, sequence: number, nowMs: number): void {
    const gap = (sequence - source.last - 1) & 0xff;
    const behind = (source.last - sequence) & 0xff;
    if (source.frames === 1) source.last = sequence;
    else if (nowMs - source.heardMs > SILENCE_MS) this.#restart(source, sequence);
    else if (gap < LONGEST_GAP) {
      source.lost += gap;
      source.last = sequence;
    } else if (behind >= 1 && behind <= OVERTAKEN) {
      // It was counted as lost when it was overtaken.
      source.lost = Math.max(0, source.lost - 1);
    } else this.#restart(source, sequence);
  }

  #restart(source: Source, sequence: number): void {
    source.restarts++;
    source.last = sequence;
  }

  #sourceOf(frame: MavlinkFrame): Source {
    const { system, component } = frame;
    const key = keyOf(frame);
    let source = this.#sources.get(key);
    if (source === undefined) {
      source = {
        ...{ system, component, frames: 0, lost: 0, repeated: 0, restarts: 0, last: 0, heardMs: 0 },
        sums: new Uint16Array(256),
        timesMs: new Float64Array(256).fill(Number.NEGATIVE_INFINITY),
        ways: new Array(256),
      };
    }
    this.#sources.delete(key);
    this.#sources.set(key, source);
    if (this.#sources.size > MOST) this.#sources.delete(this.#sources.keys().next().value as number);
    return source;
  }
}

function keyOf({ system, component }: MavlinkFrame): number {
  return system * 256 + component;
}
