/** Journals for tests: on a memory disk where there is one, filled with readings that tell their own number. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newReadings, type Readings } from '@karez/model';
import { decodeBatch } from '@karez/model/wire';
import type { JournalDb, JournalOptions } from '../journal/journal-db.ts';

export const ADDRESS = { farm: 'farm', gateway: 'gw-1' };
export const START_MS = Date.UTC(2026, 5, 1);
/** Channels of one made-up device. */
export const CHANNELS = 4;

const MEMORY_DISK = '/dev/shm';

/** A folder of its own, and how to remove it. */
export function folder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir(), 'karez-journal-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function options(path: string, more: Partial<JournalOptions> = {}): JournalOptions {
  return {
    ...{ path: join(path, 'journal.db'), ...ADDRESS, limitBytes: 50_000_000, policy: 'keep-oldest' },
    boot: { uuid: 'boot-1', wallMs: START_MS, monoMs: 0 },
    ...more,
  };
}

/** `samples` samples of CHANNELS readings each; the value of each is its own running number, so that nothing can be mixed up. */
export function made(samples: number, from = 0, firstChannel = 1): Readings {
  const readings = newReadings(samples * CHANNELS);
  for (let s = 0; s < samples; s++) {
    for (let c = 0; c < CHANNELS; c++) {
      const i = readings.count++;
      readings.timeMs[i] = START_MS + (from + s) * 1_000;
      readings.channel[i] = firstChannel + c;
      readings.value[i] = (from + s) * CHANNELS + c;
    }
  }
  return readings;
}

/** Commits groups of one sample each; returns all sequence numbers given. */
export function fill(journal: JournalDb, groups: number, from = 0, samplesEach = 1): number[] {
  const given: number[] = [];
  for (let g = 0; g < groups; g++) {
    const { range } = journal.commit({
      ...{ readings: made(samplesEach, from + g * samplesEach), undated: newReadings(0), marks: [], inFlightTo: 0 },
    });
    for (let seq = range?.[0] ?? 1; seq <= (range?.[1] ?? 0); seq++) given.push(seq);
  }
  return given;
}

/** Everything that waits: value by sequence number, with time and quality; asked for `most` readings at a time. */
export function contents(
  journal: Pick<JournalDb, 'batch'>,
  most = 5_000,
): Map<number, { value: number; timeMs: number; quality: number; channel: number }> {
  const found = new Map<number, { value: number; timeMs: number; quality: number; channel: number }>();
  for (let from = 1; ; ) {
    const batch = journal.batch(from, Number.MAX_SAFE_INTEGER, most);
    if (batch === undefined) return found;
    const { readings } = decodeBatch(batch.bytes, ADDRESS);
    for (let i = 0; i < readings.count; i++) {
      const seq = readings.seq[i] as number;
      if (found.has(seq)) throw new Error(`number ${seq} came twice`);
      found.set(seq, {
        ...{ value: readings.value[i] as number, timeMs: readings.timeMs[i] as number },
        ...{ quality: readings.quality[i] as number, channel: readings.channel[i] as number },
      });
    }
    from = (readings.seq[readings.count - 1] as number) + 1;
  }
}

/** A copy of the journal's files as a power cut would leave them, in a folder of its own. */
export function copyFiles(from: string, to: string): void {
  for (const end of ['', '-wal', '.id', '.next']) {
    const path = join(from, `journal.db${end}`);
    if (existsSync(path)) copyFileSync(path, join(to, `journal.db${end}`));
  }
}
