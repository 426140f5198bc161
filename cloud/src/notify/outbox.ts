/**
 * Tells people. A notice is on disk for each address before `tell` resolves; it is tried until it arrives, for a day, with
 * growing delays. Addresses do not wait for each other. What waited together, in quiet hours or because there was too
 * much, is told as one message.
 */
import {
  type Cancel,
  type Clock,
  type Contact,
  type ContactAddress,
  type ContactRequest,
  EVERY_FARM,
  fieldProblem,
  LIMITS,
  type Logger,
  type Member,
  messageOf,
  type Person,
  problem,
  type Random,
} from '@karez/model';
import { openThread, type Promised } from '../thread/start-thread.ts';
import { compose, testMessage } from './compose.ts';
import { GRADES, type Message, type Notice, type Outcome, type Senders } from './notice.ts';
import type { ContactRow, Due, OutboxDb } from './outbox-db.ts';
import { tellAtMs } from './quiet.ts';

export interface OutboxParts {
  clock: Clock;
  random: Random;
  logger: Logger;
  senders: Senders;
  /** Everybody on a farm. */
  members(farm: string): Promise<Member[]>;
  /** Address of the console for links; null where others cannot reach it. */
  base: string | null;
}

const HOUR_MS = 3_600_000;
const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = HOUR_MS;
const LOOK_EVERY_MS = 60_000;
const AT_ONCE = 16;

export class Outbox {
  readonly #db: Promised<OutboxDb>;
  readonly #parts: OutboxParts;
  /** Monotonic times of messages within the last hour, by address and by person. */
  readonly #told = new Map<string, number[]>();
  #timer: Cancel | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(db: Promised<OutboxDb>, parts: OutboxParts) {
    this.#db = db;
    this.#parts = parts;
  }

  static async open(path: string, parts: OutboxParts): Promise<Outbox> {
    const outbox = new Outbox(await openThread<OutboxDb>(new URL('./outbox-thread.ts', import.meta.url), path), parts);
    outbox.#wake(0);
    return outbox;
  }

  /** Resolves once it is on disk for everybody whom it concerns. */
  async tell(notice: Notice): Promise<void> {
    const nowMs = this.#now();
    const wanted = (await this.#parts.members(notice.farm)).filter(
      ({ id, role }) => notice.people.includes(id) || notice.roles.includes(role),
    );
    const entries: { contact: number; notice: Notice; dueMs: number }[] = [];
    for (const { id } of new Map(wanted.map((m) => [m.id, m])).values()) {
      for (const contact of await this.#db.contactsOf(id)) {
        if (contact.farm !== EVERY_FARM && contact.farm !== notice.farm) continue;
        if (GRADES.indexOf(notice.grade) < GRADES.indexOf(contact.from)) continue;
        entries.push({ contact: contact.id, notice, dueMs: tellAtMs(nowMs, notice.grade, contact.quiet) });
      }
    }
    if (entries.length === 0) return;
    await this.#db.add(entries, nowMs);
    this.#wake(0);
  }

  contacts(person: number): Promise<Contact[]> {
    return this.#db.shown(person);
  }

  addContact(person: number, request: ContactRequest): Promise<number> {
    const zone = request.quiet?.timeZone;
    if (zone !== undefined && !isTimeZone(zone))
      throw fieldProblem('time-zone-unknown', 'body.quiet.timeZone', { zone });
    return this.#db.addContact(person, request);
  }

  /** @throws KarezError NOT_FOUND. */
  async removeContact(id: number, person: number): Promise<void> {
    if (!(await this.#db.removeContact(id, person))) throw unknownContact(id);
  }

  /** Sends a test at once, whatever the hour. @throws KarezError NOT_FOUND. */
  async test(id: number, { id: person, language }: Person): Promise<Outcome> {
    const contact = await this.#db.contact(id, person);
    if (contact === undefined) throw unknownContact(id);
    const name = `test-${id}-${Math.floor(this.#parts.random.next() * 2 ** 48).toString(36)}`;
    return this.#send(contact.address, testMessage(name, language, this.#now(), this.#parts.base));
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#timer?.();
    await this.#running;
    await this.#db.close();
  }

  #wake(afterMs: number): void {
    if (this.#stopped) return;
    this.#timer?.();
    this.#timer = this.#parts.clock.after(afterMs, () => {
      this.#running ??= this.#run()
        .catch((cause) => {
          this.#parts.logger.log('warn', 'the outbox could not be read; it is tried again', { cause });
          return LOOK_EVERY_MS;
        })
        .then((nextMs) => {
          this.#running = undefined;
          this.#wake(nextMs);
        });
    });
  }

  /** Sends what is due. @returns how long until it is to be looked at again, ms. */
  async #run(): Promise<number> {
    const due = await this.#db.due(this.#now(), AT_ONCE);
    await Promise.all(due.map((d) => this.#tellOne(d)));
    const next = await this.#db.nextMs();
    return next === null ? LOOK_EVERY_MS : Math.min(LOOK_EVERY_MS, Math.max(0, next - this.#now()));
  }

  async #tellOne({ contact, entries }: Due): Promise<void> {
    const ids = entries.map(({ id }) => id);
    const notices = entries.map(({ notice }) => notice);
    const isCritical = notices.some(({ grade }) => grade === 'critical');
    const waitMs = Math.max(...countsOf(contact).map((count) => this.#fullForMs(count, isCritical)));
    if (waitMs > 0) {
      await this.#db.later(
        contact.id,
        ids,
        this.#now() + waitMs,
        `${LIMITS.messagesPerHour} messages within an hour, ${LIMITS.messagesPerPersonHour} to one person, are enough; the rest comes as one`,
      );
      return;
    }
    const language = await this.#languageOf(contact, entries[0]?.notice.farm as string);
    if (language === undefined) {
      await this.#db.ended(contact.id, ids, 'failed', 'this person is not on the farm any more', this.#now());
      return;
    }
    // The same id for the same first entry: a repeat after a crash can be known as one.
    const message = compose(`karez-${contact.id}-${entries[0]?.id}`, notices, language, this.#parts.base);
    const outcome = await this.#send(contact.address, message);
    const tries = Math.max(...entries.map((entry) => entry.tries)) + 1;
    if (outcome.ok) {
      for (const [name] of countsOf(contact)) this.#told.get(name)?.push(this.#parts.clock.monoMs());
      await this.#db.ended(contact.id, ids, 'sent', null, this.#now());
    } else if (
      !outcome.retry ||
      this.#now() - Math.min(...entries.map((e) => e.madeMs)) > LIMITS.messageHours * HOUR_MS
    ) {
      await this.#db.ended(contact.id, ids, 'failed', outcome.reason, this.#now());
      this.#parts.logger.log('warn', 'somebody could not be told', {
        kind: contact.address.kind,
        reason: outcome.reason,
      });
    } else await this.#db.later(contact.id, ids, this.#now() + this.#delayMs(tries, outcome.afterMs), outcome.reason);
  }

  async #languageOf({ person }: ContactRow, farm: string): Promise<Person['language'] | undefined> {
    return (await this.#parts.members(farm)).find(({ id }) => id === person)?.language;
  }

  /** How long an address or a person has to be left alone, ms. What is critical may come as often again. */
  #fullForMs([name, perHour]: Count, isCritical: boolean): number {
    const most = perHour * (isCritical ? 2 : 1);
    const now = this.#parts.clock.monoMs();
    const times = (this.#told.get(name) ?? []).filter((ms) => now - ms < HOUR_MS);
    this.#told.set(name, times);
    return times.length < most ? 0 : (times[times.length - most] as number) + HOUR_MS - now;
  }

  /** Doubling, with up to a quarter of chance, so that many do not come back at once. */
  #delayMs(tries: number, afterMs = 0): number {
    const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (tries - 1));
    return Math.max(afterMs, Math.round(delayMs * (1 + this.#parts.random.next() / 4)));
  }

  async #send(address: ContactAddress, message: Message): Promise<Outcome> {
    const send = this.#parts.senders[address.kind] as (address: ContactAddress, message: Message) => Promise<Outcome>;
    try {
      return await send(address, message);
    } catch (error) {
      return { ok: false, retry: true, reason: messageOf(error) };
    }
  }

  #now(): number {
    return Math.round(this.#parts.clock.wallMs());
  }
}

/** What is counted, and how many messages of it an hour may see. */
type Count = [name: string, perHour: number];

function countsOf({ id, person }: ContactRow): Count[] {
  return [
    [`address ${id}`, LIMITS.messagesPerHour],
    [`person ${person}`, LIMITS.messagesPerPersonHour],
  ];
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

const unknownContact = (id: number) => problem('address-unknown', { contact: id }, 'params.contact');
