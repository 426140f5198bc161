/** One of our services as a separate process: started, waited for, killed hard or stopped politely. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Service {
  /** What its ready line said. */
  ready: Record<string, unknown>;
  pid: number;
  /** Lines of its log so far, for the message of a failing test. */
  log: string[];
  /** Writes a line to its standard input. */
  tell(line: object): void;
  /** SIGKILL: no clean-up, as a power cut or the kernel's memory killer would. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with its exit status. */
  stop(): Promise<number | null>;
}

const LOG_LINES = 400;

/**
 * Starts `file` (from the root) and resolves once it printed its ready line.
 * @throws with its last words if it ends before.
 */
export async function startService(
  file: string,
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Service> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', `${ROOT}${file}`, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const keep = (line: string) => {
    log.push(line);
    if (log.length > LOG_LINES) log.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  child.stdin.on('error', () => {});
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      if (line.startsWith('{"event":"ready"')) resolve(JSON.parse(line) as Record<string, unknown>);
    });
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`${file} ended with ${code} before it was ready:\n${log.slice(-10).join('\n')}`)),
    );
  });
  return {
    ready,
    pid: child.pid as number,
    log,
    tell: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
    async kill() {
      await end(child, 'SIGKILL');
    },
    stop: () => end(child, 'SIGTERM'),
  };
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.kill(signal);
  return await closed;
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
