/** What must be undone when a part ends, however it ends: processes stopped, servers closed. */

export class Endings {
  #runs: (() => unknown)[] = [];

  add(run: () => unknown): void {
    this.#runs.push(run);
  }

  /** Runs everything once, last one first; one that fails does not keep the others from running. */
  async run(): Promise<void> {
    for (let run = this.#runs.pop(); run !== undefined; run = this.#runs.pop()) {
      try {
        await run();
      } catch {
        // What could not start or has gone already needs no ending.
      }
    }
  }
}
