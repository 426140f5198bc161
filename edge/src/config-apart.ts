/** Reads the configuration for read-config.ts, in a process that then ends, and the schemas' compiler with it. */
import { codeOf, type ErrorCode, KarezError, messageOf } from '@karez/model';
import { answerApart } from './apart.ts';
import type { LoadedConfig } from './config.ts';
import { loadConfig } from './load-config.ts';

export type ConfigAnswer = { loaded: LoadedConfig } | { code: ErrorCode; message: string; where: string | undefined };

function read(path: string): ConfigAnswer {
  try {
    return { loaded: loadConfig(path) };
  } catch (error) {
    const where = error instanceof KarezError ? error.where : undefined;
    return { code: codeOf(error) ?? 'CONFIG_INVALID', message: messageOf(error), where };
  }
}

answerApart(read(process.argv[2] as string));
