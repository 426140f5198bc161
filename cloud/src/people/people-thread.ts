/** A thread that owns the people's file. */
import { workerData } from 'node:worker_threads';
import { serveCalls } from '../thread/serve-calls.ts';
import { PeopleDb } from './people-db.ts';

serveCalls(new PeopleDb(workerData as { path: string }));
