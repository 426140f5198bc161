/** What a simulated device has of the world: the world itself, and what its own faulty senses and its own faulty clock make of it. */
import type { Player } from './replay/recording.ts';
import type { World } from './world/world.ts';

export interface Senses {
  readonly world: World;
  /**
   * What the device measures where `values` is true: the same, or drifted, stuck or absent by a fault. An absent value is
   * NaN, which the device sends as its marker for it. To be called once for each sample, with every value of it;
   * where a device has several sensors alike, once for each, with its name.
   */
  felt<T extends object>(device: string, values: T, sensor?: string): T;
  /** The device's own clock, ms since 1970, for every time that it sends. It may be wrong by a fault. */
  clockMs(device: string): number;
  /** A way of its own through a recording of the configuration. */
  play(recording: string): Player;
}

/** Sound senses. */
export const soundSenses = (world: World): Senses => ({
  world,
  felt: (_device, values) => values,
  clockMs: () => world.nowMs,
  play: () => ({ next: 'time', now: () => undefined }),
});
