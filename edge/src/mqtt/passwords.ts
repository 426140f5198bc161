/** Whether a device's password is right, in a time that does not tell how nearly. */
import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (secret: string | Uint8Array) => createHash('sha256').update(secret).digest();

/** @param passwords by device id. */
export function passwordCheck(
  passwords: Readonly<Record<string, string>>,
): (device: string, password: Uint8Array | undefined) => boolean {
  const digests = new Map(Object.entries(passwords).map(([device, password]) => [device, digest(password)]));
  return (device, password) => {
    const expected = digests.get(device);
    return expected !== undefined && password !== undefined && timingSafeEqual(expected, digest(password));
  };
}
