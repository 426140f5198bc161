/**
 * No sequence of commands, delays, lost answers and restarts breaks a limit. Beside the machine stands a plant of its own: relays that do what reaches them, in
 * the order in which it was sent, late, and whose answers may be lost. The limits are judged by the plant alone.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CatalogActuator } from './command.ts';
import { CommandMachine } from './machine.ts';

const TICK_MS = 200;
const LATEST_MS = 2_000;
/** An order and its answer, a pump's before a valve's, and what each waits for. */
const SLACK_MS = 20_000;

const actuator = (id: string, more: Partial<CatalogActuator>): CatalogActuator => ({
  ...{ id, kind: 'valve', safe: 0, maxRunS: 60, minRestS: 5, timed: false, percent: false, groups: [] },
  ...more,
});
const SPECS: CatalogActuator[] = [
  actuator('pump', { kind: 'pump', flowLpm: 100, maxRunS: 50, minRestS: 8 }),
  actuator('v1', { pump: 'pump', flowLpm: 60 }),
  actuator('v2', { pump: 'pump', flowLpm: 50, minRestS: 0 }),
  actuator('v3', { pump: 'pump', flowLpm: 40, timed: true, maxRunS: 20 }),
  actuator('fan', { kind: 'fan', percent: true, safe: 100, groups: ['power'], minRestS: 0 }),
  actuator('heater', { kind: 'relay', groups: ['power'] }),
];

type Event =
  | { what: 'command'; actuator: string; value: number; runS: number; diskMs: number; isRefused: boolean }
  | { what: 'pass'; ms: number }
  | { what: 'restart'; deadMs: number }
  | { what: 'stop'; is: boolean };
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant('command' as const),
      actuator: fc.constantFrom(...SPECS.map((s) => s.id)),
      value: fc.constantFrom(0, 100, 100, 100, 40),
      ...{ runS: fc.integer({ min: 1, max: 40 }), diskMs: fc.nat(1_000) },
      isRefused: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('pass' as const), ms: fc.nat(12_000) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restart' as const), deadMs: fc.nat(5_000) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('stop' as const), is: fc.boolean() }) },
);
/** For each order: how late it is done and answered, and whether the answer is lost. */
const fate = fc.record({
  doneMs: fc.nat(LATEST_MS),
  answerMs: fc.nat(LATEST_MS),
  isLost: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});
type Fate = typeof fate extends fc.Arbitrary<infer F> ? F : never;

const events = fc.array(event, { minLength: 20, maxLength: 60, size: 'max' });
const fates = fc.array(fate, { maxLength: 200, size: 'max' });

class Plant {
  nowMs = 0;
  machine = new CommandMachine(SPECS);
  readonly values = new Map(SPECS.map((s) => [s.id, s.safe]));
  readonly #outSince = new Map<string, number>();
  readonly #safeSince = new Map<string, number>();
  readonly #busyUntil = new Map<string, number>();
  #due: { atMs: number; run(): void }[] = [];
  #life = 0;
  #deadMs = 0;
  #number = 0;
  readonly begun = new Map<string, number>();
  readonly told = new Map<string, number>();
  counts = { outs: 0, refused: 0, lost: 0, restarts: 0 };
  readonly #fates: Fate[];

  constructor(fates: Fate[]) {
    this.#fates = fates;
  }

  play(event: Event): void {
    if (event.what === 'pass') this.pass(event.ms);
    else if (event.what === 'stop') this.machine.stop(event.is);
    else if (event.what === 'restart') {
      this.#life++;
      this.counts.restarts++;
      this.#deadMs += event.deadMs;
      this.machine = new CommandMachine([]);
      this.pass(event.deadMs);
      this.machine = new CommandMachine(SPECS);
    } else this.#command(event);
  }

  #command({ actuator: id, value, runS, diskMs, isRefused }: Extract<Event, { what: 'command' }>): void {
    const number = ++this.#number;
    if (this.machine.take({ number, actuator: id, value, runS }, this.nowMs) !== undefined) {
      this.counts.refused++;
      return;
    }
    this.#later(diskMs, () => {
      if (isRefused) return this.machine.cancel(id, number);
      this.machine.begin(id, number, this.nowMs);
      this.begun.set(id, (this.begun.get(id) ?? 0) + 1);
    });
  }

  /** Only while this life of the gateway lasts. */
  #later(ms: number, run: () => void): void {
    const life = this.#life;
    this.#due.push({ atMs: this.nowMs + ms, run: () => life === this.#life && run() });
  }

  pass(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const next = Math.min(end, this.nowMs + TICK_MS, ...this.#due.map((d) => d.atMs));
      this.nowMs = next;
      const due = this.#due.filter((d) => d.atMs <= next).sort((a, b) => a.atMs - b.atMs);
      this.#due = this.#due.filter((d) => d.atMs > next);
      for (const { run } of due) run();
      this.#order();
      this.#judge();
      if (next >= end && !this.#due.some((d) => d.atMs <= end)) return;
    }
  }

  #order(): void {
    for (const { actuator: id, value, runMs } of this.machine.orders(this.nowMs)) {
      const spec = SPECS.find((s) => s.id === id) as CatalogActuator;
      if (value !== spec.safe) this.told.set(id, (this.told.get(id) ?? 0) + 1);
      const { doneMs, answerMs, isLost } = this.#fates.shift() ?? { doneMs: 5, answerMs: 5, isLost: false };
      const doneAtMs = Math.max(this.#busyUntil.get(id) ?? 0, this.nowMs + doneMs);
      this.#busyUntil.set(id, doneAtMs);
      // What is on the wire is done whether the gateway lives or not.
      this.#due.push({ atMs: doneAtMs, run: () => this.#become(spec, value, runMs) });
      if (isLost) this.counts.lost++;
      this.#later(doneAtMs - this.nowMs + answerMs, () =>
        this.machine.answered(id, isLost ? null : (this.values.get(id) as number), this.nowMs),
      );
    }
  }

  #become(spec: CatalogActuator, value: number, runMs: number | null): void {
    const before = this.values.get(spec.id);
    this.values.set(spec.id, value);
    if (before === spec.safe && value !== spec.safe) {
      this.counts.outs++;
      const restMs = this.nowMs - (this.#safeSince.get(spec.id) ?? Number.NEGATIVE_INFINITY);
      expect(restMs, `${spec.id} rests`).toBeGreaterThanOrEqual(spec.minRestS * 1000);
      this.#outSince.set(spec.id, this.nowMs);
      this.#deadMs = 0;
    }
    if (value === spec.safe && before !== spec.safe) this.#safeSince.set(spec.id, this.nowMs);
    if (spec.timed && runMs !== null)
      this.#due.push({ atMs: this.nowMs + runMs + 5_000, run: () => this.#become(spec, spec.safe, null) });
  }

  #judge(): void {
    const out = SPECS.filter((s) => this.values.get(s.id) !== s.safe);
    const open = out.filter((s) => s.pump === 'pump');
    expect(
      open.reduce((sum, s) => sum + (s.flowLpm ?? 0), 0),
      'flow',
    ).toBeLessThanOrEqual(100);
    expect(out.filter((s) => s.groups.length > 0).length, 'group').toBeLessThanOrEqual(1);
    if (this.values.get('pump') !== 0) expect(open.length, 'the pump has a valve').toBeGreaterThan(0);
    for (const { id, maxRunS } of out) {
      const ranMs = this.nowMs - (this.#outSince.get(id) as number);
      expect(ranMs, `${id} runs`).toBeLessThanOrEqual(maxRunS * 1000 + this.#deadMs + SLACK_MS);
    }
  }
}

test('interlocks, rest and run times hold; each command is told once; all is safe and known in the end', () => {
  const seen = { outs: 0, refused: 0, lost: 0, restarts: 0 };
  fc.assert(
    fc.property(events, fates, (happened, drawn) => {
      const plant = new Plant([...drawn]);
      plant.pass(20_000);
      for (const one of happened) {
        plant.play(one);
        plant.pass(0);
      }
      plant.machine.stop(false);
      plant.pass(120_000);
      for (const { id, safe } of SPECS) {
        expect([id, plant.values.get(id), plant.machine.value(id)]).toEqual([id, safe, safe]);
        expect(plant.told.get(id) ?? 0).toBeLessThanOrEqual(plant.begun.get(id) ?? 0);
      }
      for (const key of Object.keys(seen) as (keyof typeof seen)[]) seen[key] += plant.counts[key];
    }),
    { numRuns: 150, endOnFailure: false },
  );
  // Something happened that could have gone wrong.
  for (const n of Object.values(seen)) expect(n).toBeGreaterThan(200);
});

test('every command that was taken has one last word', () => {
  fc.assert(
    fc.property(events, fates, (happened, drawn) => {
      const plant = new Plant([...drawn]);
      const words = new Map<number, string[]>();
      const hear = () => {
        for (const { number, step } of plant.machine.steps()) {
          if (number === 0 || step === 'unknown') continue;
          words.set(number, [...(words.get(number) ?? []), step]);
        }
      };
      plant.pass(20_000);
      for (const one of happened.filter((e) => e.what !== 'restart')) {
        plant.play(one);
        plant.pass(0);
        hear();
      }
      plant.machine.stop(false);
      plant.pass(120_000);
      hear();
      for (const [number, steps] of words) {
        const last = steps.filter((step) => step !== 'confirmed');
        expect(last, `${number}: ${steps}`).toHaveLength(1);
        expect(steps.at(-1)).toBe(last[0]);
      }
      expect(words.size).toBeGreaterThanOrEqual([...plant.begun.values()].reduce((a, b) => a + b, 0));
    }),
    { numRuns: 60 },
  );
});
