/**
 * What each gateway said of itself in each of its epochs: inventory, last status, the sequence numbers that it has given;
 * and, beside that, what of them the cloud has: the proof that nothing is missing.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type GatewayStatus, type Inventory, LIMITS } from '@karez/model';
import type { Names } from './names.ts';
import { joined, missingFrom, type Range, type RangeTable, sizeOf } from './ranges.ts';

export interface GatewayWord {
  farm: string;
  gateway: string;
  status: GatewayStatus;
  heardMs: number;
}

/** When anything was last heard of a gateway. */
export interface Heard {
  farm: string;
  gateway: string;
  heardMs: number;
}

export interface LedgerEntry {
  farm: string;
  gateway: string;
  epoch: string;
  /** The newest ranges stored. */
  ranges: Range[];
  stored: number;
  quarantined: number;
  conflicts: number;
  /** How many numbers the gateway says it has given; 0 where it said nothing yet. */
  given: number;
  /** The oldest ranges of them that are neither stored nor in quarantine. */
  missing: Range[];
  missingReadings: number;
}

const SHOWN_RANGES = 1_000;
const SHOWN_GAPS = 100;

export class Sources {
  readonly #names: Names;
  readonly #ledger: RangeTable;
  readonly #refused: RangeTable;
  readonly #given: RangeTable;
  readonly #all: StatementSync;
  readonly #setInventory: StatementSync;
  readonly #forgetInventories: StatementSync;
  readonly #forgetStatuses: StatementSync;
  readonly #inventories: StatementSync;
  readonly #setStatus: StatementSync;
  readonly #setGiven: StatementSync;
  readonly #setHeard: StatementSync;

  constructor(db: DatabaseSync, names: Names, tables: { ledger: RangeTable; refused: RangeTable; given: RangeTable }) {
    this.#names = names;
    this.#ledger = tables.ledger;
    this.#refused = tables.refused;
    this.#given = tables.given;
    this.#all = db.prepare('SELECT id, farm, gateway, epoch, conflicts, status, heard FROM source ORDER BY id');
    this.#setInventory = db.prepare('UPDATE source SET inventory = ?, received = ? WHERE id = ?');
    const forget = (what: string, when: string) =>
      db.prepare(
        `UPDATE source SET ${what} = NULL WHERE id IN (
           SELECT id FROM source WHERE farm = ? AND gateway = ? AND ${what} IS NOT NULL ORDER BY ${when} DESC, id DESC LIMIT -1 OFFSET ?)`,
      );
    this.#forgetInventories = forget('inventory', 'received');
    this.#forgetStatuses = forget('status', 'heard');
    this.#inventories = db.prepare(
      'SELECT farm, gateway, inventory FROM source WHERE inventory IS NOT NULL ORDER BY received, id',
    );
    this.#setStatus = db.prepare('UPDATE source SET status = ?, heard = ? WHERE id = ?');
    this.#setHeard = db.prepare('UPDATE gateway SET heard = ? WHERE farm = ? AND gateway = ?');
    this.#setGiven = db.prepare(
      'INSERT INTO given (source, first, last) VALUES (?, ?, ?) ON CONFLICT (source, first) DO UPDATE SET last = max(last, excluded.last)',
    );
  }

  setInventory(farm: string, gateway: string, inventory: Inventory, receivedMs: number): void {
    const source = this.#names.source(farm, gateway, inventory.epoch);
    this.#setInventory.run(JSON.stringify(inventory), receivedMs, source);
    this.#forgetInventories.run(farm, gateway, LIMITS.epochsPerGateway);
  }

  /** Every inventory, the newest of each gateway last. */
  inventories(): { farm: string; gateway: string; inventory: Inventory }[] {
    const rows = this.#inventories.all() as { farm: string; gateway: string; inventory: string }[];
    return rows.map((r) => ({ ...r, inventory: JSON.parse(r.inventory) as Inventory }));
  }

  /** Keeps the last words of gateways, and when they were heard; within a transaction of the caller. */
  setWords(words: readonly GatewayWord[], heard: readonly Heard[]): void {
    for (const { farm, gateway, heardMs } of heard) this.#setHeard.run(heardMs, farm, gateway);
    for (const { farm, gateway, status, heardMs } of words) {
      const source = this.#names.source(farm, gateway, status.epoch);
      this.#setStatus.run(JSON.stringify(status), heardMs, source);
      this.#forgetStatuses.run(farm, gateway, LIMITS.epochsPerGateway);
      for (const [first, last] of status.segments) this.#setGiven.run(source, first, last);
    }
  }

  /** The last word of each gateway in each epoch. */
  words(): GatewayWord[] {
    return this.#sources()
      .filter((s) => s.status !== null)
      .map(({ farm, gateway, status, heard }) => ({
        ...{ farm, gateway, status: JSON.parse(status as string) as GatewayStatus, heardMs: heard ?? 0 },
      }));
  }

  /** What is stored of every source, and what of the numbers given is not; `words` are newer than what is kept. */
  ledger(words: readonly GatewayWord[]): LedgerEntry[] {
    const newer = new Map(words.map((w) => [`${w.farm}/${w.gateway}/${w.status.epoch}`, w.status.segments as Range[]]));
    return this.#sources().map(({ id, farm, gateway, epoch, conflicts }) => {
      const given = joined([...this.#given.all(id), ...(newer.get(`${farm}/${gateway}/${epoch}`) ?? [])]);
      const there = given.length === 0 ? [] : joined([...this.#ledger.all(id), ...this.#refused.all(id)]);
      const missing = missingFrom(given, there);
      return {
        ...{ farm, gateway, epoch, conflicts },
        ranges: this.#ledger.newest(id, SHOWN_RANGES),
        stored: this.#ledger.size(id),
        quarantined: this.#refused.size(id),
        given: sizeOf(given),
        missing: missing.slice(0, SHOWN_GAPS),
        missingReadings: sizeOf(missing),
      };
    });
  }

  #sources() {
    return this.#all.all() as {
      id: number;
      farm: string;
      gateway: string;
      epoch: string;
      conflicts: number;
      status: string | null;
      heard: number | null;
    }[];
  }
}
