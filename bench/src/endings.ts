/** What must be undone when a part ends, however it ends: processes stopped, servers closed. */

export class Endings {
  #runs: (() => unknown)[] = [];
  #closed = false;

  add(run: () => unknown): void {
    this.#runs.push(run);
    if (this.#closed) void this.run();
  }

  /** Runs everything, and from now on what is added at once: for a part that does not know yet that it was interrupted. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.run();
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
