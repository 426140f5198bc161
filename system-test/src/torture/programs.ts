/** Programs of the system that set faults up, and whether what an ended run has left behind may go. */
import { execFileSync } from 'node:child_process';

/** Runs a program and returns what it printed. Throws its own words where its status is above `mostStatus`. */
export function run(program: string, args: readonly string[], mostStatus = 0): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { status, stderr, message } = error as Error & { status?: number | null; stderr?: string };
    if (typeof status === 'number' && status <= mostStatus) return '';
    throw new Error(`${program}: ${(stderr || message).trim().replaceAll('\n', ' ')}`);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
