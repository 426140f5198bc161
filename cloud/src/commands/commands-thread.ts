/** A thread that owns the file of commands. */
import { workerData } from 'node:worker_threads';
import { serveCalls } from '../thread/serve-calls.ts';
import { CommandsDb } from './commands-db.ts';

serveCalls(new CommandsDb(workerData as { path: string }));
