/**
 * Whether a gateway of this version could start here: its configuration is read, and the journal looked at without changing it. Asked
 * before an update is taken back, so that nothing is ever handed to a gateway that cannot read it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KarezError, messageOf } from '@karez/model';
import type { LoadedConfig } from '../config.ts';
import { isDamage } from '../journal/open-file.ts';
import { isNewer, refuseNewer } from '../journal/tables.ts';

/**
 * One sentence on what stands there.
 * @throws KarezError JOURNAL_NEWER, JOURNAL_UNWRITABLE where the file cannot be opened at all.
 */
export function checkStart({ config, dataDir, devices }: Pick<LoadedConfig, 'config' | 'dataDir' | 'devices'>): string {
  const path = join(dataDir, 'journal.db');
  const what = `gateway ${config.gateway.id} of ${config.farm.id}, ${devices.length} devices`;
  if (!existsSync(path)) return `sound: ${what}; no journal yet`;
  try {
    const db = new DatabaseSync(path);
    try {
      refuseNewer(db);
      const { n } = db.prepare('SELECT coalesce(sum(count), 0) AS n FROM block').get() as { n: number };
      return `sound: ${what}; the journal holds ${n} readings`;
    } finally {
      db.close();
    }
  } catch (cause) {
    if (isNewer(cause)) throw new KarezError('JOURNAL_NEWER', `${path}: ${messageOf(cause)}`, { cause });
    // Opening it as a gateway does mends it.
    if (isDamage(cause)) return `sound: ${what}; the journal is damaged and will be mended at the start`;
    throw new KarezError('JOURNAL_UNWRITABLE', `cannot open the journal ${path}: ${messageOf(cause)}`, { cause });
  }
}
