/** Where channels stand in the order of their first values in a block. */
import { HIGHEST_CHANNEL } from './shapes.ts';

/** One table for all blocks, as making one for each would cost a small block more than coding it: one block at a time is under way. */
const table = new Uint16Array(HIGHEST_CHANNEL + 1);

/** Positions by channel number, from 1; 0 for a channel that had no value yet, so all 0 at first. Void once it is asked for again. */
export function newPositions(): Uint16Array {
  return table.fill(0);
}
