/**
 * What the actuators of one gateway are to do now. Pure: it is told of commands, of what devices answered and of the time, and says
 * which orders may go out and which steps are to be written down. Times are those of a monotonic clock.
 *
 * It holds that an order out of the safe state goes out once for each command; that every run ends; that whatever is not
 * as it should be is brought into its safe state, again and again, and never out of it.
 */
import type { CatalogActuator } from './command.ts';
import { type ActuatorNow, judge, type Refusal, valvesOf, type Wish } from './judge.ts';
import type { CommandReason, CommandStep } from './step.ts';

/** What is to be written down; `number` is 0 where there is no command. */
export interface MachineStep {
  actuator: string;
  number: number;
  step: CommandStep;
  reason: CommandReason;
  value: number | null;
}

/** What a device is to be told; `runMs` for devices that end a run themselves. */
export interface Order {
  actuator: string;
  value: number;
  runMs: number | null;
}

interface Run {
  number: number;
  value: number;
  runS: number | null;
  phase: 'acting' | 'running';
  wasTold: boolean;
  endMs: number;
  isEnding: boolean;
}

interface Actuator {
  spec: CatalogActuator;
  value: number | null;
  order: { value: number; sinceMs: number } | undefined;
  run: Run | undefined;
  /** Waits to be written down, and then takes the place of `run`. */
  next: Run | undefined;
  outSinceMs: number | null;
  safeSinceMs: number | null;
  failures: number;
  turn: number;
  retryMs: number;
  isToldUnknown: boolean;
  /** Since when it waits for its pump. */
  waitsSinceMs: number | undefined;
}

/** A device that does not obey is told again after this, and ever more rarely. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 10_000;
/** A valve closes without its pump having stopped, where that cannot be had. */
const PUMP_WAIT_MS = 10_000;
/** So many times in vain: the cloud is told. */
const TELL_AFTER = 3;
/** A device that ends a run itself may be so much earlier than we. */
const EARLY_MS = 5_000;

export class CommandMachine {
  readonly #actuators: Map<string, Actuator>;
  readonly #specs: readonly CatalogActuator[];
  #stopped = false;
  #steps: MachineStep[] = [];

  /** Nothing is known yet, and everything is to be safe. */
  constructor(specs: readonly CatalogActuator[]) {
    this.#specs = specs;
    this.#actuators = new Map(
      specs.map((spec) => [
        spec.id,
        {
          ...{ spec, value: null, order: undefined, run: undefined, next: undefined, outSinceMs: null },
          ...{ safeSinceMs: null, failures: 0, turn: 0, retryMs: Number.NEGATIVE_INFINITY, waitsSinceMs: undefined },
          isToldUnknown: false,
        },
      ]),
    );
  }

  /** What is to be written down since the last call, in its order. */
  steps(): MachineStep[] {
    const steps = this.#steps;
    this.#steps = [];
    return steps;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  value(id: string): number | null {
    return this.#actuators.get(id)?.value ?? null;
  }

  /** Changes whenever an order goes out or is answered. */
  turn(id: string): number {
    return this.#actuators.get(id)?.turn ?? 0;
  }

  /** The run that is under way, for whoever looks on. */
  run(id: string): { number: number; endMs: number } | undefined {
    const run = this.#actuators.get(id)?.run;
    return run === undefined || run.isEnding || run.phase !== 'running' ? undefined : run;
  }

  /** Undefined where the command may be written down as taken: `begin` or `cancel` follows. */
  take({ number, ...wish }: Wish & { number: number }, nowMs: number): Refusal | undefined {
    const actuator = this.#actuators.get(wish.actuator);
    const refusal = this.#judge(wish, nowMs);
    if (actuator === undefined || refusal !== undefined) return refusal ?? 'no-actuator';
    const isSafe = wish.value === actuator.spec.safe;
    if (!isSafe && actuator.next !== undefined) return 'running';
    if (actuator.next !== undefined) this.#say(actuator, actuator.next.number, 'interrupted', 'replaced');
    actuator.next = {
      ...{ number, value: wish.value, runS: isSafe ? null : wish.runS, phase: 'acting', wasTold: false },
      ...{ endMs: Number.POSITIVE_INFINITY, isEnding: false },
    };
    return undefined;
  }

  /** It is written down. What has changed meanwhile may still forbid it. */
  begin(id: string, number: number, nowMs: number): void {
    const actuator = this.#actuators.get(id);
    const next = actuator?.next;
    if (actuator === undefined || next?.number !== number) return;
    actuator.next = undefined;
    const refusal = this.#judge({ ...next, actuator: id }, nowMs);
    if (refusal !== undefined) {
      this.#say(actuator, number, 'interrupted', refusal);
      return;
    }
    if (actuator.run !== undefined) this.#say(actuator, actuator.run.number, 'interrupted', 'replaced');
    actuator.run = next;
    actuator.retryMs = nowMs;
    if (next.value === actuator.value && actuator.order === undefined) this.#reached(actuator, nowMs);
  }

  /** It could not be written down: nothing is done. */
  cancel(id: string, number: number): void {
    const actuator = this.#actuators.get(id);
    if (actuator?.next?.number === number) actuator.next = undefined;
  }

  /** Everything into its safe state; while stopped no command out of it is taken. */
  stop(isStopped: boolean): void {
    this.#stopped = isStopped;
    if (isStopped) this.endAll('stopped');
  }

  /** Ends every run of these actuators, or of all. */
  endAll(reason: CommandReason, ids: readonly string[] = [...this.#actuators.keys()]): void {
    for (const id of ids) {
      const actuator = this.#actuators.get(id);
      if (actuator === undefined) continue;
      const { safe } = actuator.spec;
      if (actuator.next !== undefined && actuator.next.value !== safe) {
        this.#say(actuator, actuator.next.number, 'interrupted', reason);
        actuator.next = undefined;
      }
      if (actuator.run !== undefined && !actuator.run.isEnding && actuator.run.value !== safe) {
        this.#say(actuator, actuator.run.number, 'interrupted', reason);
        actuator.run = undefined;
      }
      actuator.retryMs = Number.NEGATIVE_INFINITY;
    }
  }

  /** Orders that go out now; each is answered by `answered`. */
  orders(nowMs: number): Order[] {
    for (const actuator of this.#actuators.values()) {
      const { run } = actuator;
      if (run !== undefined && run.phase === 'running' && nowMs >= run.endMs) run.isEnding = true;
    }
    this.#pumpsFirst(nowMs);
    return [...this.#actuators.values()].flatMap((actuator) => {
      const order = this.#orderFor(actuator, nowMs);
      return order === undefined ? [] : [order];
    });
  }

  /** What a device did with an order: how it is now, or null where it did not say. */
  answered(id: string, value: number | null, nowMs: number): void {
    const actuator = this.#actuators.get(id);
    const order = actuator?.order;
    if (actuator === undefined || order === undefined) return;
    actuator.order = undefined;
    actuator.turn++;
    this.#set(actuator, value, nowMs);
    const { run, spec } = actuator;
    if (value === order.value) {
      actuator.failures = 0;
      actuator.retryMs = Number.NEGATIVE_INFINITY;
      this.#reached(actuator, nowMs, order.sinceMs);
      return;
    }
    actuator.failures++;
    actuator.retryMs = nowMs + Math.min(RETRY_MS * 2 ** (actuator.failures - 1), LONGEST_RETRY_MS);
    const reason = value === null ? 'unreachable' : 'not-followed';
    const isOut = order.value !== spec.safe;
    if (isOut) actuator.retryMs = nowMs;
    if (run !== undefined && run.phase === 'acting' && run.value === order.value) {
      this.#say(actuator, run.number, 'failed', reason);
      actuator.run = undefined;
    } else if (run?.isEnding && actuator.failures === TELL_AFTER) {
      this.#say(actuator, run.number, 'failed', reason);
      actuator.run = undefined;
    } else if (run === undefined && !isOut && actuator.failures === TELL_AFTER)
      this.#say(actuator, 0, 'unknown', reason);
  }

  /** How a device was found, unasked; null where it does not answer. */
  saw(id: string, value: number | null, nowMs: number): void {
    const actuator = this.#actuators.get(id);
    if (actuator === undefined || actuator.order !== undefined || actuator.value === value) return;
    const { run, spec, value: before } = actuator;
    this.#set(actuator, value, nowMs);
    if (value === null) {
      this.#say(actuator, run?.number ?? 0, 'unknown', 'unreachable');
      return;
    }
    actuator.retryMs = Number.NEGATIVE_INFINITY;
    if (run === undefined || run.phase !== 'running') {
      if (before === null && value === spec.safe) this.#say(actuator, 0, 'safe', 'none');
      else this.#say(actuator, 0, 'moved', 'moved');
      return;
    }
    if (value === run.value) {
      this.#say(actuator, run.number, 'confirmed', 'none');
      return;
    }
    const isEndOfRun = value === spec.safe && (run.isEnding || nowMs >= run.endMs - EARLY_MS);
    this.#say(actuator, run.number, isEndOfRun ? 'ended' : 'interrupted', isEndOfRun ? 'none' : 'moved');
    actuator.run = undefined;
  }

  /** The actuator is as its order said. */
  #reached(actuator: Actuator, nowMs: number, sinceMs = nowMs): void {
    const { run, spec, value } = actuator;
    if (run === undefined) {
      if (value === spec.safe) this.#say(actuator, 0, 'safe', 'none');
    } else if (run.phase === 'acting' && value === run.value) {
      if (value === spec.safe) {
        this.#say(actuator, run.number, 'ended', 'none');
        actuator.run = undefined;
        return;
      }
      run.phase = 'running';
      run.endMs = sinceMs + (run.runS ?? 0) * 1000;
      this.#say(actuator, run.number, 'confirmed', 'none');
    } else if (run.isEnding && value === spec.safe) {
      this.#say(actuator, run.number, 'ended', 'none');
      actuator.run = undefined;
    }
  }

  #judge(wish: Wish, nowMs: number): Refusal | undefined {
    const actuator = this.#actuators.get(wish.actuator);
    const isSafe = wish.value === actuator?.spec.safe;
    if (this.#stopped && actuator !== undefined && !isSafe) return 'stopped';
    const refusal = judge(this.#specs, (id) => this.#now(id), wish, nowMs);
    if (actuator === undefined || refusal !== undefined || isSafe) return refusal;
    const { run, order, value, spec } = actuator;
    // Out of its safe state a run may be changed, but none begun: it has to come in and rest first.
    const isThere = run?.phase === 'running' && !run.isEnding && value === run.value;
    return order !== undefined || (value !== spec.safe && !isThere) ? 'running' : undefined;
  }

  #wanted({ run, spec }: Actuator): number {
    return run === undefined || run.isEnding ? spec.safe : run.value;
  }

  #orderFor(actuator: Actuator, nowMs: number): Order | undefined {
    const { run, spec } = actuator;
    const wanted = this.#wanted(actuator);
    const isOut = wanted !== spec.safe;
    if (actuator.order !== undefined) return undefined;
    if (isOut ? run?.wasTold : actuator.value === wanted || nowMs < actuator.retryMs) return undefined;
    if (!isOut && this.#waitsForPump(actuator, nowMs)) return undefined;
    if (isOut && run !== undefined) run.wasTold = true;
    if (isOut) actuator.outSinceMs ??= nowMs;
    actuator.order = { value: wanted, sinceMs: nowMs };
    actuator.turn++;
    return { actuator: spec.id, value: wanted, runMs: isOut ? (run?.runS ?? 0) * 1000 : null };
  }

  /** A pump is stopped before its last open valve closes. */
  #pumpsFirst(nowMs: number): void {
    for (const pump of this.#actuators.values()) {
      const valves = valvesOf(this.#specs, pump.spec.id);
      if (pump.spec.kind !== 'pump' || valves.length === 0) continue;
      if (valves.some((valve) => this.#staysOpen(this.#actuators.get(valve.id) as Actuator))) continue;
      if (pump.next !== undefined && pump.next.value > 0) {
        this.#say(pump, pump.next.number, 'interrupted', 'order');
        pump.next = undefined;
      }
      if (pump.run === undefined || pump.run.isEnding || pump.run.value === 0) continue;
      this.#say(pump, pump.run.number, 'interrupted', 'order');
      pump.run = undefined;
      pump.retryMs = nowMs;
    }
  }

  #waitsForPump(valve: Actuator, nowMs: number): boolean {
    const pump = this.#actuators.get(valve.spec.pump ?? '');
    const mayPump = pump !== undefined && (pump.value !== 0 || (pump.order !== undefined && pump.order.value !== 0));
    const others = valvesOf(this.#specs, pump?.spec.id ?? '').filter((other) => other.id !== valve.spec.id);
    const isLast = !others.some((other) => this.#staysOpen(this.#actuators.get(other.id) as Actuator));
    if (valve.spec.kind !== 'valve' || !mayPump || !isLast) {
      valve.waitsSinceMs = undefined;
      return false;
    }
    valve.waitsSinceMs ??= nowMs;
    if (nowMs - valve.waitsSinceMs < PUMP_WAIT_MS) return true;
    valve.waitsSinceMs = undefined;
    return false;
  }

  #staysOpen(actuator: Actuator): boolean {
    const { value, order } = actuator;
    return value !== null && value > 0 && order?.value !== 0 && this.#wanted(actuator) > 0;
  }

  #now(id: string): ActuatorNow {
    const actuator = this.#actuators.get(id) as Actuator;
    const { value, order, next, spec, outSinceMs, safeSinceMs } = actuator;
    const isIn = (v: number | undefined) => v === undefined || v === spec.safe;
    return {
      isKnown: value !== null,
      mayBeOut: value !== spec.safe || !isIn(order?.value) || !isIn(next?.value) || !isIn(this.#wanted(actuator)),
      isOpen: this.#staysOpen(actuator) && next === undefined,
      ...{ outSinceMs, safeSinceMs },
    };
  }

  #set(actuator: Actuator, value: number | null, nowMs: number): void {
    actuator.value = value;
    if (value === null) return;
    if (value === actuator.spec.safe) {
      if (actuator.outSinceMs !== null || actuator.safeSinceMs === null) actuator.safeSinceMs = nowMs;
      actuator.outSinceMs = null;
    } else {
      actuator.outSinceMs ??= nowMs;
      actuator.safeSinceMs = null;
    }
  }

  #say(actuator: Actuator, number: number, step: CommandStep, reason: CommandReason): void {
    const { spec, value } = actuator;
    // That nobody knows is said once.
    if (step === 'unknown' && actuator.isToldUnknown) return;
    actuator.isToldUnknown = step === 'unknown';
    this.#steps.push({ actuator: spec.id, number, step, reason, value });
  }
}
