/**
 * The outbox on disk (outbox.db), in the thread that owns it: people's addresses, and for each what waits to be told. What
 * stands here is told, whatever ends in between; at worst a receiver hears a message twice, with the same id.
 */
import { DatabaseSync } from 'node:sqlite';
import { type Contact, type ContactAddress, type ContactRequest, LIMITS, problem, type Quiet } from '@karez/model';
import { transaction } from '../transaction.ts';
import type { Notice } from './notice.ts';

export interface ContactRow {
  id: number;
  person: number;
  farm: string;
  from: 'info' | 'warning' | 'critical';
  address: ContactAddress;
  quiet: Quiet | null;
}

/** What waits for one address, in the order in which it is to be told. */
export interface Due {
  contact: ContactRow;
  entries: { id: number; notice: Notice; madeMs: number; tries: number }[];
}

export type Ending = 'sent' | 'failed';

const TABLES = `
  CREATE TABLE contact (
    id INTEGER PRIMARY KEY, person INTEGER NOT NULL, farm TEXT NOT NULL, "from" TEXT NOT NULL, address TEXT NOT NULL, quiet TEXT,
    trouble TEXT, last INTEGER, sent INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0);
  CREATE INDEX contact_person ON contact (person);
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, contact INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE, key TEXT NOT NULL, notice TEXT NOT NULL,
    due INTEGER NOT NULL, made INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, ended TEXT, reason TEXT, UNIQUE (contact, key));
  CREATE INDEX outbox_due ON outbox (due) WHERE ended IS NULL;
`;

export class OutboxDb {
  readonly #db: DatabaseSync;

  constructor({ path }: { path: string }) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000',
    );
    const { user_version: version } = this.#db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version > 1) throw new Error(`the outbox was written by a newer Karez (schema ${version}, this one knows 1)`);
    if (version === 0) this.#db.exec(`BEGIN; ${TABLES} PRAGMA user_version = 1; COMMIT`);
  }

  /** @throws KarezError CONFLICT where a person has too many. */
  addContact(person: number, { address, farm, from, quiet }: ContactRequest): number {
    const { n } = this.#db.prepare('SELECT count(*) AS n FROM contact WHERE person = ?').get(person) as { n: number };
    if (n >= LIMITS.contactsPerPerson) throw problem('addresses-full', { most: LIMITS.contactsPerPerson });
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO contact (person, farm, "from", address, quiet) VALUES (?, ?, ?, ?, ?)')
      .run(person, farm, from, JSON.stringify(address), quiet === undefined ? null : JSON.stringify(quiet));
    return Number(lastInsertRowid);
  }

  removeContact(id: number, person: number): boolean {
    return this.#db.prepare('DELETE FROM contact WHERE id = ? AND person = ?').run(id, person).changes > 0;
  }

  contact(id: number, person: number): ContactRow | undefined {
    const row = this.#db.prepare('SELECT * FROM contact WHERE id = ? AND person = ?').get(id, person);
    return row === undefined ? undefined : contactOf(row);
  }

  contactsOf(person: number): ContactRow[] {
    return this.#db.prepare('SELECT * FROM contact WHERE person = ? ORDER BY id').all(person).map(contactOf);
  }

  /** As the person sees them. */
  shown(person: number): Contact[] {
    return this.#db
      .prepare(
        'SELECT *, (SELECT count(*) FROM outbox WHERE contact = contact.id AND ended IS NULL) AS waiting FROM contact WHERE person = ? ORDER BY id',
      )
      .all(person)
      .map((row) => {
        const { id, farm, from, address, quiet } = contactOf(row);
        const { sent, failed, waiting, last, trouble } = row as Record<string, number | null> & {
          trouble: string | null;
        };
        const counts = { sent: sent as number, failed: failed as number, waiting: waiting as number };
        return {
          id,
          kind: address.kind,
          shown: shownOf(address),
          farm,
          from,
          quiet,
          ...counts,
          lastMs: last ?? null,
          trouble,
        };
      });
  }

  /** Puts notices in; one that is there already for an address stays as it is. */
  add(entries: readonly { contact: number; notice: Notice; dueMs: number }[], nowMs: number): void {
    transaction(this.#db, () => {
      const insert = this.#db.prepare(
        'INSERT OR IGNORE INTO outbox (contact, key, notice, due, made) VALUES (?, ?, ?, ?, ?)',
      );
      for (const { contact, notice, dueMs } of entries)
        insert.run(contact, notice.id, JSON.stringify(notice), dueMs, nowMs);
    });
  }

  /** What is due, by address; of each all that waits, so that what waited together is told together. */
  due(nowMs: number, mostContacts: number): Due[] {
    const ids = this.#db
      .prepare('SELECT DISTINCT contact FROM outbox WHERE ended IS NULL AND due <= ? ORDER BY due LIMIT ?')
      .all(nowMs, mostContacts) as { contact: number }[];
    return ids.map(({ contact }) => {
      const row = this.#db.prepare('SELECT * FROM contact WHERE id = ?').get(contact);
      const entries = this.#db
        .prepare(
          'SELECT id, notice, made AS madeMs, tries FROM outbox WHERE contact = ? AND ended IS NULL AND due <= ? ORDER BY id',
        )
        .all(contact, nowMs) as { id: number; notice: string; madeMs: number; tries: number }[];
      return {
        contact: contactOf(row),
        entries: entries.map(({ notice, ...entry }) => ({ ...entry, notice: JSON.parse(notice) as Notice })),
      };
    });
  }

  /** When the next is due; null where nothing waits. */
  nextMs(): number | null {
    return (
      this.#db.prepare('SELECT min(due) AS next FROM outbox WHERE ended IS NULL').get() as { next: number | null }
    ).next;
  }

  ended(contact: number, ids: readonly number[], ending: Ending, reason: string | null, nowMs: number): void {
    transaction(this.#db, () => {
      const end = this.#db.prepare('UPDATE outbox SET ended = ?, reason = ?, tries = tries + 1 WHERE id = ?');
      for (const id of ids) end.run(ending, reason, id);
      const counter = ending === 'sent' ? 'sent' : 'failed';
      this.#db
        .prepare(`UPDATE contact SET ${counter} = ${counter} + ?, last = ?, trouble = ? WHERE id = ?`)
        .run(ids.length, nowMs, reason, contact);
      this.#db
        .prepare(
          'DELETE FROM outbox WHERE ended IS NOT NULL AND id IN (SELECT id FROM outbox WHERE contact = ? AND ended IS NOT NULL ORDER BY id DESC LIMIT -1 OFFSET ?)',
        )
        .run(contact, LIMITS.rememberedNotices);
    });
  }

  later(contact: number, ids: readonly number[], dueMs: number, reason: string): void {
    transaction(this.#db, () => {
      const put = this.#db.prepare('UPDATE outbox SET due = ?, tries = tries + 1, reason = ? WHERE id = ?');
      for (const id of ids) put.run(dueMs, reason, id);
      this.#db.prepare('UPDATE contact SET trouble = ? WHERE id = ?').run(reason, contact);
    });
  }

  close(): void {
    this.#db.close();
  }
}

function contactOf(row: unknown): ContactRow {
  const { id, person, farm, from, address, quiet } = row as Record<'id' | 'person', number> &
    Record<'farm' | 'address', string> & {
      from: ContactRow['from'];
      quiet: string | null;
    };
  return {
    ...{ id, person, farm, from, address: JSON.parse(address) as ContactAddress },
    quiet: quiet === null ? null : (JSON.parse(quiet) as Quiet),
  };
}

/** An address without what is secret in it. */
function shownOf(address: ContactAddress): string {
  switch (address.kind) {
    case 'email':
      return address.to;
    case 'webhook':
      return new URL(address.url).origin;
    case 'ntfy':
      return `${address.server} ${address.topic}`;
    case 'dingtalk':
      return `…${address.token.slice(-4)}`;
    case 'wecom':
      return `…${address.key.slice(-4)}`;
    case 'feishu':
      return `…${address.hook.slice(-4)}`;
  }
}
