/** The work on the tables of people, in the thread that owns the file: each method is one transaction or a read. */
import { DatabaseSync } from 'node:sqlite';
import {
  type AuditEntry,
  EVERY_FARM,
  LIMITS,
  type Member,
  problem,
  type Right,
  type Role,
  type Roles,
} from '@karez/model';
import { transaction } from '../transaction.ts';
import { createPeopleTables } from './people-tables.ts';

export interface PersonRow {
  id: number;
  login: string;
  name: string;
  language: 'en' | 'zh';
  hash: string;
}

export interface TokenRow {
  id: number;
  person: number | null;
  name: string;
  farm: string;
  rights: Right[];
  createdMs: number;
  expiresMs: number | null;
  lastMs: number | null;
}

export interface InviteRow {
  id: number;
  farm: string;
  role: Role;
  /** Whose password the link sets anew; null for somebody new. */
  person: number | null;
  by: string;
  expiresMs: number;
}

export type NewAudit = Omit<AuditEntry, 'id'>;

const PERSON = 'id, login, name, language, hash';
const TOKEN = 'id, person, name, farm, rights, created AS createdMs, expires AS expiresMs, last AS lastMs';
const INVITE = 'id, farm, role, person, by, expires AS expiresMs';
const AUDIT = 'id, at AS atMs, who, action, farm, subject, details, address';

export class PeopleDb {
  readonly #db: DatabaseSync;

  constructor({ path }: { path: string }) {
    this.#db = new DatabaseSync(path);
    createPeopleTables(this.#db);
  }

  count(): number {
    return (this.#db.prepare('SELECT count(*) AS n FROM person').get() as { n: number }).n;
  }

  personByLogin(login: string): PersonRow | undefined {
    return this.#db.prepare(`SELECT ${PERSON} FROM person WHERE login = ?`).get(login) as PersonRow | undefined;
  }

  person(id: number): PersonRow | undefined {
    return this.#db.prepare(`SELECT ${PERSON} FROM person WHERE id = ?`).get(id) as PersonRow | undefined;
  }

  /** @throws KarezError LOGIN_REFUSED where there is no such invitation any more. */
  checkInvite(hash: Uint8Array, nowMs: number): InviteRow {
    const invite = this.#db.prepare(`SELECT ${INVITE} FROM invite WHERE hash = ? AND expires > ?`).get(hash, nowMs);
    if (invite !== undefined) return invite as unknown as InviteRow;
    throw problem('link-used', {}, 'body.code');
  }

  /**
   * Uses up an invitation: somebody new with its role, or a role more, or a new password for the one it names.
   * @throws KarezError LOGIN_REFUSED where the link is used up or over, CONFLICT where the name is taken.
   */
  welcome(
    inviteHash: Uint8Array,
    { login, name, language, hash }: { login?: string; name?: string; language: string; hash: string },
    audit: NewAudit,
  ): PersonRow {
    return transaction(this.#db, () => {
      const invite = this.checkInvite(inviteHash, audit.atMs);
      this.#db.prepare('DELETE FROM invite WHERE id = ?').run(invite.id);
      let id = invite.person;
      if (id === null) {
        if (login === undefined || name === undefined)
          throw problem('login-and-name-needed', {}, login === undefined ? 'body.login' : 'body.name');
        if (this.count() >= LIMITS.people) throw problem('people-full', { most: LIMITS.people });
        if (this.personByLogin(login) !== undefined) throw problem('name-taken', { login }, 'body.login');
        id = Number(
          this.#db
            .prepare('INSERT INTO person (login, name, language, hash, created) VALUES (?, ?, ?, ?, ?)')
            .run(login, name, language, hash, audit.atMs).lastInsertRowid,
        );
        this.#setRole(id, invite.farm, invite.role);
      } else {
        this.#db.prepare('UPDATE person SET hash = ? WHERE id = ?').run(hash, id);
        this.#db.prepare('DELETE FROM session WHERE person = ?').run(id);
      }
      const person = this.person(id) as PersonRow;
      this.#audit({ ...audit, who: person.login, farm: invite.farm, subject: invite.role });
      return person;
    });
  }

  setPerson(
    id: number,
    { name, language, hash }: { name?: string; language?: string; hash?: string },
    audit: NewAudit,
  ): void {
    transaction(this.#db, () => {
      this.#db
        .prepare(
          'UPDATE person SET name = coalesce(?, name), language = coalesce(?, language), hash = coalesce(?, hash) WHERE id = ?',
        )
        .run(name ?? null, language ?? null, hash ?? null, id);
      if (hash !== undefined) this.#db.prepare('DELETE FROM session WHERE person = ?').run(id);
      this.#audit(audit);
    });
  }

  roles(person: number): Roles {
    const rows = this.#db.prepare('SELECT farm, role FROM role WHERE person = ?').all(person) as {
      farm: string;
      role: Role;
    }[];
    return Object.fromEntries(rows.map(({ farm, role }) => [farm, role]));
  }

  /** Everybody with a role in a farm, or in every one. */
  members(farm: string): Member[] {
    const rows = this.#db
      .prepare(
        `SELECT id, login, name, language, last AS lastMs, role, role.farm = ? AS everyFarm FROM person JOIN role ON role.person = person.id
         WHERE role.farm IN (?, ?) ORDER BY name, id`,
      )
      .all(EVERY_FARM, farm, EVERY_FARM) as unknown as (Omit<Member, 'everyFarm'> & { everyFarm: number })[];
    return rows.map((row) => ({ ...row, everyFarm: row.everyFarm === 1 }));
  }

  /** Gives, changes or (null) takes a role. @throws KarezError CONFLICT where nobody would own the farm any more. */
  setRole(person: number, farm: string, role: Role | null, audit: NewAudit): void {
    transaction(this.#db, () => {
      if (role === null) this.#db.prepare('DELETE FROM role WHERE person = ? AND farm = ?').run(person, farm);
      else this.#setRole(person, farm, role);
      const owners = this.members(farm).filter((member) => member.role === 'owner').length;
      if (owners === 0) throw problem('owner-last', {}, 'body.role');
      this.#audit(audit);
    });
  }

  #setRole(person: number, farm: string, role: Role): void {
    this.#db
      .prepare('INSERT INTO role (person, farm, role) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET role = excluded.role')
      .run(person, farm, role);
  }

  addSession(hash: Uint8Array, person: number, audit: NewAudit): void {
    transaction(this.#db, () => {
      this.#db
        .prepare('INSERT INTO session (hash, person, created, last) VALUES (?, ?, ?, ?)')
        .run(hash, person, audit.atMs, audit.atMs);
      this.#db.prepare('UPDATE person SET last = ? WHERE id = ?').run(audit.atMs, person);
      this.#db
        .prepare(
          'DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE person = ? ORDER BY last DESC LIMIT -1 OFFSET ?)',
        )
        .run(person, LIMITS.sessionsPerPerson);
      this.#audit(audit);
    });
  }

  /** The person of a session that is neither idle nor old beyond its limits; marks it as used. */
  session(hash: Uint8Array, nowMs: number, idleMs: number, longestMs: number): PersonRow | undefined {
    const row = this.#db
      .prepare('SELECT person, last FROM session WHERE hash = ? AND last > ? AND created > ?')
      .get(hash, nowMs - idleMs, nowMs - longestMs) as { person: number; last: number } | undefined;
    if (row === undefined) return undefined;
    // Written once an hour at most: a page asks every few seconds.
    if (nowMs - row.last > 3_600_000) this.#touch('UPDATE session SET last = ? WHERE hash = ?', nowMs, hash);
    return this.person(row.person);
  }

  endSession(hash: Uint8Array, audit: NewAudit): void {
    transaction(this.#db, () => {
      this.#db.prepare('DELETE FROM session WHERE hash = ?').run(hash);
      this.#audit(audit);
    });
  }

  /** @throws KarezError CONFLICT where there are too many. */
  addToken(hash: Uint8Array, token: Omit<TokenRow, 'id' | 'lastMs'>, audit: NewAudit): number {
    return transaction(this.#db, () => {
      const { n } = this.#db.prepare('SELECT count(*) AS n FROM token WHERE person IS ?').get(token.person) as {
        n: number;
      };
      if (n >= LIMITS.tokensPerPerson) throw problem('tokens-full', { most: LIMITS.tokensPerPerson });
      const { lastInsertRowid } = this.#db
        .prepare('INSERT INTO token (hash, person, name, farm, rights, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(
          hash,
          token.person,
          token.name,
          token.farm,
          JSON.stringify(token.rights),
          token.createdMs,
          token.expiresMs,
        );
      this.#audit(audit);
      return Number(lastInsertRowid);
    });
  }

  token(hash: Uint8Array, nowMs: number): TokenRow | undefined {
    const row = this.#db
      .prepare(`SELECT ${TOKEN} FROM token WHERE hash = ? AND coalesce(expires > ?, 1)`)
      .get(hash, nowMs);
    if (row === undefined) return undefined;
    const token = tokenOf(row);
    if (nowMs - (token.lastMs ?? 0) > 3_600_000) this.#touch('UPDATE token SET last = ? WHERE id = ?', nowMs, token.id);
    return token;
  }

  tokens(person: number): TokenRow[] {
    return this.#db.prepare(`SELECT ${TOKEN} FROM token WHERE person = ? ORDER BY id`).all(person).map(tokenOf);
  }

  /** Whether there was one. */
  removeToken(id: number, person: number, audit: NewAudit): boolean {
    return transaction(this.#db, () => {
      const { changes } = this.#db.prepare('DELETE FROM token WHERE id = ? AND person = ?').run(id, person);
      if (changes > 0) this.#audit(audit);
      return changes > 0;
    });
  }

  /** @throws KarezError CONFLICT where there are too many open ones. */
  addInvite(hash: Uint8Array, { farm, role, person, by, expiresMs }: Omit<InviteRow, 'id'>, audit: NewAudit): number {
    return transaction(this.#db, () => {
      this.#db.prepare('DELETE FROM invite WHERE expires <= ?').run(audit.atMs);
      if (this.invites(farm).length >= LIMITS.invitesPerFarm)
        throw problem('invites-full', { most: LIMITS.invitesPerFarm });
      const { lastInsertRowid } = this.#db
        .prepare('INSERT INTO invite (hash, farm, role, person, by, expires) VALUES (?, ?, ?, ?, ?, ?)')
        .run(hash, farm, role, person, by, expiresMs);
      this.#audit(audit);
      return Number(lastInsertRowid);
    });
  }

  invites(farm: string): InviteRow[] {
    return this.#db
      .prepare(`SELECT ${INVITE} FROM invite WHERE farm = ? ORDER BY id`)
      .all(farm) as unknown as InviteRow[];
  }

  /** Whether there was one. */
  removeInvite(id: number, farm: string, audit: NewAudit): boolean {
    return transaction(this.#db, () => {
      const { changes } = this.#db.prepare('DELETE FROM invite WHERE id = ? AND farm = ?').run(id, farm);
      if (changes > 0) this.#audit(audit);
      return changes > 0;
    });
  }

  audit(entry: NewAudit): void {
    this.#audit(entry);
  }

  /** Entries of a farm and of the whole server, newest first, before the id `before`. */
  audited(farm: string, before: number, most: number): AuditEntry[] {
    return this.#db
      .prepare(`SELECT ${AUDIT} FROM audit WHERE farm IN (?, ?) AND id < ? ORDER BY id DESC LIMIT ?`)
      .all(farm, EVERY_FARM, before, most) as unknown as AuditEntry[];
  }

  #audit({ atMs, who, action, farm, subject, details, address }: NewAudit): void {
    this.#db
      .prepare('INSERT INTO audit (at, who, action, farm, subject, details, address) VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(atMs, who, action, farm, subject, details, address);
  }

  /** Marks something as used; a full disk keeps nobody out. */
  #touch(statement: string, ...values: (number | Uint8Array)[]): void {
    try {
      this.#db.prepare(statement).run(...values);
    } catch {
      // It is marked at the next use.
    }
  }

  close(): void {
    this.#db.close();
  }
}

function tokenOf(row: unknown): TokenRow {
  const token = row as Omit<TokenRow, 'rights'> & { rights: string };
  return { ...token, rights: JSON.parse(token.rights) as Right[] };
}
