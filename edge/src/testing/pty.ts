/** A real tty with a test on its other end, made by `script` (bsdutils). */
import { spawn } from 'node:child_process';

export interface Pty {
  /** Path of the tty, e.g. /dev/pts/3. */
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
  const path = await new Promise<string>((resolve, reject) => {
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
  const pty: Pty = {
    path,
    write: (bytes) => void child.stdin.write(bytes),
    onBytes: () => {},
    async unplug() {
      child.kill('SIGKILL');
      await closed;
    },
  };
  child.stdout.on('data', (chunk: Buffer) => pty.onBytes(chunk));
  return pty;
}
