/** A thread that owns the outbox's file. */
import { workerData } from 'node:worker_threads';
import { serveCalls } from '../thread/serve-calls.ts';
import { OutboxDb } from './outbox-db.ts';

serveCalls(new OutboxDb(workerData as { path: string }));
