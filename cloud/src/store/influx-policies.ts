/**
 * Database and retention policies in InfluxDB: made where they are missing, one policy for each level of rolled-up history, and told
 * to boards. What is there stays as it is: an operator may let minutes go after two years.
 */
import { type Clock, KarezError, messageOf } from '@karez/model';
import type { InfluxDB } from 'influx';
import { LEVELS, policies } from '../rollup/levels.ts';
import type { InfluxAddress } from './influx-address.ts';
import { answered, type InfluxHttp, unavailable } from './influx-http.ts';
import type { InfluxNotes } from './influx-notes.ts';
import { type InfluxServer, serverAt } from './influx-server.ts';

const TOLD_EVERY_MS = 6 * 3_600_000;
/** Words of servers that have no such statement, or do not let this login use it. */
const NEVER = /not implemented|unsupported|not supported|method not allowed|unauthorized|forbidden|parse/i;

export interface PolicyParts {
  address: InfluxAddress;
  influx: InfluxDB;
  http: InfluxHttp;
  notes: InfluxNotes;
  clock: Clock;
  limitMs: number;
  /** Told why, in words, where history is not rolled up. */
  late(error: unknown): void;
}

export class InfluxPolicies {
  readonly #parts: PolicyParts;
  readonly #stop: () => void;
  #server: InfluxServer | undefined;
  #refused: boolean;
  #made = false;

  constructor(parts: PolicyParts) {
    this.#parts = parts;
    this.#refused = !parts.address.rollups;
    this.#stop = parts.clock.every(TOLD_EVERY_MS, () => this.#tell());
  }

  /** Whether history is read rolled up: it was rolled up here at least once. */
  get rolling(): boolean {
    return this.#made;
  }

  /** Whether the server answers questions at all. @throws KarezError STORE_UNAVAILABLE where it does not say. */
  async answers(): Promise<boolean> {
    this.#server ??= await serverAt(this.#parts.http, this.#parts.address.database);
    return this.#server.answers;
  }

  /** @throws KarezError STORE_UNAVAILABLE from a server that is only written to. */
  async mustAnswer(): Promise<void> {
    if (await this.answers()) return;
    const words = 'the store takes readings and answers no InfluxQL; ask it in its own language';
    throw new KarezError('STORE_UNAVAILABLE', words, { where: 'influx' });
  }

  /** Something was missing there: the next piece of rolling up looks again. */
  doubt(): void {
    this.#server = undefined;
  }

  /** Makes what is missing. @returns whether history is rolled up here; where it is not, that was said once. */
  async make(): Promise<boolean> {
    if (this.#refused || (this.#made && this.#server !== undefined)) return !this.#refused;
    const { address, influx, limitMs, late } = this.#parts;
    const { database, keep } = address;
    if (!(await this.answers())) return this.#refuse('it answers no InfluxQL');
    for (const { name } of LEVELS) {
      if (this.#server?.policies.has(name)) continue;
      const made = influx.createRetentionPolicy(name, { database, duration: 'INF', replication: 1, isDefault: false });
      try {
        await answered(made, limitMs);
      } catch (cause) {
        this.#server = undefined;
        if (NEVER.test(messageOf(cause))) return this.#refuse(messageOf(cause));
        // The database itself may be gone.
        await answered(influx.createDatabase(database), limitMs).catch(late);
        throw unavailable('InfluxDB made no retention policy', cause);
      }
    }
    if (keep !== undefined)
      await answered(
        influx.alterRetentionPolicy('autogen', { database, duration: keep, replication: 1, isDefault: true }),
        limitMs,
      );
    this.#made = true;
    this.#tell();
    return true;
  }

  #refuse(why: string): false {
    this.#refused = true;
    this.#parts.late(new Error(`InfluxDB makes no retention policies, so history is not rolled up: ${why}`));
    this.#tell();
    return false;
  }

  /** For boards: they look up which policy suits their range. Said again now and then, since notes may be dropped with age. */
  #tell(): void {
    const timeMs = Math.round(this.#parts.clock.wallMs());
    for (const { rp, fromMs, toMs } of policies(this.#made))
      this.#parts.notes.take({
        ...{ measurement: 'rollup_policy', tags: { level: rp }, timeMs },
        fields: { rp, from_ms: fromMs, to_ms: toMs },
      });
  }

  close(): void {
    this.#stop();
  }
}
