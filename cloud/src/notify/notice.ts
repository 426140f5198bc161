/** What is to be told to people, and how an attempt to tell it ended. */
import type { ContactAddress, Role } from '@karez/model';

export type Grade = 'info' | 'warning' | 'critical';
export const GRADES: readonly Grade[] = ['info', 'warning', 'critical'];
export type Language = 'en' | 'zh';

/** One thing to be told. The same id again is told nobody twice. */
export interface Notice {
  id: string;
  farm: string;
  /** The farm's name for people. */
  farmTitle: string;
  grade: Grade;
  /** When it happened, UTC milliseconds; not when it became known. */
  atMs: number;
  /** IANA name; times are shown in it. */
  timeZone: string | null;
  text: Record<Language, string>;
  /** Path in the console, behind the `#`. */
  path: string;
  /** Who is told: people by id, and everybody with one of these roles. */
  people: readonly number[];
  roles: readonly Role[];
}

/** A message in one language, ready for any kind of address. */
export interface Message {
  /** Stays the same over all attempts: a receiver knows a repeat by it. */
  id: string;
  grade: Grade;
  subject: string;
  /** Plain text. */
  body: string;
  link: string | null;
  farm: string;
  atMs: number;
}

export type Outcome =
  | { ok: true }
  /** `retry` false: trying again would not help. `afterMs`: not before. */
  | { ok: false; retry: boolean; reason: string; afterMs?: number };

export type AddressOf<K extends ContactAddress['kind']> = Extract<ContactAddress, { kind: K }>;
export type Send<K extends ContactAddress['kind']> = (address: AddressOf<K>, message: Message) => Promise<Outcome>;
/** One sender a kind. */
export type Senders = { [K in ContactAddress['kind']]: Send<K> };
