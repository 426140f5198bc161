/** What the shown channels say now, with the exact time and the reason where a value is not to be trusted. */
import { qualityNames, SUSPECT } from '@karez/model/reading';
import type { GroupChannel } from '../../judge/groups.ts';
import { summarise } from '../../judge/groups.ts';
import { stateOf } from '../../judge/state.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Age } from '../part/age.tsx';
import { Sign } from '../part/sign.tsx';
import { Value } from '../part/value.tsx';
import { useWords } from '../words-context.tsx';

export function ChartNow({ shown }: { shown: readonly GroupChannel[]; colour: ReadonlyMap<string, number> }) {
  const { value, judgedMs, times } = useLoadedFarm();
  const { say } = useWords();
  const first = shown[0] as GroupChannel;
  const summary = summarise(shown, value, judgedMs);
  const latest = shown.length === 1 ? value(first.id) : undefined;
  const state = latest === undefined ? summary.state : stateOf(latest, judgedMs, first.device.intervalMs);
  const why = state === 'suspect' ? qualityNames((latest?.[2] ?? 0) & SUSPECT)[0] : undefined;
  return (
    <div className={`chart-now state-${state}`}>
      <span className="chart-now-value">
        <Value quantity={first.quantity} value={summary.value} state={state} decimals={first.decimals} />
      </span>
      <span className="chart-now-about">
        <span>
          <Sign state={state} word={null} />
          {say(`state.${state}`)} · <Age atMs={summary.oldestMs} />
        </span>
        {latest === undefined ? null : (
          <span className="quiet">{say('taken.at', { time: times.exact(latest[0]) })}</span>
        )}
        {shown.length > 1 ? <span className="quiet">{say('chart.middle.of', { n: shown.length })}</span> : null}
        {why === undefined ? null : <span className="trouble">{say('why.suspect', { why: say(`why.${why}`) })}</span>}
      </span>
    </div>
  );
}
