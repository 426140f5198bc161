/**
 * Keeps one process running: waits for its `ready` line, starts it again with a growing delay when it dies, and ends
 * it when asked. A process that never became ready is not tried again: its own words say what is wrong.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { serviceCommand } from './service.mjs';

export interface Ready {
  event: 'ready';
  [key: string]: unknown;
}

export interface Supervised {
  /** What the process said when it was ready; rejects with its last words if it ended before. */
  ready: Promise<Ready>;
  /** Its process id now, for those who want to try a crash. */
  pid(): number | undefined;
  /** From now on its end is expected. */
  letGo(): void;
  /** Asks it to end, insists after ten seconds; resolves once it is gone. */
  stop(): Promise<void>;
}

export interface SuperviseOptions {
  name: string;
  /** File to run and its arguments. */
  args: string[];
  cwd: string;
  /** Where its log lines go. */
  logPath: string;
  /** Told of deaths and restarts, in words. */
  say(text: string): void;
}

/** Starts the process and keeps it going until `stop`. */
export function supervise(options: SuperviseOptions): Supervised {
  const log = createWriteStream(options.logPath, { flags: 'a' });
  let stopping = false;
  let child: ChildProcess;
  let delayMs = 500;
  let restart: NodeJS.Timeout | undefined;
  const ready = Promise.withResolvers<Ready>();
  let wasReady = false;
  let lastWords = '';

  function start(): void {
    const [file, ...args] = options.args as [string, ...string[]];
    const service = serviceCommand(file);
    child = spawn(process.execPath, [...service.args, ...args], {
      cwd: options.cwd,
      env: { ...process.env, ...service.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (!line.startsWith('{"event":"ready"')) return;
      wasReady = true;
      delayMs = 500;
      ready.resolve(JSON.parse(line) as Ready);
    });
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      lastWords = line;
      log.write(`${line}\n`);
    });
    child.once('close', ended);
  }

  function ended(code: number | null, signal: string | null): void {
    if (stopping) return;
    if (!wasReady) {
      ready.reject(new Error(lastWords || `${options.name} ended with ${signal ?? `status ${code}`} and said nothing`));
      return;
    }
    options.say(`${options.name} ended (${signal ?? `status ${code}`}); starting it again in ${delayMs / 1000} s`);
    restart = setTimeout(start, delayMs);
    delayMs = Math.min(delayMs * 2, 30_000);
  }

  start();
  return {
    ready: ready.promise,
    pid: () => child.pid,
    letGo() {
      stopping = true;
      clearTimeout(restart);
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      if (child.exitCode === null && child.signalCode === null) {
        const closed = new Promise((resolve) => child.once('close', resolve));
        child.kill('SIGTERM');
        const insist = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await closed;
        clearTimeout(insist);
      }
      await new Promise((resolve) => log.end(resolve));
    },
  };
}
