/** A real tty with a test on its other end, made by `script` (bsdutils). */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pty {
  /** A link of our own to the tty: the number of one that is gone is soon somebody else's. */
  path: string;
  write(bytes: Uint8Array): void;
  onBytes: (bytes: Uint8Array) => void;
  /** Takes the tty away, as pulling out a plug does. */
  unplug(): Promise<void>;
}

/** Resolves once the tty is there. */
export async function openPty(): Promise<Pty> {
  const child = spawn('script', ['-qfc', 'stty raw -echo; tty; exec sleep infinity', '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', SHELL: '/bin/sh' },
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let head = '';
  const device = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error('script ended at once: is bsdutils installed?')));
    child.stdout.on('data', function first(chunk: Buffer) {
      head += chunk.toString('latin1');
      const name = /(\/dev\/\S+)\r?\n/.exec(head)?.[1];
      if (name === undefined) return;
      child.stdout.off('data', first);
      resolve(name);
    });
  });
  const folder = mkdtempSync(join(tmpdir(), 'karez-tty-'));
  const path = join(folder, 'tty');
  symlinkSync(device, path);
  const pty: Pty = {
    path,
    write: (bytes) => void child.stdin.write(bytes),
    onBytes: () => {},
    async unplug() {
      rmSync(folder, { recursive: true, force: true });
      child.kill('SIGKILL');
      await closed;
    },
  };
  child.stdout.on('data', (chunk: Buffer) => pty.onBytes(chunk));
  return pty;
}
