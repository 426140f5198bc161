/**
 * Ids and the addresses built from them. An id is lower case so that it survives topics, tags, URLs and file systems
 * unchanged.
 */
import { LIMITS } from './limits.ts';

export const ID_PATTERN = `^[a-z0-9](?:[a-z0-9-]{0,${LIMITS.idLength - 2}}[a-z0-9])?$`;

const idPattern = new RegExp(ID_PATTERN);

/** Whether `text` is a well-formed id. */
export function isId(text: string): boolean {
  return idPattern.test(text);
}

/** The name of a channel within its gateway: `device/quantity` or `device/quantity@place`. */
export function channelName(device: string, quantity: string, place?: string): string {
  return place === undefined ? `${device}/${quantity}` : `${device}/${quantity}@${place}`;
}
