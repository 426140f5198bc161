/**
 * A journal that has gathered readings while there was no link. It is written through the journal's own code, on a
 * memory disk where there is one, because an hour's worth of fsync is not what is measured, and moved into place.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalDb, loadConfig, MERGE_EVERY_COMMITS } from '@karez/edge';
import { newReadings, type Readings } from '@karez/model';
import { FARM, GATEWAY } from './farm.ts';
import { madeReadings } from './made-readings.ts';

const STEP_MS = 10_000;
const MEMORY_DISK = '/dev/shm';
/** Readings that a group commit of a live farm holds: what two devices said within its tenth of a second. */
export const GROUP = 16;

/** Readings of the configuration's channels, all or the first `most`, every ten seconds, up to a minute ago; sequence numbers from 1. */
export function backlogReadings(configPath: string, count: number, most = Number.POSITIVE_INFINITY): Readings {
  const all = loadConfig(configPath).devices.reduce((sum, d) => sum + d.profileRecord.channels.length, 0);
  const channels = Math.min(all, most);
  const startMs = Date.now() - 60_000 - Math.ceil(count / channels) * STEP_MS;
  return madeReadings(count, channels, startMs, STEP_MS);
}

/** Puts the readings into a new journal in `folder`, in group commits of `group` readings, merged as a gateway does meanwhile. */
export function fillJournal(folder: string, readings: Readings, group = GROUP): void {
  const parent = existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir();
  const made = mkdtempSync(join(parent, 'karez-bench-'));
  try {
    const journal = new JournalDb({
      ...{ path: join(made, 'journal.db'), farm: FARM, gateway: GATEWAY, limitBytes: 10_000_000_000 },
      policy: 'keep-oldest',
      boot: { uuid: 'bench', wallMs: Date.now(), monoMs: 0 },
    });
    let commits = 0;
    for (let from = 0; from < readings.count; from += group) {
      const rows = slice(readings, from, Math.min(readings.count, from + group));
      const { range } = journal.commit({ readings: rows, undated: newReadings(0), marks: [], inFlightTo: 0 });
      if (range === undefined) throw new Error('the journal is full');
      if (++commits % MERGE_EVERY_COMMITS === 0) while (journal.merge()) {}
    }
    journal.close();
    cpSync(made, folder, { recursive: true });
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function slice(readings: Readings, from: number, to: number): Readings {
  const part = newReadings(to - from);
  for (const column of ['timeMs', 'channel', 'value', 'quality'] as const)
    part[column].set(readings[column].subarray(from, to));
  part.count = to - from;
  return part;
}
