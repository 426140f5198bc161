/**
 * An empty Debian whose own systemd runs in namespaces (systemd-nspawn), so that a package is tried as on a board: units, users, device
 * rules, watchdog. Needs root. It shares the network, so that tests can publish to the gateway in it.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Debian {
  /** Its root folder, seen from outside. */
  root: string;
  /** Runs a command in it, as its root; throws with its words where it fails. */
  run(command: string): string;
  /** The same, while this process goes on. */
  runBeside(command: string): Promise<string>;
  /** Cuts its power: every process of it is gone at once. */
  cut(): Promise<void>;
  /** Starts it, until systemd says that it runs. */
  boot(): Promise<void>;
}

const PACKAGES = 'systemd,systemd-sysv,adduser,libstdc++6,procps';

/** An empty Debian for `arch`, made once by mmdebstrap and copied from `cache`. */
export function makeRoot(arch: string, cache: string, target: string): void {
  const made = join(cache, `debian-bookworm-${arch}.tar`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(made))
    execFileSync(
      'mmdebstrap',
      ['--quiet', `--arch=${arch}`, '--variant=minbase', `--include=${PACKAGES}`, 'bookworm', made],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['xf', made, '-C', target, '--exclude=./dev/*']);
}

/** Not started yet. */
export function debian(root: string): Debian {
  let nspawn: ChildProcess | undefined;
  let init: number | undefined;
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
  const within = (command: string): [string, string[]] =>
    init === undefined
      ? ['chroot', [root, '/bin/sh', '-ec', command]]
      : ['nsenter', ['-t', String(init), '-m', '-u', '-i', '-p', '-C', '-r', '-w', '/bin/sh', '-ec', command]];
  return {
    root,
    run: (command) => execFileSync(...within(command), { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }),
    runBeside: async (command) => (await promisify(execFile)(...within(command), { encoding: 'utf8', env })).stdout,
    async boot() {
      nspawn = spawn(
        'systemd-nspawn',
        ['-q', '-D', root, '--register=no', '--keep-unit', '--boot', '--kill-signal=SIGKILL'],
        { stdio: 'ignore', env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '0' } },
      );
      const children = () =>
        readFileSync(`/proc/${nspawn?.pid}/task/${nspawn?.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
      await until(() => {
        const child = children().find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'systemd');
        if (child === undefined) return false;
        init = Number(child);
        try {
          return /running|degraded/.test(this.run('systemctl is-system-running || true'));
        } catch {
          return false;
        }
      });
    },
    async cut() {
      const ended = new Promise((resolve) => nspawn?.once('close', resolve));
      if (init !== undefined) process.kill(init, 'SIGKILL');
      await ended;
      init = undefined;
    },
  };
}

const EVERY_MS = 500;
const PATIENCE_MS = 180_000;

/** Looks again and again; throws after three minutes. */
export async function until(isSo: () => boolean, what = 'it'): Promise<void> {
  const before = performance.now();
  while (!isSo()) {
    if (performance.now() - before > PATIENCE_MS) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Copies files into a root. */
export function bring(debian: Debian, paths: string[]): void {
  for (const path of paths) cpSync(path, join(debian.root, 'root', path.split('/').at(-1) as string));
}

/** Names in a folder of it, sorted; none where there is no such folder. */
export function names(debian: Debian, folder: string): string[] {
  const path = join(debian.root, folder);
  return existsSync(path) ? readdirSync(path).sort() : [];
}
