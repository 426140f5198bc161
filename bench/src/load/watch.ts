/** Resident memory and processor time of the processes under load, in even steps. */
import { cpuSeconds, memoryMb } from '../proc.ts';

export interface Sample {
  atS: number;
  /** MB, and share of one core since the sample before, by process. */
  of: Map<string, { mb: number; cores: number }>;
}

export class Watch {
  readonly samples: Sample[] = [];
  readonly #pids: ReadonlyMap<string, number>;
  readonly #began = performance.now();
  #last = new Map<string, { cpu: number; atMs: number }>();

  constructor(pids: ReadonlyMap<string, number>) {
    this.#pids = pids;
    this.take();
    this.samples.length = 0;
  }

  take(): Sample {
    const atMs = performance.now();
    const of = new Map<string, { mb: number; cores: number }>();
    for (const [name, pid] of this.#pids) {
      const cpu = cpuSeconds(pid);
      const before = this.#last.get(name);
      const cores = before === undefined ? 0 : ((cpu - before.cpu) * 1_000) / (atMs - before.atMs);
      this.#last.set(name, { cpu, atMs });
      of.set(name, { mb: memoryMb(pid).now, cores });
    }
    const sample = { atS: (atMs - this.#began) / 1_000, of };
    this.samples.push(sample);
    return sample;
  }

  /** A row for each of at most `most` samples, evenly chosen. */
  table(most: number): string {
    const names = [...this.#pids.keys()];
    const every = Math.max(1, Math.ceil(this.samples.length / most));
    const rows = this.samples.filter((_, i) => i % every === every - 1);
    const head = ['s', ...names.map((name) => `${name} MB`), ...names.map((name) => `${name} cores`)];
    const cells = rows.map(({ atS, of }) => [
      atS.toFixed(0),
      ...names.map((name) => of.get(name)?.mb.toFixed(0) ?? ''),
      ...names.map((name) => of.get(name)?.cores.toFixed(2) ?? ''),
    ]);
    const widths = head.map((h, i) => Math.max(h.length, ...cells.map((row) => (row[i] as string).length)));
    return [head, ...cells].map((row) => row.map((c, i) => c.padStart(widths[i] as number)).join('  ')).join('\n');
  }
}
