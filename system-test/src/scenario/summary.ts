/** What a run looks like: a bar while it goes on, and what came out, as text that can be pasted into a document. */
import type { Outcome, Progress } from './run.ts';
import { clockText, realText } from './times.ts';

const n = (value: number) => value.toLocaleString('en');
const BAR = 20;

/** One line of progress. */
export function progressLine(p: Progress): string {
  const full = Math.round(p.share * BAR);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  const { ok, failed, open } = p.results;
  return [
    `${bar} ${`${Math.floor(p.share * 100)}`.padStart(3)} %  ${clockText(p.fieldMs)} of ${clockText(p.lastsMs)}`,
    p.phase,
    `stored ${n(p.stored)}, waiting ${n(p.waiting)}`,
    `link ${p.linkState}`,
    ...(p.faults.filter((f) => !f.startsWith('link')).length > 0
      ? [p.faults.filter((f) => !f.startsWith('link')).join(', ')]
      : []),
    `expectations ${ok} ok, ${failed} failed, ${open} open`,
  ].join(' · ');
}

/** What came out. */
export function summary(outcome: Outcome): string {
  const { results, books, usage, playedMs } = outcome;
  const failed = results.filter((r) => !r.ok).length;
  const facts: [string, string][] = [
    ['seed', `${outcome.seed}`],
    ['speed', `${outcome.speed}`],
    ['devices', n(outcome.devices)],
    ...(books === undefined
      ? []
      : ([['readings', `${n(books.accepted)} accepted, ${n(books.stored)} stored`]] as [string, string][])),
    ...usage.map(({ name, use }): [string, string] => [
      name,
      `${Math.round(use.nowMb)} MB in the end, ${Math.round(use.peakMb)} at most, ${Math.round((use.cpuS / (playedMs / 1_000)) * 100)} % of one core`,
    ]),
    ['took', realText(outcome.tookMs)],
    ...(outcome.folder === undefined ? [] : ([['kept in', outcome.folder]] as [string, string][])),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    ...results.map(
      ({ ok, name, detail, kind }) => `  ${ok ? '✓' : '✗'} ${kind === 'fault' ? 'fault: ' : ''}${name}: ${detail}`,
    ),
    ...facts.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
    failed === 0 ? `  PASSED: all ${results.length}` : `  FAILED: ${failed} of ${results.length}`,
  ].join('\n');
}
