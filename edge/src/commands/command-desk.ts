/**
 * Commands at the gateway:
 *
 *   message ─ seen before? later one taken? over by the cloud's clock? ─→ machine (interlocks) → `taken` on disk ── only now
 *      → order to the output, read back → machine → steps into the journal, like readings
 *   time, the link, a stop, what outputs are found as ─→ machine → orders into the safe state, without waiting for anything
 *
 * What is to happen is decided by the model's machine; here are clocks, outputs and the journal.
 */
import {
  type Cancel,
  type CatalogActuator,
  type Clock,
  CommandMachine,
  type Logger,
  messageOf,
  type Order,
  type Refusal,
  readCommand,
  type SetMessage,
} from '@karez/model';
import type { Moment } from '../clock/timekeeper.ts';
import type { Journal } from '../journal/journal.ts';
import type { CommandChannels } from './describe.ts';
import type { Output } from './output.ts';
import { type Remembered, remembered, StepJournal } from './step-journal.ts';

export interface CommandDeskParts {
  clock: Clock;
  logger: Logger;
  journal: Pick<Journal, 'append' | 'hurry' | 'opened'>;
  now(): Moment;
  actuators: readonly (CatalogActuator & { output: string; linkLossS: number | null })[];
  channels: CommandChannels;
  /** Whether somebody at the gateway has stopped everything. */
  isStoppedHere(): Promise<boolean>;
}

/** How an actuator is, for the gateway's own page. */
export interface ActuatorView {
  id: string;
  kind: CatalogActuator['kind'];
  value: number | null;
  endsInS: number | null;
  trouble: string | null;
}

const TICK_MS = 200;
/** How often outputs are looked at, and whether somebody has stopped everything here. */
const LOOK_MS = 2_000;
const STOP_LOOK_MS = 1_000;
/** At the end everything is made safe, as far as that goes within this. */
const FAREWELL_MS = 8_000;
/** Numbers remembered of each actuator. */
const SEEN = 1_000;

interface Desk extends Remembered {
  spec: CommandDeskParts['actuators'][number];
  seen: Set<number>;
  /** Numbers may have been forgotten. */
  isForgetful: boolean;
  output: Output | undefined;
  isLooking: boolean;
  trouble: string | null;
}

export class CommandDesk {
  readonly #parts: CommandDeskParts;
  readonly #machine: CommandMachine;
  readonly #steps: StepJournal;
  readonly #desks: Map<string, Desk>;
  readonly #timers: Cancel[] = [];
  /** What the cloud's clock says at the latest is `timeMs` + monotonic now - `monoMs`. */
  #cloud: { timeMs: number; monoMs: number } | undefined;
  #firstCloudMs: number | undefined;
  #linkDownMs: number | undefined;
  #stoppedByCloud = false;
  #stoppedHere = false;
  #isStopping = false;
  readonly counts = { taken: 0, refused: 0, unreadable: 0 };

  constructor(parts: CommandDeskParts) {
    this.#parts = parts;
    this.#machine = new CommandMachine(parts.actuators);
    this.#steps = new StepJournal(parts.journal, parts.channels, parts.logger, parts.now);
    this.#linkDownMs = parts.clock.monoMs();
    const { marks, rebuilt, torn } = parts.journal.opened;
    this.#desks = new Map(
      parts.actuators.map((spec) => {
        const known = remembered(marks, spec.id);
        const isForgetful = rebuilt !== undefined || torn > 0 || known.last === 0;
        return [
          spec.id,
          {
            ...{ ...known, seen: new Set(known.seen), spec, isForgetful },
            ...{ output: undefined, isLooking: false, trouble: null },
          },
        ];
      }),
    );
  }

  /** Everything into its safe state; what was under way when the last process ended is over. */
  start(outputs: readonly Output[]): void {
    const { clock, logger } = this.#parts;
    for (const desk of this.#desks.values()) {
      desk.output = outputs.find(({ id }) => id === desk.spec.output);
      for (const number of desk.open) {
        logger.log('warn', 'a command was under way when the gateway ended', { actuator: desk.spec.id, number });
        this.#steps.later({
          ...{ actuator: desk.spec.id, number, step: 'interrupted', reason: 'restart', value: null },
        });
      }
    }
    const guarded = (run: () => void | Promise<void>) => () => {
      void (async () => run())().catch((cause) => logger.log('error', 'commands: something failed', { cause }));
    };
    this.#timers.push(
      clock.every(
        TICK_MS,
        guarded(() => this.#tick()),
      ),
      clock.every(
        LOOK_MS,
        guarded(() => this.#look()),
      ),
      clock.every(
        STOP_LOOK_MS,
        guarded(() => this.#lookForStop()),
      ),
    );
    void this.#lookForStop().catch(() => {});
    this.#tick();
  }

  /** The cloud's clock said `timeMs` after we had asked at `askedMs` of our monotonic clock. */
  heardTime(timeMs: number, askedMs: number): void {
    this.#cloud = { timeMs, monoMs: askedMs };
    this.#firstCloudMs ??= timeMs;
  }

  link(isUp: boolean): void {
    this.#linkDownMs = isUp ? undefined : (this.#linkDownMs ?? this.#parts.clock.monoMs());
  }

  /** Takes a message of the cloud; never rejects. */
  async received(payload: Uint8Array): Promise<void> {
    try {
      const message = readCommand(new TextDecoder().decode(payload));
      if (message.kind === 'set') await this.#set(message);
      else {
        this.#stoppedByCloud = message.stopped;
        this.#useStop('the cloud');
      }
    } catch (cause) {
      this.counts.unreadable++;
      this.#parts.logger.log('warn', 'a command could not be used', { cause });
    }
  }

  async #set(message: SetMessage): Promise<void> {
    const { actuator, number } = message;
    const cloudMs = this.#cloudMs();
    // Asked again later: until then nothing is taken, and nothing is said.
    if (cloudMs === undefined || this.#isStopping) return;
    const desk = this.#desks.get(actuator);
    if (desk?.seen.has(number)) return;
    const refusal = this.#refusalOf(message, desk, cloudMs);
    this.#remember(desk, number);
    if (refusal !== undefined) return this.#refuse(actuator, number, refusal);
    const { clock, logger } = this.#parts;
    try {
      await this.#steps.write({
        actuator,
        number,
        step: 'taken',
        reason: 'none',
        value: this.#machine.value(actuator),
      });
    } catch (cause) {
      logger.log('error', 'a command could not be written down and is not acted upon', { actuator, number, cause });
      this.#machine.cancel(actuator, number);
      return this.#refuse(actuator, number, 'disk');
    }
    this.counts.taken++;
    logger.log('info', 'a command was taken', { actuator, number, value: message.value, runS: message.runS });
    this.#machine.begin(actuator, number, clock.monoMs());
    this.#tick();
  }

  #refusalOf(message: SetMessage, desk: Desk | undefined, cloudMs: number): Refusal | undefined {
    if (desk === undefined) return 'no-actuator';
    const { number, issuedMs, expiresMs } = message;
    if (number <= desk.last) return 'overtaken';
    if (cloudMs >= expiresMs) return 'expired';
    if (desk.isForgetful && issuedMs < (this.#firstCloudMs as number)) return 'restart';
    return this.#machine.take(message, this.#parts.clock.monoMs());
  }

  #refuse(actuator: string, number: number, reason: Refusal): void {
    this.counts.refused++;
    this.#parts.logger.log('warn', 'a command was refused', { actuator, number, reason });
    this.#steps.later({ actuator, number, step: 'refused', reason, value: this.#machine.value(actuator) });
  }

  #remember(desk: Desk | undefined, number: number): void {
    if (desk === undefined) return;
    desk.seen.add(number);
    desk.last = Math.max(desk.last, number);
    if (desk.seen.size > SEEN) desk.seen.delete(desk.seen.values().next().value as number);
  }

  /** The latest that the cloud's clock may say; undefined before it has said anything. */
  #cloudMs(): number | undefined {
    const cloud = this.#cloud;
    return cloud === undefined ? undefined : cloud.timeMs + this.#parts.clock.monoMs() - cloud.monoMs;
  }

  #tick(): void {
    const nowMs = this.#parts.clock.monoMs();
    this.#endWithoutLink(nowMs);
    for (const order of this.#machine.orders(nowMs)) void this.#obey(order);
    for (const step of this.#machine.steps()) {
      this.#parts.logger.log('info', 'an actuator', { ...step });
      this.#steps.later(step);
    }
    if (this.#steps.waiting > 0) void this.#steps.retry();
  }

  #endWithoutLink(nowMs: number): void {
    const since = this.#linkDownMs;
    if (since === undefined) return;
    const lost = [...this.#desks.values()].filter(
      ({ spec }) => spec.linkLossS !== null && nowMs - since >= spec.linkLossS * 1000 && this.#machine.run(spec.id),
    );
    if (lost.length > 0)
      this.#machine.endAll(
        'link',
        lost.map(({ spec }) => spec.id),
      );
  }

  async #obey({ actuator, value, runMs }: Order): Promise<void> {
    const desk = this.#desks.get(actuator) as Desk;
    let found: number | null = null;
    try {
      if (desk.output === undefined) throw new Error('it has no output');
      found = await desk.output.set(value, runMs);
      desk.trouble = found === value ? null : `does not do what it is told: ${found} % instead of ${value} %`;
    } catch (error) {
      desk.trouble = messageOf(error);
    }
    this.#machine.answered(actuator, found, this.#parts.clock.monoMs());
    this.#tick();
  }

  async #look(): Promise<void> {
    await Promise.all([...this.#desks.values()].map((desk) => this.#lookAt(desk)));
    this.#tick();
  }

  async #lookAt(desk: Desk): Promise<void> {
    if (desk.isLooking || desk.output === undefined) return;
    desk.isLooking = true;
    const turn = this.#machine.turn(desk.spec.id);
    let found: number | null = null;
    try {
      found = await desk.output.read();
      desk.trouble = null;
    } catch (error) {
      desk.trouble = messageOf(error);
    }
    desk.isLooking = false;
    // What was read before an order went out says nothing of what it did.
    if (turn === this.#machine.turn(desk.spec.id)) this.#machine.saw(desk.spec.id, found, this.#parts.clock.monoMs());
  }

  async #lookForStop(): Promise<void> {
    const isStopped = await this.#parts.isStoppedHere();
    if (isStopped === this.#stoppedHere) return;
    this.#stoppedHere = isStopped;
    this.#useStop('somebody at the gateway');
  }

  #useStop(who: string): void {
    const isStopped = this.#stoppedByCloud || this.#stoppedHere;
    if (isStopped !== this.#machine.stopped)
      this.#parts.logger.log('warn', isStopped ? 'everything is stopped' : 'commands are taken again', { who });
    this.#machine.stop(isStopped);
    this.#tick();
  }

  view(): { stopped: boolean; actuators: ActuatorView[] } {
    const nowMs = this.#parts.clock.monoMs();
    return {
      stopped: this.#machine.stopped,
      actuators: [...this.#desks.values()].map(({ spec, trouble }) => {
        const run = this.#machine.run(spec.id);
        const endsInS = run === undefined ? null : Math.max(0, Math.round((run.endMs - nowMs) / 1000));
        return { id: spec.id, kind: spec.kind, value: this.#machine.value(spec.id), endsInS, trouble };
      }),
    };
  }

  /** Makes everything safe and writes down what became of it, within a few seconds. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const { clock } = this.#parts;
    this.#machine.endAll('shutdown');
    this.#tick();
    const end = clock.monoMs() + FAREWELL_MS;
    while (clock.monoMs() < end && this.#parts.actuators.some(({ id, safe }) => this.#machine.value(id) !== safe))
      await new Promise<void>((resolve) => clock.after(TICK_MS / 4, resolve));
    for (const cancel of this.#timers) cancel();
    this.#tick();
    await this.#steps.retry();
  }
}
