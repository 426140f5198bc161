/** The file of commands seen from the main thread: the same methods, each a promise. */
import { openThread, type Promised } from '../thread/start-thread.ts';
import type { CommandsDb } from './commands-db.ts';

export type OpenCommandsDb = Promised<CommandsDb>;

/** @throws KarezError STORE_UNAVAILABLE when the file cannot be opened; each call does when the disk refuses. */
export const openCommandsDb = (path: string): Promise<OpenCommandsDb> =>
  openThread<CommandsDb>(new URL('./commands-thread.ts', import.meta.url), path);
