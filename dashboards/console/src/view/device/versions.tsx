/** Where a device stood, and with what its channels are calibrated, by time. What was stored stays as it was. */
import type { ApiDevice } from '@karez/model';
import { channelName } from '../../show/label.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { useWords } from '../words-context.tsx';

export function Versions({ device }: { device: ApiDevice }) {
  const { detail } = useLoadedFarm();
  const { say, language } = useWords();
  const placements = (device.placements ?? []).map(({ fromMs, field, position, depthCm, heightCm }) => ({
    fromMs,
    words: [
      detail.fields.find((f) => f.id === field)?.title ?? field ?? say('area.farm'),
      position?.join(', '),
      depthCm === undefined ? undefined : say('place.depth', { cm: depthCm }),
      heightCm === undefined ? undefined : say('place.height', { cm: heightCm }),
    ]
      .filter((t) => t !== undefined)
      .join(' · '),
  }));
  const calibrations = device.channels.flatMap((channel) =>
    (channel.calibrations ?? []).map(({ fromMs, version, formula }) => ({
      fromMs,
      words: `${channelName(channel, say, language)} · ${say('device.version', { n: version })} · ${
        formula === null ? say('device.uncalibrated') : JSON.stringify(formula)
      }`,
    })),
  );
  return (
    <>
      <List id="placements" title={say('device.placements')} rows={placements} />
      <List id="calibrations" title={say('device.calibrations')} rows={calibrations} />
    </>
  );
}

interface Row {
  fromMs: number;
  words: string;
}

function List({ id, title, rows }: { id: string; title: string; rows: readonly Row[] }) {
  const { times } = useLoadedFarm();
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ol className="audit">
        {rows
          .toSorted((a, b) => b.fromMs - a.fromMs)
          .map(({ fromMs, words }) => (
            <li key={`${fromMs} ${words}`}>
              <time dateTime={new Date(fromMs).toISOString()}>{times.exact(fromMs)}</time>
              <span>{words}</span>
            </li>
          ))}
      </ol>
    </section>
  );
}
