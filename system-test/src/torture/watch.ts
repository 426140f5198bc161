/** Looks at a farm from outside while it is tormented: how far it is, and for how long nothing moved. */
import { join } from 'node:path';
import type { TestFarm } from '../farm.ts';
import { AckedTail } from './tail.ts';

const LOOK_EVERY_MS = 100;
const ASK_EVERY_MS = 1_000;

/** The longest time between two steps of something. */
class Gap {
  longestMs = 0;
  #lastMs = performance.now();

  /** Told at each look whether there was a step since the one before. */
  look(isStep: boolean): void {
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, now - this.#lastMs);
    if (isStep) this.#lastMs = now;
  }
}

export class Watch {
  readonly #farm: TestFarm;
  readonly tail: AckedTail;
  readonly #nodes = new Gap();
  readonly #store = new Gap();
  readonly #timers: NodeJS.Timeout[];
  #asking = false;
  /** As the cloud last said it. */
  stored = 0;
  waiting = 0;
  readonly #beganMs = performance.now();

  constructor(farm: TestFarm) {
    this.#farm = farm;
    this.tail = new AckedTail(join(farm.folder, 'sim/acked.ndjson'));
    this.#timers = [
      setInterval(() => this.#nodes.look(this.tail.read()), LOOK_EVERY_MS),
      setInterval(() => void this.#ask(), ASK_EVERY_MS),
    ];
  }

  /** Longest time without a PUBACK to any node, and without a reading that reached the store. */
  get longestGapMs(): { nodes: number; store: number } {
    return { nodes: this.#nodes.longestMs, store: this.#store.longestMs };
  }

  /** One line of progress. */
  words(): string {
    const seconds = Math.round((performance.now() - this.#beganMs) / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    const n = (value: number) => value.toLocaleString('en');
    return `${clock} · ${n(this.tail.count)} messages acknowledged · ${n(this.stored)} readings stored, ${n(this.waiting)} waiting`;
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.tail.close();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const seen = await this.#farm.api.gateway().catch(() => undefined);
    this.#asking = false;
    const stored = seen?.ledger.reduce((sum, epoch) => sum + epoch.stored, 0) ?? 0;
    this.#store.look(stored > this.stored);
    this.stored = Math.max(stored, this.stored);
    this.waiting = seen?.status?.waiting ?? this.waiting;
  }
}
