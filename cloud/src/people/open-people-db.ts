/** The people's tables seen from the main thread, so that no login delays a live event. */
import { openThread, type Promised } from '../thread/start-thread.ts';
import type { PeopleDb } from './people-db.ts';

export type OpenPeopleDb = Promised<PeopleDb>;

/** @throws KarezError STORE_UNAVAILABLE when the file cannot be opened; each call does when the disk refuses. */
export function openPeopleDb(path: string): Promise<OpenPeopleDb> {
  return openThread<PeopleDb>(new URL('./people-thread.ts', import.meta.url), path);
}
