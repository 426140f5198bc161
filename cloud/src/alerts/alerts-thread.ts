/** A thread that owns the file of rules and alerts. */
import { workerData } from 'node:worker_threads';
import { serveCalls } from '../thread/serve-calls.ts';
import { AlertsDb } from './alerts-db.ts';

serveCalls(new AlertsDb(workerData as { path: string }));
