/** Which devices the chart shows; each with its colour, up to eight. */
import type { GroupChannel } from '../../judge/groups.ts';
import { stateOf } from '../../judge/state.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Icon } from '../part/icon.tsx';
import { Value } from '../part/value.tsx';
import { useWords } from '../words-context.tsx';
import { MOST_LINES } from './lines.ts';

interface ChartDevicesProps {
  candidates: readonly GroupChannel[];
  shown: readonly string[];
  colour: ReadonlyMap<string, number>;
  onToggle(id: string): void;
}

export function ChartDevices({ candidates, shown, colour, onToggle }: ChartDevicesProps) {
  const { value, judgedMs, detail } = useLoadedFarm();
  const { say } = useWords();
  const full = shown.length >= MOST_LINES;
  return (
    <section aria-labelledby="devices">
      <h2 id="devices">{say('chart.devices')}</h2>
      {full ? <p className="quiet">{say('chart.most')}</p> : null}
      <ul className="chart-devices">
        {candidates.map((channel) => {
          const on = shown.includes(channel.id);
          const latest = value(channel.id);
          const field = detail.fields.find((f) => f.id === channel.device.field);
          return (
            <li key={channel.id}>
              <button
                type="button"
                aria-pressed={on}
                disabled={!on && full}
                className="chart-device"
                onClick={() => onToggle(channel.id)}
              >
                <span className={`swatch${on ? ` line-${(colour.get(channel.id) ?? 0) + 1}` : ''}`} aria-hidden="true">
                  {on ? <Icon name="tick" /> : null}
                </span>
                <span className="row-name">
                  {channel.device.title}
                  {field === undefined ? null : <span className="row-notes">{field.title}</span>}
                </span>
                <Value
                  quantity={channel.quantity}
                  value={latest?.[1] ?? null}
                  state={stateOf(latest, judgedMs, channel.device.intervalMs)}
                  decimals={channel.decimals}
                />
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
