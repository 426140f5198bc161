/** Files of a database as they stand at a moment, copied as a power cut or a kill would leave them. */
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

export const JOURNAL = ['journal.db', 'journal.db-wal', 'journal.db.id', 'journal.db.next'] as const;
export const CLOUD = ['cloud.db', 'cloud.db-wal'] as const;

/** Copies the files that are there; what stood in `to` under their names goes. */
export function copyFiles(names: readonly string[], from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of names) {
    rmSync(join(to, name), { force: true });
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
}

/** Cuts bytes off the end; returns whether there were any. */
export function cutOff(path: string, bytes: number): boolean {
  if (!existsSync(path)) return false;
  const { size } = statSync(path);
  if (size === 0) return false;
  truncateSync(path, Math.max(0, size - bytes));
  return true;
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
