/**
 * Ids and the addresses built from them. An id is lower case so that it survives topics, tags, URLs and file systems
 * unchanged.
 */
import Type from 'typebox';
import { LIMITS } from './limits.ts';

const ID_PATTERN = `^[a-z0-9](?:[a-z0-9-]{0,${LIMITS.idLength - 2}}[a-z0-9])?$`;

/** An id of a farm, field, gateway or device. */
export const Id = Type.String({
  pattern: ID_PATTERN,
  description: `Lower-case letters, digits and inner hyphens, 1 to ${LIMITS.idLength} characters.`,
});

/** An epoch: names one life of a gateway's journal, so that sequence numbers that start again are told apart. */
export const Epoch = Type.String({ pattern: '^[0-9a-f]{8}$', description: '8 lower-case hexadecimal digits.' });

const idPattern = new RegExp(ID_PATTERN);

/** Whether `text` is a well-formed id. */
export function isId(text: string): boolean {
  return idPattern.test(text);
}

/** Where on its device a channel measures, besides the quantity. */
export const Place = Type.String({
  pattern: '^(d[0-9]{1,4}|h[0-9]{1,4}|n[0-9]{1,3})$',
  description: 'Depth in cm (d30), height in cm (h200) or number of several alike (n2).',
});

/** The name of a channel within its gateway: `device/quantity` or `device/quantity@place`. */
export function channelName(device: string, quantity: string, place?: string): string {
  return place === undefined ? `${device}/${quantity}` : `${device}/${quantity}@${place}`;
}
