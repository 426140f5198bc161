/** The thread in which codec scripts run: one call at a time, each in a world of its own. */
import { parentPort } from 'node:worker_threads';
import { codeOf, messageOf } from '@karez/model';
import type { CodecInput } from './codec-limits.ts';
import { loadQuickjs, runCodec } from './sandbox.ts';

export interface CodecCall {
  id: number;
  script: string;
  input: CodecInput;
}
/** `isBroken`: the interpreter is not to be used again. */
export type CodecAnswer = { id: number } & ({ json: string } | { error: string; isBroken: boolean });

const quickjs = await loadQuickjs();

parentPort?.on('message', ({ id, script, input }: CodecCall) => {
  let answer: CodecAnswer;
  try {
    answer = { id, json: JSON.stringify(runCodec(quickjs, script, input)) };
  } catch (error) {
    answer = { id, error: messageOf(error), isBroken: codeOf(error) !== 'CODEC_FAILED' };
  }
  parentPort?.postMessage(answer);
});
