/** What the kernel knows of a process and all its threads (proc(5): /proc/PID/status, /proc/PID/io). */
import { readFileSync } from 'node:fs';

const fields = (path: string): Map<string, number> =>
  new Map(
    Array.from(readFileSync(path, 'utf8').matchAll(/^(\w+):\s+(\d+)/gm), ([, name, value]) => [
      name as string,
      Number(value),
    ]),
  );

/** Resident memory in MB (10^6 bytes): now, and at its highest. */
export function memoryMb(pid: number): { now: number; highest: number } {
  const status = fields(`/proc/${pid}/status`);
  const mb = (name: string) => ((status.get(name) ?? Number.NaN) * 1024) / 1e6;
  return { now: mb('VmRSS'), highest: mb('VmHWM') };
}

/** Bytes that a process sent to the disk (whole pages made dirty), and that it handed to write calls, sockets included. */
export function written(pid: number): { disk: number; calls: number } {
  const io = fields(`/proc/${pid}/io`);
  return { disk: io.get('write_bytes') ?? Number.NaN, calls: io.get('wchar') ?? Number.NaN };
}

/** Processor time that a process has used, s, over all its threads (proc(5): /proc/PID/stat, utime and stime). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; what follows it is numbers.
  const after = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const TICKS_PER_SECOND = 100;
  return (Number(after[11]) + Number(after[12])) / TICKS_PER_SECOND;
}
