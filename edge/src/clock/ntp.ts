/**
 * Whether the machine's clock is disciplined by NTP: systemd-timesyncd leaves a file while it is (systemd-timesyncd.service(8),
 * FILES), chrony and others are asked through timedatectl, which reads the kernel's own flag (adjtimex(2), STA_UNSYNC).
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Clock } from '@karez/model';
import type { Timekeeper } from './timekeeper.ts';

const SYNCHRONIZED = '/run/systemd/timesync/synchronized';
const EVERY_MS = 30_000;
const PATIENCE_MS = 5_000;
/** NTP over a bad link is rarely worse. */
const UNCERTAINTY_MS = 100;

/** Names this boot of the machine (random(4)); `otherwise` where the kernel does not say. */
export function bootId(otherwise: string): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return otherwise;
  }
}

/** Asks whether the system's clock is synchronised. */
export async function isSynchronised(): Promise<boolean> {
  if (existsSync(SYNCHRONIZED)) return true;
  return await new Promise((resolve) => {
    execFile('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], { timeout: PATIENCE_MS }, (error, out) =>
      resolve(error === null && out.trim() === 'yes'),
    );
  });
}

/** Tells the timekeeper what the system's clock says while NTP keeps it. Returns how to stop. */
export function watchNtp(
  clock: Clock,
  timekeeper: Pick<Timekeeper, 'report' | 'withdraw'>,
  ask: () => Promise<boolean> = isSynchronised,
): () => void {
  let isStopped = false;
  const look = async () => {
    const is = await ask();
    if (isStopped) return;
    if (is) timekeeper.report('ntp', clock.wallMs(), UNCERTAINTY_MS);
    else timekeeper.withdraw('ntp');
  };
  void look();
  const stop = clock.every(EVERY_MS, () => void look());
  return () => {
    isStopped = true;
    stop();
  };
}
