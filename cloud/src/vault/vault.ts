/**
 * The vault's work, in the thread that owns the database: each method is one transaction or a read. The parts each have
 * their tables; here is what belongs together.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Inventory } from '@karez/model';
import { transaction } from '../transaction.ts';
import { AlertInbox, type InboxRow } from './alert-inbox.ts';
import { type DirtyHour, DirtyHours } from './dirty.ts';
import { Names } from './names.ts';
import { Quarantine, type QuarantineEntry, type QuarantineRow } from './quarantine.ts';
import { type Range, RangeTable } from './ranges.ts';
import { type LatestRow, ReadingTable, type VaultBatch, type VaultOutcome } from './readings.ts';
import { RollupTable } from './rollups.ts';
import { type GatewayWord, type Heard, type LedgerEntry, Sources } from './sources.ts';
import { createTables } from './tables.ts';

export interface VaultOptions {
  path: string;
  /** Whether readings are kept here, or only the ledger of what another store has committed. */
  keepReadings: boolean;
}

export interface Credential {
  salt: Uint8Array;
  hash: Uint8Array;
}

/** Sequence numbers of one gateway. */
export interface Numbers {
  farm: string;
  gateway: string;
  epoch: string;
  runs: Range[];
}

/** Hours of channels looked at in one piece of rolling up. */
const HOURS_AT_ONCE = 480;

export class Vault {
  readonly #db: DatabaseSync;
  readonly #names: Names;
  readonly #ledger: RangeTable;
  readonly #dirty: DirtyHours;
  readonly #rollups: RollupTable;
  readonly #readings: ReadingTable;
  readonly #quarantine: Quarantine;
  readonly #sources: Sources;
  readonly #inbox: AlertInbox;
  readonly #commands: AlertInbox;

  constructor({ path, keepReadings }: VaultOptions) {
    this.#db = new DatabaseSync(path);
    createTables(this.#db);
    this.#names = new Names(this.#db);
    this.#ledger = new RangeTable(this.#db, 'ledger');
    const refused = new RangeTable(this.#db, 'refused');
    const given = new RangeTable(this.#db, 'given');
    this.#dirty = new DirtyHours(this.#db);
    this.#rollups = new RollupTable(this.#db);
    this.#inbox = new AlertInbox(this.#db);
    this.#commands = new AlertInbox(this.#db, 'command_inbox');
    this.#readings = new ReadingTable(this.#db, {
      ...{ names: this.#names, ledger: this.#ledger, dirty: this.#dirty, keep: keepReadings },
      ...{ inbox: this.#inbox, commandInbox: this.#commands },
    });
    this.#quarantine = new Quarantine(this.#db, this.#names, refused);
    this.#sources = new Sources(this.#db, this.#names, { ledger: this.#ledger, refused, given });
  }

  /** Stores what is new of each batch, with its ledger entry and the newest value of each channel, or nothing at all. */
  commit(batches: readonly VaultBatch[], nowMs: number): VaultOutcome[] {
    return this.#transaction(() => batches.map((batch) => this.#readings.commit(batch, nowMs)));
  }

  /** Rolls up some of the hours that are over at `closedMs`, in one bounded piece of work. @returns whether there are more. */
  rollUp(closedMs: number): boolean {
    const due = this.#dirty.due(closedMs, HOURS_AT_ONCE);
    if (due.length === 0) return false;
    const done = this.#transaction(() => {
      const rolled = this.#rollups.rollUp(due);
      this.#dirty.clean(rolled);
      return rolled;
    });
    const rest = due[done.length];
    if (rest !== undefined) this.#dirty.again(rest);
    return true;
  }

  /** The next hours that are over and not rolled up, for a store that does it itself; to be given back to `rolledUp`. None ends a round. */
  dirtyHours(closedMs: number, most: number): DirtyHour[] {
    return this.#dirty.due(closedMs, most);
  }

  /** What was given out came to nothing: the next piece begins with the oldest hour. */
  dirtyRound(): void {
    this.#dirty.newRound();
  }

  rolledUp(hours: readonly DirtyHour[]): void {
    this.#transaction(() => this.#dirty.clean(hours));
  }

  /** Hours of a channel that are not rolled up, rising. */
  dirtyOf(path: string, fromMs: number, toMs: number): number[] {
    const series = this.#names.knownSeries(path);
    return series === undefined ? [] : this.#dirty.of(series, fromMs, toMs);
  }

  /** The same of many channels. */
  dirtyOfAll(paths: readonly string[], fromMs: number, toMs: number): number[][] {
    return paths.map((path) => this.dirtyOf(path, fromMs, toMs));
  }

  /** How many channels of `farm/gateway` the store would know with these. */
  seriesAfter(gateway: string, paths: readonly string[]): number {
    return this.#names.seriesAfter(gateway, paths);
  }

  /** How many hours of channels are over and not rolled up. */
  dirtyCount(closedMs: number): number {
    return this.#dirty.count(closedMs);
  }

  /** Which of these numbers are in the ledger. */
  known(numbers: readonly Numbers[]): Range[][] {
    return numbers.map(({ farm, gateway, epoch, runs }) => {
      const source = this.#names.knownSource(farm, gateway, epoch);
      return source === undefined ? [] : runs.flatMap((run) => this.#ledger.overlap(source, run));
    });
  }

  /** Transitions of alerts that were committed and not taken yet, at most so many. */
  alertInbox(most: number): InboxRow[] {
    return this.#inbox.rows(most);
  }

  alertsTaken(rows: readonly Pick<InboxRow, 'farm' | 'gateway' | 'epoch' | 'seq'>[]): void {
    this.#transaction(() => this.#inbox.done(rows));
  }

  /** Steps of commands that were committed and not taken yet, at most so many. */
  commandInbox(most: number): InboxRow[] {
    return this.#commands.rows(most);
  }

  commandsTaken(rows: readonly Pick<InboxRow, 'farm' | 'gateway' | 'epoch' | 'seq'>[]): void {
    this.#transaction(() => this.#commands.done(rows));
  }

  latest(): LatestRow[] {
    return this.#readings.latest();
  }

  ledger(words: readonly GatewayWord[]): LedgerEntry[] {
    return this.#sources.ledger(words);
  }

  setInventory(farm: string, gateway: string, inventory: Inventory, receivedMs: number): void {
    this.#transaction(() => this.#sources.setInventory(farm, gateway, inventory, receivedMs));
  }

  inventories(): { farm: string; gateway: string; inventory: Inventory }[] {
    return this.#sources.inventories();
  }

  setWords(words: readonly GatewayWord[], heard: readonly Heard[]): void {
    this.#transaction(() => this.#sources.setWords(words, heard));
  }

  words(): GatewayWord[] {
    return this.#sources.words();
  }

  quarantine(entries: readonly QuarantineEntry[]): void {
    this.#transaction(() => {
      for (const entry of entries) this.#quarantine.add(entry);
    });
  }

  quarantined(farm: string, gateway: string): QuarantineRow[] {
    return this.#quarantine.list(farm, gateway);
  }

  quarantinedOne(
    farm: string,
    gateway: string,
    id: number,
  ): (QuarantineRow & { content: Uint8Array | null }) | undefined {
    return this.#quarantine.one(farm, gateway, id);
  }

  credential(farm: string, gateway: string): Credential | undefined {
    return this.#db.prepare('SELECT salt, hash FROM gateway WHERE farm = ? AND gateway = ?').get(farm, gateway) as
      | Credential
      | undefined;
  }

  setCredential(farm: string, gateway: string, { salt, hash }: Credential, createdMs: number): void {
    this.#db
      .prepare(
        'INSERT INTO gateway (farm, gateway, salt, hash, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET salt = excluded.salt, hash = excluded.hash, created = excluded.created',
      )
      .run(farm, gateway, salt, hash, createdMs);
  }

  gateways(): (Omit<Heard, 'heardMs'> & { heardMs: number | null })[] {
    const rows = this.#db.prepare('SELECT farm, gateway, heard AS heardMs FROM gateway ORDER BY farm, gateway').all();
    return rows as unknown as (Omit<Heard, 'heardMs'> & { heardMs: number | null })[];
  }

  close(): void {
    this.#db.close();
  }

  #transaction<R>(run: () => R): R {
    return transaction(this.#db, run, () => {
      // Ids that were given inside are void with it.
      this.#names.forget();
      this.#dirty.forget();
    });
  }
}
