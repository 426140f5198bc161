/**
 * Reads the configuration without keeping what checks it: the schemas and their compiler take 30 MB, a third of what a gateway
 * may use.
 */
import { deepFreeze, KarezError } from '@karez/model';
import { runApart } from './apart.ts';
import type { LoadedConfig } from './config.ts';
import type { ConfigAnswer } from './config-apart.ts';

/** As `loadConfig` in load-config.ts. */
export async function readConfig(path: string): Promise<LoadedConfig> {
  const answer = (await runApart(new URL('./config-apart.ts', import.meta.url), path)) as ConfigAnswer;
  if ('loaded' in answer) return deepFreeze(answer.loaded);
  throw new KarezError(answer.code, answer.message, answer.where === undefined ? {} : { where: answer.where });
}
