/** Schemas of ids, epochs and places, for whatever crosses a border. */
import Type from 'typebox';
import { ID_PATTERN } from './ids.ts';
import { LIMITS } from './limits.ts';

/** An id of a farm, field, gateway or device. */
export const Id = Type.String({
  pattern: ID_PATTERN,
  description: `Lower-case letters, digits and inner hyphens, 1 to ${LIMITS.idLength} characters.`,
});

/** An epoch: names one life of a gateway's journal, so that sequence numbers that start again are told apart. */
export const Epoch = Type.String({ pattern: '^[0-9a-f]{8}$', description: '8 lower-case hexadecimal digits.' });

export const PLACE_PATTERN = '^(d[0-9]{1,4}|h[0-9]{1,4}|n[0-9]{1,3})$';

/** Where on its device a channel measures, besides the quantity. */
export const Place = Type.String({
  pattern: PLACE_PATTERN,
  description: 'Depth in cm (d30), height in cm (h200) or number of several alike (n2).',
});
