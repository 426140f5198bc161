/** The people's tables seen from the main thread, so that no login delays a live event. */
import { type Promised, startThread } from '../thread/start-thread.ts';
import type { PeopleDb } from './people-db.ts';

export type OpenPeopleDb = Promised<PeopleDb>;

const THREAD = new URL('./people-thread.ts', import.meta.url);

/** @throws KarezError STORE_UNAVAILABLE when the file cannot be opened; each call does when the disk refuses. */
export async function openPeopleDb(path: string): Promise<OpenPeopleDb> {
  const call = await startThread(THREAD, { path });
  return new Proxy({} as OpenPeopleDb, {
    // Not a promise itself, though it is awaited.
    get: (_, method: string) => (method === 'then' ? undefined : (...args: unknown[]) => call(method, args)),
  });
}
