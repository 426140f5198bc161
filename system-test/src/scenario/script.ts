/** What happens to link and processes, and when: the scenario's script, played against real time. */
import type { LinkFault, ProcessFault, Scenario } from './schema.ts';
import type { Stage } from './stage.ts';
import { clockText, fieldMs } from './times.ts';
import type { Road } from './weak-link.ts';

/** A planned fault, and whether it has happened. */
export interface Planned {
  name: string;
  /** What it did, in words; undefined while it has done nothing. */
  did(): string | undefined;
}

export interface Script {
  planned: Planned[];
  /** Faults in force, for who looks on. */
  now(): string[];
  /** Ends everything: the link is open, what was down is up again. */
  end(): Promise<void>;
}

/** Begins to play. `afterMs` calls after a field time, from now; problems are told. */
export function playScript(
  { link = [], processes = [] }: Scenario,
  stage: Stage,
  at: (fieldMs: number, run: () => void) => void,
  trouble: (words: string) => void,
): Script {
  const roads = new Roads(stage);
  const downs = processes.map((fault) => new Down(fault, stage, trouble));
  const planned: Planned[] = [
    ...link.map((fault) => {
      const strikes = { before: 0, n: 0 };
      const { state } = fault;
      const fromMs = fieldMs(fault.at ?? '0s');
      const count = () => stage.link.struck[state];
      let isOn = false;
      at(fromMs, () => {
        isOn = true;
        strikes.before = count();
        roads.begin(fault);
      });
      if (fault.for !== undefined)
        at(fromMs + fieldMs(fault.for), () => {
          strikes.n = count() - strikes.before;
          isOn = false;
          roads.end(fault);
        });
      const n = () => (isOn ? count() - strikes.before : strikes.n);
      return {
        name: `link ${state} from ${fault.at ?? '0s'}${fault.for === undefined ? '' : ` for ${fault.for}`}`,
        did: () => (n() > 0 ? `${n().toLocaleString('en')} times` : undefined),
      };
    }),
    ...downs.map((down) => {
      at(fieldMs(down.fault.at ?? '0s'), () => down.begin());
      at(fieldMs(down.fault.at ?? '0s') + fieldMs(down.fault.downFor ?? '0s'), () => void down.end());
      return down;
    }),
  ];
  return {
    planned,
    now: () => [...roads.now(), ...downs.filter((down) => down.isDown).map((down) => `${down.fault.process} down`)],
    async end() {
      roads.clear();
      for (const down of downs) await down.end();
    },
  };
}

/** The road as the last fault that began, and has not ended, wants it. */
class Roads {
  readonly #stage: Stage;
  readonly #on: LinkFault[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  begin(fault: LinkFault): void {
    this.#on.push(fault);
    this.#apply();
  }

  end(fault: LinkFault): void {
    this.#on.splice(this.#on.indexOf(fault), 1);
    this.#apply();
  }

  clear(): void {
    this.#on.length = 0;
    this.#apply();
  }

  now(): string[] {
    const last = this.#on.at(-1);
    return last === undefined ? [] : [`link ${last.state}`];
  }

  #apply(): void {
    this.#stage.link.become((this.#on.at(-1) as Road | undefined) ?? { state: 'open' });
  }
}

/** A program that is killed or stopped, and started again. */
class Down implements Planned {
  readonly fault: ProcessFault;
  readonly name: string;
  readonly #stage: Stage;
  readonly #trouble: (words: string) => void;
  #gone: Promise<void> | undefined;
  #back: Promise<void> | undefined;
  isDown = false;

  constructor(fault: ProcessFault, stage: Stage, trouble: (words: string) => void) {
    this.fault = fault;
    this.name = `${fault.process} ${fault.how === 'kill' ? 'killed' : 'stopped'} at ${fault.at ?? '0s'}`;
    this.#stage = stage;
    this.#trouble = trouble;
  }

  begin(): void {
    const { process, how } = this.fault;
    this.isDown = true;
    this.#gone =
      how === 'kill'
        ? this.#stage.kill(process)
        : this.#stage.stop(process).then((status) => {
            if (status !== 0) this.#trouble(`the ${process} ended with ${status} when it was asked to stop`);
          });
  }

  /** Starts it again, once. */
  end(): Promise<void> {
    if (this.#gone === undefined) return Promise.resolve();
    this.#back ??= this.#gone
      .then(() => this.#stage.start(this.fault.process))
      .then(() => {
        this.isDown = false;
      })
      .catch((error: Error) => this.#trouble(`the ${this.fault.process} did not start again: ${error.message}`));
    return this.#back;
  }

  did(): string | undefined {
    if (this.#gone === undefined) return undefined;
    const { downFor = '0s' } = this.fault;
    return fieldMs(downFor) === 0 ? 'and started again' : `and started again after ${clockText(fieldMs(downFor))}`;
  }
}
