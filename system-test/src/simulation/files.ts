/** Files of a database as they stand at a moment, copied as a power cut or a kill would leave them. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
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

/** Turns one bit around; returns whether there is one. `share` of the file's length says where. */
export function turnBit(path: string, share: number, bit: number): boolean {
  if (!existsSync(path) || statSync(path).size === 0) return false;
  const at = Math.floor(share * statSync(path).size);
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, at);
  byte[0] = (byte[0] as number) ^ (1 << bit);
  writeSync(file, byte, 0, 1, at);
  closeSync(file);
  return true;
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
