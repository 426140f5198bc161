/** Checks a rules message in a thread that then ends, and the schemas' compiler with it. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, type RulesMessage } from '@karez/model';
import { parseRulesMessage } from '@karez/model/schemas';

export type RulesAnswer = { message: RulesMessage; problems: string[] } | { error: string };

function readRulesText(text: string): RulesAnswer {
  try {
    return parseRulesMessage(JSON.parse(text));
  } catch (error) {
    return { error: messageOf(error) };
  }
}

parentPort?.postMessage(readRulesText(workerData as string));
