/** What the gateway counts over all its lives: each begins at nothing, and the last look at a life is what it came to. */
import type { Counts } from './expect/check.ts';
import type { LocalPage } from './stage.ts';

interface Life {
  rejected: ReadonlyMap<string, number>;
  repeats: number;
  devices: ReadonlyMap<string, { rejected: number; timeouts: number }>;
}

const sum = (numbers: Iterable<number>) => Iterator.from(numbers).reduce((total, n) => total + n, 0);

export class LifeCounts implements Counts {
  readonly #lives = new Map<number, Life>();

  look({ status, counts }: LocalPage): void {
    this.#lives.set(status.startedMs, {
      rejected: new Map(Object.entries(counts.rejected)),
      repeats: counts.repeats,
      devices: new Map(status.devices.map(({ id, rejected, timeouts }) => [id, { rejected, timeouts }])),
    });
  }

  rejected({ code, devices }: { code?: string | undefined; devices?: readonly string[] | undefined }): number {
    if (devices !== undefined) return this.#ofDevices('rejected', devices);
    return this.#all((life) => (code === undefined ? sum(life.rejected.values()) : (life.rejected.get(code) ?? 0)));
  }

  timeouts(devices: readonly string[] | undefined): number {
    return this.#ofDevices('timeouts', devices);
  }

  repeats(): number {
    return this.#all((life) => life.repeats);
  }

  #ofDevices(what: 'rejected' | 'timeouts', devices: readonly string[] | undefined): number {
    return this.#all((life) =>
      sum((devices ?? [...life.devices.keys()]).map((id) => life.devices.get(id)?.[what] ?? 0)),
    );
  }

  #all(of: (life: Life) => number): number {
    return sum([...this.#lives.values()].map(of));
  }
}
