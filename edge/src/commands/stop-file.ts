/**
 * Stopping everything at the gateway itself, without network or account: a file in its data folder. While it is there every
 * actuator is in its safe state and no command is taken. It is made by `karez edge stop`, or by hand.
 */
import { access, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

export const STOP_FILE = 'STOP';

/** Whether it is there. What cannot be told counts as yes: somebody may have stopped everything. */
export function stopFileIn(dataDir: string): () => Promise<boolean> {
  const path = join(dataDir, STOP_FILE);
  return async () => {
    try {
      await access(path);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    }
  };
}

/** Makes or removes it; on disk when it resolves. */
export async function setStop(dataDir: string, isStopped: boolean): Promise<void> {
  const path = join(dataDir, STOP_FILE);
  if (!isStopped) return rm(path, { force: true });
  const file = await open(path, 'w', 0o600);
  try {
    await file.write('Everything is stopped. "karez edge resume" or removing this file ends that.\n');
    await file.sync();
  } finally {
    await file.close();
  }
}
