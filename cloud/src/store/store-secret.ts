/** The password or token of the store out of a file of its own: what containers call a secret. */
import { readFileSync } from 'node:fs';
import { KarezError, messageOf } from '@karez/model';

/** @param path of the file; empty is none. @throws KarezError FILE_UNREADABLE, CONFIG_INVALID. */
export function storeSecret(path: string): string | undefined {
  if (path === '') return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new KarezError('FILE_UNREADABLE', `cannot read the store's password: ${messageOf(cause)}`, {
      cause,
      where: path,
    });
  }
  if (text === '')
    throw new KarezError('CONFIG_INVALID', `the store's password file ${path} is empty`, { where: path });
  return text;
}
