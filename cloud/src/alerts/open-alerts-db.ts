/** The file of rules and alerts seen from the main thread: the same methods, each a promise. */
import { openThread, type Promised } from '../thread/start-thread.ts';
import type { AlertsDb } from './alerts-db.ts';

export type OpenAlertsDb = Promised<AlertsDb>;

/** @throws KarezError STORE_UNAVAILABLE when the file cannot be opened; each call does when the disk refuses. */
export const openAlertsDb = (path: string): Promise<OpenAlertsDb> =>
  openThread<AlertsDb>(new URL('./alerts-thread.ts', import.meta.url), path);
