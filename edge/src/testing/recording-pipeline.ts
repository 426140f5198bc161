/** The gateway's own pipeline before a journal that only remembers: for tests of what speaks to it, with repeats as they are. */
import { QUALITY } from '@karez/model';
import { buildCatalog } from '../catalog.ts';
import { createChecker } from '../check/check.ts';
import type { ConfiguredDevice } from '../config.ts';
import type { Journal } from '../journal/journal.ts';
import type { Mark } from '../journal/marks.ts';
import { Pipeline } from '../pipeline.ts';

export interface Stored {
  device: string;
  timeMs: number;
  /** By quantity and place. */
  values: Record<string, number>;
  historical: boolean;
  range: boolean;
}

export interface RecordingPipeline {
  pipeline: Pipeline;
  stored: Stored[];
  /** Marks that a journal would find after a restart. */
  marks: Mark[];
}

export async function recordingPipeline(
  devices: readonly ConfiguredDevice[],
  nowMs: number,
  marks: Mark[] = [],
): Promise<RecordingPipeline> {
  const stored: Stored[] = [];
  const kept = [...marks];
  const names: string[] = [];
  const remembered = new Map<string, string>();
  const journal = {
    opened: { marks, epoch: '00000001' },
    async number(wanted: string[]) {
      return wanted.map((name) => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1) + 1);
    },
    hurry() {},
    recall: async (key: string) => remembered.get(key) ?? null,
    async remember(key: string, text: string) {
      remembered.set(key, text);
    },
    async append(timeMs: number, numbers: number[], values: number[], qualities: number[], { mark }: { mark?: Mark }) {
      if (mark !== undefined) kept.push(mark);
      const channels = numbers.map((n) => (names[n - 1] as string).split('/') as [device: string, quantity: string]);
      stored.push({
        ...{ device: channels[0]?.[0] as string, timeMs },
        values: Object.fromEntries(channels.map(([, quantity], i) => [quantity, values[i] as number])),
        historical: qualities.every((q) => (q & QUALITY.HISTORICAL) !== 0),
        range: qualities.some((q) => (q & QUALITY.RANGE) !== 0),
      });
    },
  } as unknown as Journal;
  const config = { farm: { id: 'f', title: 'F' }, gateway: { id: 'g', title: 'G' }, fields: [] };
  const catalog = await buildCatalog(config, devices, journal, nowMs);
  const time = { now: () => ({ timeMs: nowMs, dated: true }), heard() {}, satellite() {} };
  return { pipeline: new Pipeline(time, catalog, createChecker(), journal), stored, marks: kept };
}
