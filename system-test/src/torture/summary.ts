/** What a run came to, as text that can be pasted into a document. */
import type { TortureOptions, TortureResult } from './torture.ts';

const n = (value: number) => value.toLocaleString('en');
const SHOWN = 20;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

export function summary(result: TortureResult, { seed, influx, nodes }: TortureOptions): string {
  const { proof, kills, faults, tookMs, drainMs, longestGapMs, problems } = result;
  const total = Object.values(kills).reduce((sum, some) => sum + some, 0);
  const lines: [string, string][] = [
    ['store', influx ? 'InfluxDB' : 'embedded'],
    ['seed', `${seed}`],
    ['kills', `${n(total)} in ${seconds(tookMs)}: ${listed(kills)}`],
    ['link', `${faults.reset} × reset, ${faults.silence} × silent for longer than the keepalive`],
    ...(influx ? [['InfluxDB', `${faults.freeze} × frozen`] as [string, string]] : []),
    ['nodes', `${nodes}, ${n(proof.messages)} messages acknowledged`],
    ['readings', `${n(proof.accepted)} accepted, ${n(proof.stored)} stored, ${n(proof.refused)} refused`],
    ['lost', n(proof.lost)],
    ['double', n(proof.double)],
    ['segments', `${n(proof.segments)} of sequence numbers, each in the ledger as it was given`],
    ['without service', `nodes at most ${seconds(longestGapMs.nodes)}, store at most ${seconds(longestGapMs.store)}`],
    ['drained in', seconds(drainMs)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const verdict =
    problems.length === 0
      ? 'Nothing lost, nothing double.'
      : [
          `${n(problems.length)} things are wrong:`,
          ...problems.slice(0, SHOWN).map((problem) => `- ${problem}`),
          ...(problems.length > SHOWN ? [`- and ${n(problems.length - SHOWN)} more`] : []),
        ].join('\n');
  return `${lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n')}\n${verdict}`;
}

const listed = (kills: TortureResult['kills']) =>
  Object.entries(kills)
    .map(([victim, times]) => `${victim} ${n(times)}`)
    .join(', ');
