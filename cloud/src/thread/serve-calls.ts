/** The inner end of a thread that owns a database: one call at a time, answers in the order of the calls. */
import { parentPort } from 'node:worker_threads';
import { codeOf, type ErrorCode, type ErrorProblem } from '@karez/model';

export interface ThreadCall {
  id: number;
  method: string;
  args: unknown[];
}

export interface ThreadAnswer {
  id: number;
  result?: unknown;
  error?: { message: string; code?: ErrorCode; where?: string; problem?: ErrorProblem };
}

/** Runs what start-thread.ts sends as methods of `owner`; ends with its `close`. */
export function serveCalls(owner: { close(): void }): void {
  const port = parentPort;
  if (port === null) throw new Error('serveCalls runs in a worker');
  port.on('message', ({ id, method, args }: ThreadCall) => {
    try {
      const run = owner[method as keyof typeof owner] as (...given: unknown[]) => unknown;
      port.postMessage({ id, result: run.apply(owner, args) } satisfies ThreadAnswer);
    } catch (error) {
      const { message, where, problem } = error as Error & { where?: string; problem?: ErrorProblem };
      const code = codeOf(error);
      port.postMessage({
        id,
        error: { message, ...(code && { code }), ...(where && { where }), ...(problem && { problem }) },
      } satisfies ThreadAnswer);
    }
    if (method === 'close') port.close();
  });
  port.postMessage({ id: 0 } satisfies ThreadAnswer);
}
