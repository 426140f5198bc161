/**
 * People and what they may do, as the API needs it: logging in and out, who asks, first start, invitations, tokens, roles.
 * There is no default password: while nobody exists, the server prints a link that makes its first owner, once.
 */
import {
  type AuditEntry,
  type Clock,
  EVERY_FARM,
  type InviteRequest,
  KarezError,
  LIMITS,
  type Member,
  type MeRequest,
  may,
  type Person,
  problem,
  type Right,
  type Role,
  type Roles,
  type TokenInfo,
  type TokenRequest,
  type WelcomeRequest,
} from '@karez/model';
import type { OpenPeopleDb } from './open-people-db.ts';
import { hashPassword, isPassword, makeSecret, secretHash } from './passwords.ts';
import type { NewAudit, PersonRow } from './people-db.ts';
import { Tries } from './tries.ts';

/** Who asks. */
export interface Asker {
  /** Login, or `token NAME`: as written into the audit log. */
  who: string;
  person: Person | null;
  roles: Roles;
  /** What a token allows at most; a session allows what its person may. */
  only?: { farm: string; rights: readonly Right[] };
  /** Of a session: what a request that changes something has to bring. */
  csrf: string | null;
}

const DAY_MS = 86_400_000;
const INVITE_DAYS = 7;
const AUDIT_ENTRIES = 200;
const TOKEN_MARK = 'karez_';
/** Answers about who asks are remembered so long: what another process changes is seen after it. */
const REMEMBER_MS = 10_000;
const REMEMBERED = 2_000;

/** Whether who asks has a right in a farm. */
export function allowed({ roles, only }: Asker, right: Right, farm: string): boolean {
  if (only !== undefined && (!only.rights.includes(right) || (only.farm !== farm && only.farm !== EVERY_FARM)))
    return false;
  return may(roles, right, farm);
}

export class People {
  readonly #db: OpenPeopleDb;
  readonly #clock: Clock;
  readonly #tries: Tries;
  readonly #known = new Map<string, { asker: Asker | undefined; untilMs: number }>();
  readonly #gone = new Set<() => void>();
  #isEmpty = true;
  /** Counts changes, so that an answer found before one is not remembered after it. */
  #changes = 0;

  constructor(db: OpenPeopleDb, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#tries = new Tries(clock);
  }

  /** While nobody exists: the code of a link that makes the first owner. A new one each start; the old ones end. */
  async firstCode(): Promise<string | undefined> {
    if (!(await this.isEmpty())) return undefined;
    for (const { id } of await this.#db.invites(EVERY_FARM))
      await this.#db.removeInvite(id, EVERY_FARM, this.#entry('system', 'invite.remove', EVERY_FARM));
    return this.#makeInvite(EVERY_FARM, 'owner', null, 'system', INVITE_DAYS);
  }

  async isEmpty(): Promise<boolean> {
    if (this.#isEmpty) this.#isEmpty = (await this.#db.count()) === 0;
    return this.#isEmpty;
  }

  /** @throws KarezError LOGIN_REFUSED, TOO_MANY_TRIES, BUSY. @returns the session's secret, for a cookie. */
  async login(login: string, password: string, address: string): Promise<string> {
    const name = folded(login);
    this.#tries.check(name, address);
    const row = await this.#db.personByLogin(name);
    if (!(await isPassword(password, row?.hash)) || row === undefined) {
      this.#tries.wrong(name, address);
      await this.#db.audit(this.#entry(name, 'login.refused', EVERY_FARM, null, null, address));
      throw problem('password-wrong', {}, 'body.password');
    }
    this.#tries.right(name);
    return this.#open(row, 'login', address);
  }

  /** A new person, or an old one's new password, by a one-time link. @returns the session's secret. */
  async welcome({ code, login, name, password, language }: WelcomeRequest, address: string): Promise<string> {
    this.#tries.check('', address);
    try {
      await this.#db.checkInvite(secretHash(code), this.#now());
      const row = await this.#db.welcome(
        secretHash(code),
        {
          ...(login === undefined ? {} : { login: folded(login) }),
          ...(name === undefined ? {} : { name }),
          ...{ language: language ?? 'en', hash: await hashPassword(password) },
        },
        this.#entry('', 'welcome', null, null, null, address),
      );
      this.#forget();
      return await this.#open(row, 'login', address);
    } catch (error) {
      if (error instanceof KarezError && error.code === 'LOGIN_REFUSED') this.#tries.wrong('', address);
      throw error;
    }
  }

  async logout(secret: string, who: string, address: string): Promise<void> {
    await this.#db.endSession(secretHash(secret), this.#entry(who, 'logout', EVERY_FARM, null, null, address));
    this.#forget();
  }

  /** Who asks by a session's secret; undefined where it is over. */
  askerOfSession(secret: string): Promise<Asker | undefined> {
    return this.#remembered(secret, async () => {
      const row = await this.#db.session(
        ...([secretHash(secret), this.#now(), LIMITS.sessionIdleDays * DAY_MS, LIMITS.sessionDays * DAY_MS] as const),
      );
      if (row === undefined) return undefined;
      const csrf = secretHash(`csrf ${secret}`).toString('base64url');
      return { who: row.login, person: personOf(row), roles: await this.#db.roles(row.id), csrf };
    });
  }

  /** Who asks by a token; undefined where it is not known or over. Its person's roles bound it at each use. */
  askerOfToken(text: string): Promise<Asker | undefined> {
    if (!text.startsWith(TOKEN_MARK)) return Promise.resolve(undefined);
    return this.#remembered(text, async () => {
      const token = await this.#db.token(secretHash(text), this.#now());
      if (token === undefined) return undefined;
      const { farm, rights } = token;
      const roles: Roles = token.person === null ? { [farm]: 'owner' } : await this.#db.roles(token.person);
      return { who: `token ${token.name}`, person: null, roles, only: { farm, rights }, csrf: null };
    });
  }

  /** Calls `gone` when who may what has changed: live pages then ask again who they are. @returns stops it. */
  onChange(gone: () => void): () => void {
    this.#gone.add(gone);
    return () => this.#gone.delete(gone);
  }

  members(farm: string): Promise<Member[]> {
    return this.#db.members(farm);
  }

  /** @throws KarezError NOT_FOUND, CONFLICT. */
  async setRole(by: Asker, farm: string, id: number, role: Role | null, address: string): Promise<void> {
    const row = await this.#db.person(id);
    const before = (await this.#db.roles(id))[farm];
    if (row === undefined || (before === undefined && !(await this.#db.members(farm)).some((m) => m.id === id)))
      throw problem('person-unknown', { person: id }, 'params.person');
    await this.#db.setRole(
      id,
      farm,
      role,
      this.#entry(by.who, 'role', farm, row.login, { before: before ?? null, after: role }, address),
    );
    this.#forget();
  }

  /** @returns the code of a link, to be shown once. */
  async invite(by: Asker, farm: string, { role, days }: InviteRequest, address: string): Promise<string> {
    return this.#makeInvite(farm, role, null, by.who, days ?? INVITE_DAYS, address);
  }

  async invites(farm: string) {
    return (await this.#db.invites(farm)).map(({ id, role, by, expiresMs }) => ({ id, role, by, expiresMs }));
  }

  async removeInvite(by: Asker, farm: string, id: number, address: string): Promise<void> {
    if (!(await this.#db.removeInvite(id, farm, this.#entry(by.who, 'invite.remove', farm, String(id), null, address))))
      throw problem('invite-unknown', { invite: id }, 'params.invite');
  }

  /** A link by which somebody sets a new password. @throws KarezError NOT_FOUND. */
  async resetLink(login: string, by: string): Promise<string> {
    const row = await this.#db.personByLogin(folded(login));
    if (row === undefined) throw new KarezError('NOT_FOUND', `there is nobody called "${login}"`, { where: 'login' });
    return this.#makeInvite(EVERY_FARM, 'viewer', row.id, by, 1);
  }

  /** @throws KarezError LOGIN_REFUSED where the old password is wrong. */
  async setMe(by: Asker, { name, language, password, oldPassword }: MeRequest, address: string): Promise<void> {
    const id = personIdOf(by);
    let hash: string | undefined;
    if (password !== undefined) {
      this.#tries.check(by.who, address);
      if (!(await isPassword(oldPassword ?? '', (await this.#db.person(id))?.hash))) {
        this.#tries.wrong(by.who, address);
        throw problem('old-password-wrong', {}, 'body.oldPassword');
      }
      hash = await hashPassword(password);
    }
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(language === undefined ? {} : { language }),
      ...(hash === undefined ? {} : { hash }),
    };
    const details = { name, language, password: hash === undefined ? undefined : 'changed' };
    await this.#db.setPerson(id, change, this.#entry(by.who, 'person', EVERY_FARM, by.who, details, address));
    this.#forget();
  }

  /** @throws KarezError NOT_AUTHORISED where the person has not these rights. @returns the token, to be shown once. */
  async addToken(by: Asker, { name, farm, rights, days }: TokenRequest, address: string): Promise<string> {
    const lacking = rights.find((right) => !may(by.roles, right, farm));
    if (lacking !== undefined) throw problem('right-lacking', { right: lacking }, 'body.rights');
    return this.#makeToken(
      personIdOf(by),
      by.who,
      { name, farm, rights, ...(days === undefined ? {} : { days }) },
      address,
    );
  }

  /** A token of nobody, for a machine; only from the command line. */
  machineToken(request: TokenRequest): Promise<string> {
    return this.#makeToken(null, 'system', request, null);
  }

  async tokens(by: Asker): Promise<TokenInfo[]> {
    return (await this.#db.tokens(personIdOf(by))).map(({ person: _, ...token }) => token);
  }

  async removeToken(by: Asker, id: number, address: string): Promise<void> {
    if (
      !(await this.#db.removeToken(
        id,
        personIdOf(by),
        this.#entry(by.who, 'token.remove', EVERY_FARM, String(id), null, address),
      ))
    )
      throw problem('token-unknown', { token: id }, 'params.token');
    this.#forget();
  }

  audited(farm: string, before: number | undefined): Promise<AuditEntry[]> {
    return this.#db.audited(farm, before ?? Number.MAX_SAFE_INTEGER, AUDIT_ENTRIES);
  }

  /** Writes down what somebody did elsewhere: a rule set, a command sent. */
  audit(
    by: { who: string },
    action: string,
    farm: string,
    subject: string | null,
    details: object | null,
    address: string | null,
  ): Promise<void> {
    return this.#db.audit(this.#entry(by.who, action, farm, subject, details, address));
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  async #open(row: PersonRow, action: string, address: string): Promise<string> {
    const { secret, hash } = makeSecret();
    await this.#db.addSession(hash, row.id, this.#entry(row.login, action, EVERY_FARM, null, null, address));
    return secret;
  }

  async #makeInvite(
    farm: string,
    role: Role,
    person: number | null,
    by: string,
    days: number,
    address: string | null = null,
  ): Promise<string> {
    const { secret, hash } = makeSecret();
    const expiresMs = this.#now() + days * DAY_MS;
    const subject = person === null ? role : `person ${person}`;
    await this.#db.addInvite(
      hash,
      { farm, role, person, by, expiresMs },
      this.#entry(by, 'invite', farm, subject, null, address),
    );
    return secret;
  }

  async #makeToken(
    person: number | null,
    who: string,
    { name, farm, rights, days }: TokenRequest,
    address: string | null,
  ): Promise<string> {
    const text = `${TOKEN_MARK}${makeSecret().secret}`;
    const createdMs = this.#now();
    await this.#db.addToken(
      secretHash(text),
      { person, name, farm, rights, createdMs, expiresMs: days === undefined ? null : createdMs + days * DAY_MS },
      this.#entry(who, 'token', farm, name, { rights }, address),
    );
    return text;
  }

  async #remembered(key: string, find: () => Promise<Asker | undefined>): Promise<Asker | undefined> {
    const now = this.#clock.monoMs();
    const hash = secretHash(key).toString('base64');
    const known = this.#known.get(hash);
    if (known !== undefined && known.untilMs > now) return known.asker;
    const changes = this.#changes;
    const asker = await find();
    if (changes !== this.#changes) return asker;
    this.#known.delete(hash);
    this.#known.set(hash, { asker, untilMs: now + REMEMBER_MS });
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value as string);
    return asker;
  }

  #forget(): void {
    this.#changes++;
    this.#known.clear();
    for (const gone of this.#gone) gone();
  }

  #now(): number {
    return Math.round(this.#clock.wallMs());
  }

  #entry(
    who: string,
    action: string,
    farm: string | null,
    subject: string | null = null,
    details: object | null = null,
    address: string | null = null,
  ): NewAudit {
    return {
      atMs: this.#now(),
      who,
      action,
      farm,
      subject,
      details: details === null ? null : JSON.stringify(details),
      address,
    };
  }
}

/** Logins are compared by this: the same letters in any case and any Unicode form are the same name. */
function folded(login: string): string {
  return login.normalize('NFKC').toLowerCase();
}

const personOf = ({ id, login, name, language }: PersonRow): Person => ({ id, login, name, language });

function personIdOf({ person }: Asker): number {
  if (person === null) throw problem('person-needed');
  return person.id;
}
