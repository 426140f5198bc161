/**
 * Gateway passwords: made here, shown once, kept only as scrypt hashes (RFC 7914; N 16384, r 8, p 1). A password that was
 * right once is remembered in memory as a keyed digest, so that hundreds of gateways that reconnect at once cost no
 * hundred hashes; and only so many hashes are made at once, so that strangers cost no memory.
 */
import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { LIMITS } from '@karez/model';
import { Turns } from '../turns.ts';
import type { Credential, OpenCredentials } from './registry.ts';

const derive = promisify(scrypt) as (password: string, salt: Uint8Array, length: number) => Promise<Buffer>;
const HASH_BYTES = 32;

/** A password with 144 bits of chance, and what is kept of it. */
export async function makeCredential(): Promise<{ password: string; credential: Credential }> {
  const password = randomBytes(18).toString('base64url');
  const salt = randomBytes(16);
  return { password, credential: { salt, hash: await derive(password, salt, HASH_BYTES) } };
}

/** Checks passwords against `credentials`. The check throws KarezError BUSY where too many are under way. */
export function passwordChecker(
  credentials: OpenCredentials,
): (farm: string, gateway: string, password: string) => Promise<boolean> {
  const key = randomBytes(32);
  const known = new Map<string, Buffer>();
  const turns = new Turns(LIMITS.passwordChecks, LIMITS.passwordsWaiting);
  const hashOf = (password: string, salt: Uint8Array) => turns.take(() => derive(password, salt, HASH_BYTES));
  return async (farm, gateway, password) => {
    const credential = await credentials.credential(farm, gateway);
    if (credential === undefined) {
      // The same work as for a gateway that exists, so that time does not tell which ones do.
      await hashOf(password, Buffer.alloc(16));
      return false;
    }
    const digest = createHmac('sha256', key).update(credential.hash).update(password).digest();
    const remembered = known.get(`${farm}/${gateway}`);
    if (remembered !== undefined && timingSafeEqual(remembered, digest)) return true;
    const right = timingSafeEqual(await hashOf(password, credential.salt), credential.hash);
    if (right) known.set(`${farm}/${gateway}`, digest);
    return right;
  };
}
