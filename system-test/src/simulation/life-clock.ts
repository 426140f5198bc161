/** The clock of one process: true time seen through the machine's own clocks, and timers that end with the process. */
import type { Cancel, Clock } from '@karez/model';

export interface MachineTime {
  /** The system clock minus true time. */
  wallMs(): number;
  /** True monotonic time at which the machine was started. */
  bootMs(): number;
}

export class LifeClock implements Clock {
  readonly #truth: Clock;
  readonly #machine: MachineTime;
  readonly #timers = new Set<Cancel>();
  #isDead = false;

  constructor(truth: Clock, machine: MachineTime) {
    this.#truth = truth;
    this.#machine = machine;
  }

  wallMs(): number {
    // Whole milliseconds, as Date.now() gives them; no kernel lets a clock be set before the machine's start in 1970.
    return Math.floor(Math.max(this.#truth.wallMs() + this.#machine.wallMs(), this.monoMs()));
  }

  monoMs(): number {
    return this.#truth.monoMs() - this.#machine.bootMs();
  }

  after(delayMs: number, run: () => void): Cancel {
    if (this.#isDead) return () => {};
    const stop = this.#truth.after(delayMs, () => {
      this.#timers.delete(cancel);
      run();
    });
    const cancel = () => {
      this.#timers.delete(cancel);
      stop();
    };
    this.#timers.add(cancel);
    return cancel;
  }

  every(periodMs: number, run: () => void): Cancel {
    if (this.#isDead) return () => {};
    const stop = this.#truth.every(periodMs, run);
    const cancel = () => {
      this.#timers.delete(cancel);
      stop();
    };
    this.#timers.add(cancel);
    return cancel;
  }

  /** Resolves after a time; never, where the process ends before. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  die(): void {
    this.#isDead = true;
    for (const cancel of [...this.#timers]) cancel();
  }
}
