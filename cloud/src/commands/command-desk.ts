/**
 * Commands in the cloud:
 *
 *   asked ─ known id? stopped? interlocks? → audit log → disk ── only now → sent, again and again until the gateway's word is stored
 *   committed steps → vault's inbox → disk → audit log → live events
 *
 * One thing after the other. The gateway has the last word; here is who asked, when, and what is known of it.
 */
import {
  type Actor,
  type ApiActuator,
  type ApiCommand,
  type Cancel,
  type CatalogActuator,
  type Clock,
  type CommandMessage,
  type CommandRequest,
  type FarmStop,
  KarezError,
  type Logger,
  stepOfCode,
} from '@karez/model';
import type { LiveBus } from '../live/live.ts';
import type { Registry } from '../registry/registry.ts';
import type { InboxRow } from '../vault/alert-inbox.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { type StateRow, type StepRow, standing } from './command-row.ts';
import type { Commanded, CommandQuery } from './commands-db.ts';
import { earlyAnswer } from './early-answer.ts';
import type { OpenCommandsDb } from './open-commands-db.ts';

export interface CommandDeskParts {
  clock: Clock;
  logger: Logger;
  db: OpenCommandsDb;
  registry: Pick<Registry, 'actuators' | 'channelOf' | 'channels' | 'state'>;
  vault: Pick<OpenVault, 'commandInbox' | 'commandsTaken'>;
  live: Pick<LiveBus, 'commandChanged' | 'actuatorsChanged'>;
  /** Writes into the audit log; resolves once it is there. */
  audit(
    who: string,
    action: string,
    farm: string,
    subject: string,
    details: object,
    address: string | null,
  ): Promise<void>;
  /** Hands a message to a gateway. @returns whether it hears commands now. */
  send(farm: string, gateway: string, message: CommandMessage): boolean;
  hears(farm: string, gateway: string): boolean;
}

/** Who asks, and from where. */
export interface Commander {
  actor: Actor;
  who: string;
  address: string;
}

const TICK_MS = 1_000;
const AGAIN_MS = 5_000;
const DEFAULT_EXPIRY_S = 60;
const AT_ONCE = 200;

export class CommandDesk {
  readonly #parts: CommandDeskParts;
  /** Whatever is not over, by number. */
  readonly #open = new Map<number, Commanded>();
  readonly #states = new Map<string, StateRow>();
  readonly #stops = new Map<string, FarmStop>();
  /** When each was last sent. */
  readonly #sentMs = new Map<number, number>();
  #turn: Promise<unknown> = Promise.resolve();
  #looking = false;
  #stopTicks: Cancel = () => {};
  readonly counts = { steps: 0, unreadable: 0 };

  constructor(parts: CommandDeskParts) {
    this.#parts = parts;
  }

  /** Takes up what is on disk. Throws KarezError STORE_UNAVAILABLE. */
  async start(): Promise<void> {
    const { db, clock } = this.#parts;
    for (const command of await db.open()) this.#open.set(command.row.number, command);
    for (const state of await db.states()) this.#states.set(keyOf(state), state);
    for (const { farm, ...stop } of await db.stops()) this.#stops.set(farm, stop);
    this.look();
    this.#stopTicks = clock.every(TICK_MS, () => {
      this.look();
      void this.#later('time passing', () => this.#tick());
    });
  }

  async stop(): Promise<void> {
    this.#stopTicks();
    for (let turn: unknown; turn !== this.#turn; ) {
      turn = this.#turn;
      await turn;
    }
  }

  /** @throws KarezError NOT_FOUND, REQUEST_INVALID, CONFLICT, BUSY, STORE_UNAVAILABLE. */
  ask(farm: string, request: CommandRequest, by: Commander): Promise<ApiCommand> {
    return this.#later('a command', () => this.#ask(farm, request, by));
  }

  async #ask(farm: string, request: CommandRequest, { actor, who, address }: Commander): Promise<ApiCommand> {
    const { clock, db, audit } = this.#parts;
    const { id, gateway, actuator, runS = null, expiresInS = DEFAULT_EXPIRY_S, note = null } = request;
    const value = request.state === 'on' ? 100 : request.state === 'off' ? 0 : request.state;
    const known = await db.find(farm, id);
    if (known !== undefined) {
      const { row } = known;
      const isSame = row.gateway === gateway && row.actuator === actuator && row.value === value && row.runS === runS;
      if (isSame) return apiCommand(known);
      throw new KarezError('CONFLICT', `the id ${id} stands for another command already`, { where: 'body.id' });
    }
    const spec = this.#spec(farm, gateway, actuator);
    if (runS === null && value !== spec.safe)
      throw new KarezError(
        'REQUEST_INVALID',
        `body.runS: is needed for a state that is not the safe one (${spec.safe})`,
        {
          where: 'body.runS',
        },
      );
    const issuedMs = Math.round(clock.wallMs());
    const wish = { actuator, value, runS };
    const isStopped = this.#stops.has(farm) && value !== spec.safe;
    const refusal = isStopped ? 'stopped' : earlyAnswer(this.#picture(farm, gateway), wish, issuedMs);
    const subject = `${gateway}/${actuator}`;
    await audit(
      who,
      'command',
      farm,
      subject,
      { id, value, runS, expiresInS, note, refusal: refusal ?? null },
      address,
    );
    const offered = refusal === undefined && this.#parts.hears(farm, gateway);
    const added = await db.add({
      ...{ farm, id, gateway, actuator, value, runS, issuedMs, expiresMs: issuedMs + expiresInS * 1000 },
      ...{ by: actor, note, refusal: refusal ?? null, offered },
    });
    if (refusal === undefined) {
      this.#open.set(added.row.number, added);
      if (offered) this.#send(added);
    }
    this.#tell(added);
    return apiCommand(added);
  }

  #spec(farm: string, gateway: string, actuator: string): CatalogActuator {
    const found = this.#parts.registry.actuators(farm).find((a) => a.gateway === gateway && a.id === actuator);
    if (found !== undefined) return found;
    throw new KarezError('NOT_FOUND', `there is no actuator "${actuator}" at gateway "${gateway}"`, {
      where: 'body.actuator',
    });
  }

  /** What is known of a gateway's actuators. */
  #picture(farm: string, gateway: string) {
    return {
      actuators: this.#parts.registry.actuators(farm).filter((a) => a.gateway === gateway),
      states: (id: string) => this.#states.get(keyOf({ farm, gateway, actuator: id })),
      open: [...this.#open.values()].filter(({ row }) => row.farm === farm && row.gateway === gateway),
    };
  }

  /** Everything into its safe state, and no command; or commands again. */
  setStop(farm: string, isStopped: boolean, note: string | null, by: Commander): Promise<FarmStop | null> {
    return this.#later('a stop', async () => {
      const { clock, db, audit, registry, send, live } = this.#parts;
      const stop = isStopped ? { sinceMs: Math.round(clock.wallMs()), by: by.actor, note } : null;
      // Stopping waits for no log: it is sent first, and written down then.
      if (isStopped) this.#stops.set(farm, this.#stops.get(farm) ?? (stop as FarmStop));
      const gateways = new Set(registry.actuators(farm).map((a) => a.gateway));
      const tellAll = () => {
        for (const gateway of gateways) send(farm, gateway, { v: 1, kind: 'stop', stopped: isStopped });
      };
      if (isStopped) tellAll();
      await audit(by.who, isStopped ? 'stop' : 'resume', farm, farm, { note }, by.address);
      await db.setStop(farm, stop);
      if (!isStopped) {
        this.#stops.delete(farm);
        tellAll();
      }
      live.actuatorsChanged(farm);
      return this.#stops.get(farm) ?? null;
    });
  }

  stopped(farm: string): FarmStop | null {
    return this.#stops.get(farm) ?? null;
  }

  /** @throws KarezError NOT_FOUND. */
  async one(farm: string, id: string): Promise<ApiCommand> {
    const found = await this.#parts.db.find(farm, id);
    if (found === undefined)
      throw new KarezError('NOT_FOUND', `there is no command "${id}"`, { where: 'params.command' });
    return apiCommand(found);
  }

  async page(farm: string, query: CommandQuery): Promise<ApiCommand[]> {
    return (await this.#parts.db.page(farm, query)).map(apiCommand);
  }

  async actuators(farm: string): Promise<ApiActuator[]> {
    const { registry, db } = this.#parts;
    return await Promise.all(
      registry.actuators(farm).map(async ({ title, field, ...actuator }) => {
        const { gateway, id } = actuator;
        const state = this.#states.get(keyOf({ farm, gateway, actuator: id }));
        const [newest] = await db.page(farm, { before: Number.MAX_SAFE_INTEGER, limit: 1, gateway, actuator: id });
        return {
          ...{ ...actuator, title, field, online: registry.state(farm, gateway).online },
          ...{ value: state?.value ?? null, sinceMs: state?.sinceMs ?? null },
          command: newest === undefined ? null : apiCommand(newest),
        };
      }),
    );
  }

  /** A gateway now hears commands: first whether everything is stopped, then what waits for it. */
  hears(farm: string, gateway: string): void {
    this.#parts.send(farm, gateway, { v: 1, kind: 'stop', stopped: this.#stops.has(farm) });
    void this.#later('a gateway that is back', async () => {
      for (const command of this.#open.values())
        if (command.row.farm === farm && command.row.gateway === gateway) await this.#offer(command, true);
    });
  }

  async #tick(): Promise<void> {
    const nowMs = this.#parts.clock.wallMs();
    const over = [...this.#open.values()].filter(
      ({ row, steps }) => !row.lapsed && nowMs >= row.expiresMs && standing(row, steps).phase === 'waiting',
    );
    if (over.length > 0)
      for (const command of await this.#parts.db.lapse(over.map(({ row }) => row.number))) this.#changed(command);
    for (const command of this.#open.values())
      if (standing(command.row, command.steps).phase === 'waiting') await this.#offer(command, false);
  }

  /** Sends a command that the gateway has not spoken of, where it hears. */
  async #offer(command: Commanded, isNew: boolean): Promise<void> {
    const { row, steps } = command;
    if (steps.length > 0 || !this.#parts.hears(row.farm, row.gateway)) return;
    const sentMs = this.#sentMs.get(row.number) ?? Number.NEGATIVE_INFINITY;
    if (!isNew && this.#parts.clock.monoMs() - sentMs < AGAIN_MS) return;
    if (!row.offered) {
      if (row.lapsed) return;
      // From here on nobody can say that it never left.
      await this.#parts.db.offered(row.number);
      row.offered = true;
    }
    this.#send(command);
  }

  #send({ row: { farm, gateway, number, actuator, value, runS, issuedMs, expiresMs } }: Commanded): void {
    this.#sentMs.set(number, this.#parts.clock.monoMs());
    const message = { v: 1, kind: 'set', number, actuator, value, runS, issuedMs, expiresMs } as const;
    this.#parts.send(farm, gateway, message);
  }

  /** There may be steps among what was committed. */
  look(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#later('steps', async () => {
      this.#looking = false;
      await this.#takeInbox();
    }).catch(() => {});
  }

  async #takeInbox(): Promise<void> {
    const { vault, db } = this.#parts;
    for (;;) {
      const rows = await vault.commandInbox(AT_ONCE);
      if (rows.length === 0) return;
      const steps = rows.flatMap((row) => this.#stepOf(row) ?? []);
      const changed = await db.take(steps);
      for (const state of await db.states()) this.#states.set(keyOf(state), state);
      for (const step of steps) await this.#auditStep(step, changed);
      await vault.commandsTaken(rows);
      this.counts.steps += steps.length;
      for (const command of changed) this.#changed(command);
      for (const farm of new Set(steps.map((s) => s.farm))) this.#parts.live.actuatorsChanged(farm);
      if (rows.length < AT_ONCE) return;
    }
  }

  #stepOf({ farm, gateway, epoch, seq, timeMs, columns }: InboxRow): StepRow | undefined {
    const [number, anchor, code, value] = columns as [number, number, number, number];
    const read = stepOfCode(code);
    const channel = this.#parts.registry.channels(farm, gateway, epoch)?.get(anchor);
    const open = this.#open.get(number);
    const actuator = channel?.device ?? open?.row.actuator;
    if (read === undefined || actuator === undefined || !Number.isSafeInteger(number)) {
      this.counts.unreadable++;
      this.#parts.logger.log('warn', 'a step of a command cannot be read', { farm, gateway, number, anchor, code });
      return undefined;
    }
    return {
      ...{ farm, gateway, epoch, seq, atMs: timeMs, number, actuator, ...read },
      value: Number.isNaN(value) ? null : Math.round(value),
    };
  }

  async #auditStep({ farm, gateway, actuator, number, step, reason, value }: StepRow, changed: readonly Commanded[]) {
    const command = changed.find(({ row }) => row.number === number);
    const details = { ...(command === undefined ? {} : { id: command.row.id }), reason, value };
    await this.#parts.audit(`gateway ${gateway}`, `command.${step}`, farm, `${gateway}/${actuator}`, details, null);
  }

  #changed(command: Commanded): void {
    const { number } = command.row;
    const { phase } = standing(command.row, command.steps);
    if (['waiting', 'acting', 'running', 'unanswered'].includes(phase)) this.#open.set(number, command);
    else {
      this.#open.delete(number);
      this.#sentMs.delete(number);
    }
    this.#tell(command);
  }

  #tell(command: Commanded): void {
    this.#parts.live.commandChanged(command.row.farm, apiCommand(command));
  }

  #later<R>(what: string, run: () => Promise<R>): Promise<R> {
    const result = this.#turn.then(run);
    this.#turn = result.catch((cause) => {
      if (!(cause instanceof KarezError) || cause.retry)
        this.#parts.logger.log('warn', 'commands: something failed and is tried again', { what, cause });
    });
    return result;
  }
}

const keyOf = ({ farm, gateway, actuator }: Pick<StateRow, 'farm' | 'gateway' | 'actuator'>) =>
  `${farm}/${gateway}/${actuator}`;

function apiCommand({ row, steps }: Commanded): ApiCommand {
  const { id, number, gateway, actuator, value, runS, issuedMs, expiresMs, by, note } = row;
  return {
    ...{ id, number, gateway, actuator, value, runS, issuedMs, expiresMs, by, note },
    ...standing(row, steps),
    steps: steps.map(({ atMs, step, reason, value: found }) => ({ atMs, step, reason, value: found })),
  };
}
