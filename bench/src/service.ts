/** One of our services, or any program that says when it is ready, as a process of its own. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { serviceCommand } from '../../bin/service.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Service {
  /** What its ready line said. */
  ready: Record<string, unknown>;
  pid: number;
  /** When its ready line came, by `performance.now()`. */
  readyMs: number;
  /** Last lines that it logged. */
  log: string[];
  /** SIGTERM, and SIGKILL after ten seconds; resolves once it is gone. Calling it again is harmless. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** File to run, from the root, and its arguments. */
  file: string;
  args: string[];
  cwd: string;
  env?: Record<string, string>;
  /** Folder for CPU profiles of all its threads; left out, none are taken. */
  profileDir?: string;
}

const LOG_LINES = 200;
const INSIST_MS = 10_000;

/**
 * Starts a service; `ready` resolves once it printed its ready line.
 * The handle is given at once, so that what is still starting can be stopped too.
 */
export function startService({ file, args, cwd, env, profileDir }: ServiceOptions): {
  ready: Promise<Service>;
  stop(): Promise<void>;
} {
  const profile = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const service = serviceCommand(`${ROOT}${file}`);
  const child = spawn(process.execPath, [...profile, ...service.args, ...args], {
    cwd,
    env: { ...process.env, ...service.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const log: string[] = [];
  const keep = (line: string) => {
    log.push(line);
    if (log.length > LOG_LINES) log.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const insist = setTimeout(() => child.kill('SIGKILL'), INSIST_MS);
    await closed;
    clearTimeout(insist);
  };
  const ready = new Promise<Service>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{"event":"ready"')) return keep(line);
      const said = JSON.parse(line) as Record<string, unknown>;
      resolve({ ready: said, pid: child.pid as number, readyMs: performance.now(), log, stop });
    });
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`${file} ended with status ${code} before it was ready:\n${log.slice(-5).join('\n')}`)),
    );
  });
  return { ready, stop };
}

/** Asks until there is an answer; `undefined` is none. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  limitMs: number,
  everyMs = 100,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
