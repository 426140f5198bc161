/** A number for what a message says, where its sender counts nothing: the same content has the same number. */
import { createHash } from 'node:crypto';

/** A whole number from 0 to 2^53 − 1, of 53 bits of SHA-256 over the parts, each with its length before it. */
export function contentHash(...parts: readonly (Uint8Array | string | number)[]): number {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = part instanceof Uint8Array ? part : String(part);
    hash.update(`${bytes.length}:`).update(bytes);
  }
  const digest = hash.digest();
  return (digest.readUInt32BE(0) & 0x1fffff) * 2 ** 32 + digest.readUInt32BE(4);
}
