/** One device's value within a group, with the reason where it is not to be trusted. */
import { qualityNames, SUSPECT } from '@karez/model/reading';
import type { GroupChannel } from '../../judge/groups.ts';
import { stateOf } from '../../judge/state.ts';
import { hrefOf } from '../../route/route.ts';
import { useFarm } from '../farm-context.tsx';
import { Age } from '../part/age.tsx';
import { Sign } from '../part/sign.tsx';
import { Value } from '../part/value.tsx';
import { useWords } from '../words-context.tsx';

export function DeviceRow({ channel }: { channel: GroupChannel }) {
  const { farm, value, judgedMs } = useFarm();
  const { say } = useWords();
  const latest = value(channel.id);
  const state = stateOf(latest, judgedMs, channel.device.intervalMs);
  const why = state === 'suspect' ? qualityNames((latest?.[2] ?? 0) & SUSPECT)[0] : undefined;
  return (
    <li>
      <a
        className={`row-link device-row state-${state}`}
        href={hrefOf({ page: 'chart', farm, channels: [channel.id], range: '' })}
      >
        <Sign state={state} word={state === 'fresh' ? null : undefined} />
        <span className="row-name">
          {channel.device.title}
          {why === undefined ? null : (
            <span className="row-notes">{say('why.suspect', { why: say(`why.${why}`) })}</span>
          )}
        </span>
        <span className="row-value">
          <Value quantity={channel.quantity} value={latest?.[1] ?? null} state={state} decimals={channel.decimals} />
          <Age atMs={latest?.[0] ?? null} />
        </span>
      </a>
    </li>
  );
}
