/** Reads a rules message without keeping what checks it (read-config.ts says why). */
import { Worker } from 'node:worker_threads';
import { KarezError, type RulesMessage } from '@karez/model';
import type { RulesAnswer } from './rules-thread.ts';

export type ReadRules = (text: string) => Promise<{ message: RulesMessage; problems: string[] }>;

/** @throws KarezError PAYLOAD_INVALID naming the key and what was expected. */
export const readRules: ReadRules = async (text) => {
  const worker = new Worker(new URL('./rules-thread.ts', import.meta.url), { workerData: text });
  const answer = await new Promise<RulesAnswer>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  if ('error' in answer) throw new KarezError('PAYLOAD_INVALID', answer.error);
  return answer;
};
