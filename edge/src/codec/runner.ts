/**
 * Runs codec scripts in a thread of their own, which is started with the first call. A thread that does not answer in time, or
 * whose interpreter broke, is ended and the next call gets a new one; only the call that did it fails.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Cancel, KarezError, messageOf } from '@karez/model';
import type { EdgeDeps } from '../ports.ts';
import { CODEC_LIMITS, type CodecInput } from './codec-limits.ts';
import type { CodecAnswer, CodecCall } from './codec-thread.ts';

export interface CodecRunner {
  /**
   * What the script at `path` makes of an uplink.
   * @throws KarezError CODEC_FAILED naming the script; FILE_UNREADABLE; BUSY where too many wait.
   */
  run(path: string, input: CodecInput): Promise<unknown>;
  stop(): Promise<void>;
}

interface Waiting {
  name: string;
  call: CodecCall;
  done: PromiseWithResolvers<unknown>;
}

/** Longer than the steps that a script may take, so that it ends only a thread that hangs in one step. */
const ANSWER_MS = 5_000;
const MOST_WAITING = 256;
/** Of the thread around the interpreter, whose own memory is limited beside this. */
const RESOURCES = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 };

export function codecRunner({ clock, logger }: Pick<EdgeDeps, 'clock' | 'logger'>): CodecRunner {
  const scripts = new Map<string, Promise<string>>();
  const queue: Waiting[] = [];
  let worker: Worker | undefined;
  let current: Waiting | undefined;
  let timer: Cancel = () => {};
  let calls = 0;

  function start(): Worker {
    const started = new Worker(new URL('./codec-thread.ts', import.meta.url), {
      ...{ resourceLimits: RESOURCES, env: {}, argv: [], stdin: false },
      name: 'codec',
    });
    started.unref();
    started.on('message', (answer: CodecAnswer) => {
      if (started !== worker || answer.id !== current?.call.id) return;
      if ('json' in answer) settle(undefined, JSON.parse(answer.json));
      else {
        if (answer.isBroken) end();
        settle(answer.error);
      }
    });
    const ended = (reason: string) => {
      if (started !== worker) return;
      worker = undefined;
      logger.log('warn', 'the thread of codec scripts ended', { reason });
      settle(`it broke its thread: ${reason}`);
    };
    started.on('error', (error) => ended(messageOf(error)));
    started.on('exit', (code) => ended(`status ${code}`));
    return started;
  }

  function end(): void {
    const ended = worker;
    worker = undefined;
    void ended?.terminate();
  }

  function settle(error: string | undefined, value?: unknown): void {
    timer();
    const settled = current;
    current = undefined;
    if (error === undefined) settled?.done.resolve(value);
    else settled?.done.reject(new KarezError('CODEC_FAILED', `${settled.name}: ${error}`, { where: 'codec' }));
    next();
  }

  function next(): void {
    if (current !== undefined) return;
    current = queue.shift();
    if (current === undefined) return;
    worker ??= start();
    timer = clock.after(ANSWER_MS, () => {
      end();
      settle(`it gave no answer in ${ANSWER_MS / 1_000} s`);
    });
    worker.postMessage(current.call);
  }

  function scriptAt(path: string): Promise<string> {
    let script = scripts.get(path);
    if (script === undefined) {
      script = readScript(path);
      scripts.set(path, script);
      script.catch(() => scripts.delete(path));
    }
    return script;
  }

  return {
    async run(path, input) {
      const script = await scriptAt(path);
      if (queue.length >= MOST_WAITING) throw new KarezError('BUSY', 'more uplinks wait for a codec than may');
      const waiting = {
        name: basename(path),
        call: { id: ++calls, script, input },
        done: Promise.withResolvers<unknown>(),
      };
      queue.push(waiting);
      next();
      return waiting.done.promise;
    },
    async stop() {
      timer();
      const left = [...(current === undefined ? [] : [current]), ...queue.splice(0)];
      current = undefined;
      const ended = worker;
      worker = undefined;
      for (const { done } of left) done.reject(new KarezError('BUSY', 'the gateway stops'));
      await ended?.terminate();
    },
  };
}

async function readScript(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new KarezError('FILE_UNREADABLE', `cannot read ${path}: ${(cause as Error).message}`, { cause, where: path });
  }
  if (text.length <= CODEC_LIMITS.scriptBytes) return text;
  throw new KarezError(
    'CODEC_FAILED',
    `${basename(path)}: ${text.length} bytes; at most ${CODEC_LIMITS.scriptBytes} are read`,
    {
      where: 'codec',
    },
  );
}
