/** Starts the thread with johnny-five in it. What it prints goes nowhere, and it sees nothing of our environment. */
import { Worker } from 'node:worker_threads';
import { messageOf } from '@karez/model';
import type { FromBoard, StartBoard } from './board.ts';

export const startBoardThread: StartBoard = (plan, { said, ended }) => {
  const worker = new Worker(new URL('./board-thread.ts', import.meta.url), {
    ...{ workerData: plan, env: {}, stdin: false, stdout: true, stderr: true },
    // A stream of strange messages does not make it grow for ever.
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  let isOver = false;
  const end = (why: string) => {
    if (isOver) return;
    isOver = true;
    ended(why);
  };
  worker.stdout.resume();
  worker.stderr.resume();
  worker.on('message', (message: FromBoard) => {
    if (!isOver) said(message);
  });
  worker.on('error', (error) => end(messageOf(error)));
  worker.on('exit', () => end('it ended by itself'));
  return {
    send: (message) => worker.postMessage(message),
    async stop() {
      isOver = true;
      await worker.terminate();
    },
  };
};
