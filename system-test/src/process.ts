/** One of our services as a separate process: started, waited for, killed hard or stopped politely. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { serviceCommand } from '../../bin/service.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Running {
  pid: number;
  /** What its ready line said; rejects with its last words if it ends before. */
  whenReady: Promise<Record<string, unknown>>;
  /** Resolves with its exit status once it is gone, null where a signal ended it. */
  ended: Promise<number | null>;
  /** Lines of its log so far, for the message of a failing test. */
  log: string[];
  /** Writes a line to its standard input. */
  tell(line: object): void;
  /** SIGKILL: no clean-up, as a power cut or the kernel's memory killer would. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with its exit status. */
  stop(): Promise<number | null>;
}

export interface Service extends Running {
  ready: Record<string, unknown>;
}

export interface LaunchOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Program and arguments in front, such as those that enter a network namespace. They must become the service: one pid. */
  inFront?: readonly string[];
  /** Told of each line of its standard output. */
  onLine?: (line: string) => void;
}

const LOG_LINES = 400;
const alive = new Set<ChildProcess>();
// Whatever becomes of the tests, no service outlives them.
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts `file` (from the root) and does not wait for it. */
export function launch(
  file: string,
  args: readonly string[],
  { cwd, env, inFront = [], onLine }: LaunchOptions,
): Running {
  const service = serviceCommand(`${ROOT}${file}`);
  const [program, ...rest] = [...inFront, process.execPath, ...service.args, ...args] as [string, ...string[]];
  const child = spawn(program, rest, {
    cwd,
    env: { ...process.env, ...service.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  alive.add(child);
  const log: string[] = [];
  const keep = (line: string) => {
    log.push(line);
    if (log.length > LOG_LINES) log.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code, signal) => {
      alive.delete(child);
      if (signal !== null) keep(`ended by ${signal}`);
      resolve(code);
    });
  });
  const whenReady = new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      onLine?.(line);
      if (line.startsWith('{"event":"ready"')) resolve(JSON.parse(line) as Record<string, unknown>);
    });
    child.once('error', reject);
    void ended.then((code) =>
      reject(new Error(`${file} ended with ${code} before it was ready:\n${log.slice(-10).join('\n')}`)),
    );
  });
  // Whoever kills it before it is ready does not wait for that.
  whenReady.catch(() => {});
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return await ended;
  };
  return {
    ...{ pid: child.pid as number, whenReady, ended, log },
    tell: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
    async kill() {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}

/**
 * Starts `file` (from the root) and resolves once it printed its ready line.
 * @throws with its last words if it ends before.
 */
export async function startService(file: string, args: readonly string[], options: LaunchOptions): Promise<Service> {
  const running = launch(file, args, options);
  return { ...running, ready: await running.whenReady };
}

/** Waits until `probe` gives a value that is not undefined or false, asking again every `everyMs`. */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 60_000,
  everyMs = 100,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
