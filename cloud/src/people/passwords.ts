/**
 * People's passwords: kept as scrypt hashes (RFC 7914) with their parameters beside them, so that these can grow. N 2^15,
 * r 8, p 3 is one of the settings of OWASP's Password Storage Cheat Sheet: 32 MB and some 200 ms each. Only so many are made
 * at once, so that strangers cost no memory.
 */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Turns } from '../turns.ts';

const derive = promisify(scrypt) as (
  password: string,
  salt: Uint8Array,
  length: number,
  options: object,
) => Promise<Buffer>;

const LN = 15;
const R = 8;
const P = 3;
const HASH_BYTES = 32;
const AT_ONCE = 2;
const WAITING = 200;

const turns = new Turns(AT_ONCE, WAITING);

/** `scrypt$ln$r$p$salt$hash`, the last two in base64url. @throws KarezError BUSY where too many are under way. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await run(password, salt, LN, R, P);
  return ['scrypt', LN, R, P, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether a password is the one of a hash. Takes as long where there is no hash, so that time does not tell who exists. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [, ln, r, p, salt, hash] = (kept ?? `scrypt$${LN}$${R}$${P}$AAAAAAAAAAAAAAAAAAAAAA$`).split('$');
  const made = await run(password, Buffer.from(salt as string, 'base64url'), Number(ln), Number(r), Number(p));
  const expected = Buffer.from(hash as string, 'base64url');
  return expected.length === made.length && timingSafeEqual(made, expected);
}

function run(password: string, salt: Uint8Array, ln: number, r: number, p: number): Promise<Buffer> {
  const N = 2 ** ln;
  return turns.take(() => derive(password.normalize('NFKC'), salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r }));
}

/** A secret of 256 random bits, to be handed out once, and what is kept of it. */
export function makeSecret(): { secret: string; hash: Buffer } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, hash: secretHash(secret) };
}

/** What is kept of a secret: it has too many bits to be guessed, so one SHA-256 is enough. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
