/**
 * Reads the configuration without keeping what checks it: the schemas and their compiler take 30 MB, a third of what a gateway
 * may use.
 */
import { Worker } from 'node:worker_threads';
import { deepFreeze, KarezError } from '@karez/model';
import type { LoadedConfig } from './config.ts';
import type { ConfigAnswer } from './config-thread.ts';

/** As `loadConfig` in load-config.ts. */
export async function readConfig(path: string): Promise<LoadedConfig> {
  const worker = new Worker(new URL('./config-thread.ts', import.meta.url), { workerData: path });
  const answer = await new Promise<ConfigAnswer>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  if ('loaded' in answer) return deepFreeze(answer.loaded);
  throw new KarezError(answer.code, answer.message, answer.where === undefined ? {} : { where: answer.where });
}
