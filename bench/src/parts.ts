/** Each part is loaded when its turn comes, so that none weighs on another's memory. */
import type { BenchContext } from './context.ts';
import type { Figure } from './figure.ts';

export type Part = (context: BenchContext) => Promise<Figure[]>;

export const PARTS: Record<string, () => Promise<Part>> = {
  wire: async () => (await import('./wire-figures.ts')).wireFigures,
  decode: async () => (await import('./decode/rows.ts')).decodeFigures,
  rules: async () => (await import('./rules.ts')).rulesFigures,
  intake: async () => (await import('./intake.ts')).intakeFigures,
  disk: async () => (await import('./disk.ts')).diskFigures,
  live: async () => (await import('./live.ts')).liveFigures,
  embedded: async () => (await import('./drain.ts')).drainEmbedded,
  influx: async () => (await import('./drain.ts')).drainInflux,
  mosquitto: async () => (await import('./outage.ts')).outageFigures,
  week: async () => (await import('./week.ts')).weekFigures,
};

/** These take minutes and are measured only where they are named. */
export const LONG_PARTS: ReadonlySet<string> = new Set(['mosquitto', 'week']);
