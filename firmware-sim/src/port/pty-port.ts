/**
 * A pseudo-terminal, by the program `script` (bsdutils), so that no native module is needed: it opens a pair, runs a
 * shell on the one end and joins its own standard input and output to the other. The configured path becomes a link to
 * the tty. The shell lives as long as the pipe to us: when the simulator goes, even by SIGKILL, the tty goes too and
 * takes the link with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { type Cancel, KarezError } from '@karez/model';
import type { Port, PortDeps } from './port.ts';
import { TtyReader } from './tty-reader.ts';

/** Raw bytes both ways; the tty's name first; then silence until the simulator's end of descriptor 3 closes. */
const SHELL = `stty raw -echo && tty && cat <&3 >/dev/null
[ "$(readlink "$KAREZ_TTY")" = "$(tty)" ] && rm -f "$KAREZ_TTY"`;
const AGAIN_MS = 500;
/** With a host on the tty, `script` would wait for it a while. */
const INSIST_MS = 200;
/** Bytes that may wait for a host that does not read. */
const WRITE_LIMIT = 4 * 1024;

export async function openPtyPort(path: string, take: (bytes: Uint8Array) => void, deps: PortDeps): Promise<Port> {
  const { clock, logger } = deps;
  let child: ChildProcess | undefined;
  let again: Cancel | undefined;
  let stopped = false;
  let reader: TtyReader | undefined;
  let device = '';

  /** Starts `script`; resolves once the link is there. */
  function start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const current = spawn('script', ['-qfc', SHELL, '/dev/null'], {
        stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', SHELL: '/bin/sh', KAREZ_TTY: path },
        // Ctrl-C in a terminal is ours to handle.
        detached: true,
      });
      child = current;
      let head: string | undefined = '';
      let words = '';
      current.on('error', (cause: NodeJS.ErrnoException) => {
        const missing = 'the program "script" is missing, which makes serial devices: apt-get install bsdutils';
        reject(cause.code === 'ENOENT' ? new KarezError('FILE_UNREADABLE', missing, { cause, where: path }) : cause);
      });
      for (const stream of [current.stdin, current.stdio[3] as Writable]) stream?.on('error', () => {});
      current.stderr?.on('data', (chunk: Buffer) => {
        words = (words + chunk.toString()).slice(-200);
      });
      current.stdout?.on('data', (chunk: Buffer) => {
        if (head === undefined) {
          reader?.heard();
          return take(chunk);
        }
        head += chunk.toString('latin1');
        const line = /^(\/dev\/[^\s]+)\r?\n/.exec(head);
        if (line === null) return;
        const rest = Buffer.from(head.slice(line[0].length), 'latin1');
        head = undefined;
        const tty = line[1] as string;
        device = tty;
        reader = new TtyReader(clock, () => statSync(tty, { throwIfNoEntry: false })?.atimeMs);
        try {
          link(tty, path);
          resolve();
        } catch (error) {
          // Nobody would find it.
          letGo(current);
          reject(error);
        }
        if (rest.length > 0) take(rest);
      });
      current.once('close', () => {
        reject(
          new KarezError('FILE_UNREADABLE', `no serial device at ${path}: ${words.trim() || 'script ended at once'}`, {
            where: path,
          }),
        );
        if (stopped || child !== current || head !== undefined) return;
        logger.log('warn', 'a simulated tty ended; making it anew', { path });
        restart();
      });
    });
  }

  function restart(): void {
    again = clock.after(AGAIN_MS, () => {
      start().then(
        () => logger.log('info', 'a simulated tty is there again', { path }),
        (cause) => {
          logger.log('error', 'could not make a simulated tty', { path, cause });
          if (!stopped) restart();
        },
      );
    });
  }

  await start();
  return {
    name: path,
    write(bytes) {
      const stdin = child?.stdin;
      if (stdin?.writable && stdin.writableLength < WRITE_LIMIT && reader?.allows()) stdin.write(bytes);
    },
    async stop() {
      stopped = true;
      again?.();
      unlink(device, path);
      const last = child;
      if (last === undefined || last.exitCode !== null || last.signalCode !== null) return;
      const closed = new Promise((resolve) => last.once('close', resolve));
      const insist = clock.after(INSIST_MS, () => last.kill('SIGKILL'));
      letGo(last);
      await closed;
      insist();
    },
  };
}

/** Closes our end of descriptor 3: the shell takes the link away and ends. */
const letGo = (child: ChildProcess) => (child.stdio[3] as Writable).destroy();

/** Takes the link away while it is ours. */
function unlink(device: string, path: string): void {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  if (isLink && readlinkSync(path) === device) rmSync(path, { force: true });
}

/** Makes `path` a link to `device`, in place of an older link but of nothing else. */
function link(device: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isSymbolicLink())
    throw new KarezError('FILE_UNREADABLE', `${path} is a file already; take it away or choose another path`, {
      where: path,
    });
  if (there !== undefined && readlinkSync(path) === device) return;
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  symlinkSync(device, temporary);
  renameSync(temporary, path);
}
