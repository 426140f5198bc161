/** When a gateway whose devices have ended has nothing left that the cloud does not have. */
import type { TestFarm } from './farm.ts';
import { waitFor } from './process.ts';

const LOOK_EVERY_MS = 1_000;

/**
 * Waits until two looks in a row find nothing waiting, nothing gathered for the disk, and no reading more than before:
 * what devices sent last may still be in the kernel's hands when they have ended.
 * @returns readings accepted by then.
 */
export function untilEmptied(farm: TestFarm, limitMs?: number): Promise<number> {
  let before: number | undefined;
  const look = async () => {
    const page = await farm.local();
    const quiet = page !== undefined && page.status.waiting === 0 && page.journal.queued === 0;
    const accepted = quiet ? page.status.accepted : undefined;
    const same = accepted !== undefined && accepted === before && accepted;
    before = accepted;
    return same;
  };
  return waitFor('the journal to empty', look, limitMs, LOOK_EVERY_MS);
}
