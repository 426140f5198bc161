/** Memory and processor time of processes, from /proc (proc(5)); nothing where there is none. */
import { readFileSync } from 'node:fs';

/** USER_HZ: ticks of a second in /proc/PID/stat; 100 on all of today's Linux. */
const TICKS = 100;

export interface Use {
  /** Memory: at most, and when it was last looked at. */
  peakMb: number;
  nowMb: number;
  cpuS: number;
}

export class Usage {
  /** By process and its id: each life counts. */
  readonly #lives = new Map<string, Map<number, Use>>();

  look(name: string, pid: number): void {
    const use = usageOf(pid);
    if (use === undefined) return;
    const lives = this.#lives.get(name) ?? new Map<number, Use>();
    lives.set(pid, use);
    this.#lives.set(name, lives);
  }

  /** Highest memory of any life, the last of the last, and the processor time of all. */
  of(name: string): Use | undefined {
    const lives = [...(this.#lives.get(name)?.values() ?? [])];
    if (lives.length === 0) return undefined;
    return {
      peakMb: Math.max(...lives.map((use) => use.peakMb)),
      nowMb: (lives.at(-1) as Use).nowMb,
      cpuS: lives.reduce((sum, use) => sum + use.cpuS, 0),
    };
  }

  names(): string[] {
    return [...this.#lives.keys()];
  }
}

function usageOf(pid: number): Use | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const mb = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    // The name may hold blanks and brackets; fields count from behind it: utime and stime are the 14th and 15th of all.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number.isNaN(mb('VmHWM'))) return undefined;
    return { peakMb: mb('VmHWM'), nowMb: mb('VmRSS'), cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS };
  } catch {
    return undefined;
  }
}
