/** What a run of the fuzz came to, as a table for people. */
import { type FuzzResult, judgeRun } from './fuzz.ts';

const whole = new Intl.NumberFormat('en');

export function summary(results: readonly FuzzResult[], seed: number): string {
  const head = [
    'decoder',
    'frames',
    'left whole',
    'bytes',
    'taken',
    'refused',
    'hidden',
    'most held',
    'heap',
    'frames/s',
    '',
  ];
  const rows = results.map((result) => {
    const { target, tally, ms, grownBytes } = result;
    const numbers = [tally.frames, tally.intact, tally.bytes, tally.taken, tally.refused, tally.coincidences];
    return [
      target,
      ...numbers.map((n) => whole.format(n)),
      `${tally.mostHeld} B`,
      grownBytes === undefined ? '' : `${grownBytes < 0 ? '−' : '+'}${Math.round(Math.abs(grownBytes) / 1024)} KiB`,
      whole.format(Math.round((tally.frames * 1000) / ms)),
      result.failures.length === 0 && judgeRun(result).length === 0 ? 'sound' : 'WRONG',
    ];
  });
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => (r[i] as string).length)));
  const line = (cells: string[]) =>
    cells
      .map((c, i) =>
        i === 0 || i === cells.length - 1 ? c.padEnd(widths[i] as number) : c.padStart(widths[i] as number),
      )
      .join('  ')
      .trimEnd();
  const kinds = new Map<string, number>();
  for (const { tally } of results)
    for (const [kind, times] of tally.damages) kinds.set(kind, (kinds.get(kind) ?? 0) + times);
  const damage = [...kinds].map(([kind, times]) => `${kind} ${whole.format(times)}`).join(', ');
  return [
    line(head),
    line(widths.map((w) => '-'.repeat(w))),
    ...rows.map(line),
    `damage: ${damage}`,
    `seed ${seed}`,
  ].join('\n');
}
