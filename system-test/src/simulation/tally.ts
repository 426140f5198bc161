/** What many runs have in common: faults that took effect, readings, what failed; and how to say it. */
import type { Run } from './simulation.ts';

export class Tally {
  readonly fired = new Map<string, number>();
  readonly failed: Run[] = [];
  runs = 0;
  accepted = 0;
  stored = 0;
  quarantined = 0;
  lost = 0;
  judged = 0;
  besideBacklog = 0;
  oldestMs = 0;
  virtualMs = 0;

  add(run: Run): void {
    this.runs++;
    for (const [kind, n] of run.fired) this.fired.set(kind, (this.fired.get(kind) ?? 0) + n);
    for (const key of ['accepted', 'stored', 'quarantined', 'lost', 'judged', 'besideBacklog', 'virtualMs'] as const)
      this[key] += run[key];
    this.oldestMs = Math.max(this.oldestMs, run.oldestMs);
    if (run.violations.length > 0) this.failed.push(run);
  }

  /** Kinds of faults without their details. */
  get kinds(): Set<string> {
    return new Set(Array.from(this.fired.keys(), (kind) => kind.split(':')[0] as string));
  }

  /** One line for whoever waits. */
  get line(): string {
    return `${this.runs} seeds, ${this.failed.length} failed, ${this.accepted} readings accepted`;
  }

  summary(tookMs: number): string {
    const rows = [...this.fired].sort().map(([kind, n]) => `  ${kind.padEnd(44)} ${n}`);
    return [
      `${this.line}, ${this.stored} stored, ${this.quarantined} in quarantine, ${this.lost} lost and counted`,
      `${(this.virtualMs / 3_600_000).toFixed(1)} h of virtual time in ${(tookMs / 1_000).toFixed(0)} s`,
      `oldest of ${this.judged} live readings in calm times (${this.besideBacklog} beside a backlog): ${(this.oldestMs / 1_000).toFixed(2)} s`,
      'faults that took effect:',
      ...rows,
    ].join('\n');
  }
}

/** What a run showed, and how to see it again. */
export function inWords({ seed, violations }: Run): string {
  return [
    `seed ${seed} failed; again: npm run simulate -- --seed ${seed} --verbose`,
    ...violations.map(({ rule, text }) => `  ${rule}: ${text}`),
  ].join('\n');
}
