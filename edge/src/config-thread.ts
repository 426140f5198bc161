/** Reads the configuration in a thread that then ends, and the schemas' compiler with it. */
import { parentPort, workerData } from 'node:worker_threads';
import { codeOf, type ErrorCode, KarezError, messageOf } from '@karez/model';
import type { LoadedConfig } from './config.ts';
import { loadConfig } from './load-config.ts';

export type ConfigAnswer = { loaded: LoadedConfig } | { code: ErrorCode; message: string; where: string | undefined };

function answer(path: string): ConfigAnswer {
  try {
    return { loaded: loadConfig(path) };
  } catch (error) {
    const where = error instanceof KarezError ? error.where : undefined;
    return { code: codeOf(error) ?? 'CONFIG_INVALID', message: messageOf(error), where };
  }
}

parentPort?.postMessage(answer(workerData as string));
