/**
 * What a journal must never forget, in a small file of its own beside it: the epoch, the newest segment, what channel
 * numbers mean. It is replaced as a whole (temporary file, fsync, rename) and carries a checksum; a copy stands in the
 * database. So neither a torn database nor a torn file makes a sequence or channel number mean two things.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { replaceFile } from '../durable-file.ts';

export interface Identity {
  epoch: string;
  /** The newest segment that was begun (model/src/sequence.ts). */
  segment: number;
  /** Names of channels; number n stands at n − 1. */
  channels: string[];
  /** Texts that outlive restarts, by key. */
  kept: Record<string, string>;
  /** Copies of the newest rows of the tables boot and segment. */
  boots?: [id: number, uuid: string, wall: number, mono: number, shift: number | null][];
  ended?: [number: number, last: number][];
}

/** The identity of a journal that did not exist before. */
export function newIdentity(): Identity {
  return { epoch: randomBytes(4).toString('hex'), segment: -1, channels: [], kept: {} };
}

/** As text with its checksum in front. */
export function identityText(identity: Identity): string {
  const body = JSON.stringify(identity);
  return `${crc32(body).toString(16).padStart(8, '0')} ${body}\n`;
}

/** The reverse; undefined where the text is not whole. */
export function parseIdentity(text: string): Identity | undefined {
  const body = text.slice(9, text.endsWith('\n') ? -1 : undefined);
  if (crc32(body).toString(16).padStart(8, '0') !== text.slice(0, 8)) return undefined;
  return JSON.parse(body) as Identity;
}

/** The file's identity; undefined where there is none or it is damaged. */
export function readIdentity(path: string): Identity | undefined {
  try {
    return parseIdentity(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Replaces the file; durable when it returns. */
export function writeIdentity(path: string, identity: Identity): void {
  replaceFile(path, identityText(identity));
}

/** Of two copies the one that knows more. */
export function newerIdentity(a: Identity | undefined, b: Identity | undefined): Identity | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.segment > a.segment || (b.segment === a.segment && b.channels.length > a.channels.length) ? b : a;
}
