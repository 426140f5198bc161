/** What comes out at the far broker, as its subscriber saw it. */
import { Worker } from 'node:worker_threads';

export type FarEndCommand = 'forget' | 'over' | 'end';

export interface FarEndView {
  /** Messages of the outage, each counted once. */
  came: number;
  /** Wall clock when the first message came after the outage, and the last one of the outage. */
  firstMs: number | null;
  lastMs: number | null;
  /** Ages of messages that were published since the first one came, ms. */
  live: number[];
}

export interface FarEnd extends FarEndView {
  /** The outage begins: what came before does not count. */
  forget(): void;
  /** What is published from now on does not count. */
  over(): void;
  stop(): Promise<void>;
}

/** Subscribes at the broker on `port`; resolves once it is subscribed. */
export async function openFarEnd(port: number): Promise<FarEnd> {
  const worker = new Worker(new URL('./far-end-thread.ts', import.meta.url), { workerData: { port } });
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const say = (command: FarEndCommand) => worker.postMessage(command);
  const end: FarEnd = {
    ...{ came: 0, firstMs: null, lastMs: null, live: [] },
    forget() {
      Object.assign(end, { came: 0, firstMs: null, lastMs: null });
      say('forget');
    },
    over: () => say('over'),
    async stop() {
      say('end');
      await gone;
    },
  };
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', ({ live, ...view }: FarEndView) => {
      Object.assign(end, view);
      end.live.push(...live);
      resolve();
    });
  });
  return end;
}
