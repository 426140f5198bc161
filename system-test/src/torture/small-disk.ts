/**
 * A small disk of its own for a data folder, that can be filled to the last byte, and that can fail as a memory card does: the
 * kernel finds an error and makes the file system read-only under whoever is writing.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, run } from './programs.ts';

export interface SmallDisk {
  /** Where it is mounted. */
  path: string;
  /** Writes a file until the disk is full. Returns the bytes it took. */
  fill(): number;
  /** Removes that file. */
  free(): void;
  /** An error of the file system: read-only from now on, whoever has files open. Not on tmpfs. */
  fail(): void;
  /** After such an error, nobody using it: checks the file system and mounts it again. */
  repair(): void;
  /** Unmounts and removes everything; nobody may be using it. */
  remove(): void;
}

const BALLAST = 'ballast';
const PREFIX = 'karez-disk-';

/**
 * Makes one, tmpfs or ext4 on a loop device.
 * @throws in one sentence where this machine does not let us.
 */
export function makeSmallDisk(kind: 'tmpfs' | 'ext4', megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const image = `${folder}.img`;
  const mount = () =>
    kind === 'tmpfs'
      ? run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'karez', folder])
      : run('mount', ['-o', 'loop,errors=remount-ro', image, folder]);
  const unmount = () => run('umount', [folder]);
  const remove = () => {
    process.off('exit', atExit);
    if (isMounted(folder)) unmount();
    rmSync(folder, { recursive: true, force: true });
    rmSync(image, { force: true });
  };
  /** Those who use it may still be dying. */
  const atExit = () => {
    if (isMounted(folder)) run('umount', ['-l', folder]);
    rmSync(image, { force: true });
  };
  try {
    removeLeftovers();
    if (kind === 'ext4') {
      closeSync(openSync(image, 'w'));
      truncateSync(image, megabytes * 1024 * 1024);
      run('mkfs.ext4', ['-q', '-F', '-b', '4096', '-m', '0', image]);
    }
    mount();
  } catch (error) {
    rmSync(image, { force: true });
    rmdirSync(folder);
    throw new Error(
      `a small ${kind} disk cannot be mounted here (${(error as Error).message}): these tests need root, mount and e2fsprogs`,
    );
  }
  process.once('exit', atExit);
  return {
    path: folder,
    fill: () => fill(join(folder, BALLAST)),
    free: () => rmSync(join(folder, BALLAST), { force: true }),
    fail() {
      const device = run('findmnt', ['-n', '-o', 'SOURCE', folder]).trim().replace('/dev/', '');
      writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, '1');
    },
    repair() {
      unmount();
      run('e2fsck', ['-f', '-y', image], 1);
      mount();
    },
    remove,
  };
}

const isMounted = (folder: string) => readFileSync('/proc/mounts', 'utf8').includes(` ${folder} `);

/** Disks of test runs that were killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(tmpdir(), name);
    if (isMounted(path)) run('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  }
}

/** To the last byte: large pieces first, then small ones. */
function fill(path: string): number {
  const file = openSync(path, 'a');
  let bytes = 0;
  try {
    for (const size of [64 * 1024, 1024, 1]) {
      const piece = Buffer.alloc(size);
      try {
        for (;;) bytes += writeSync(file, piece);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}
