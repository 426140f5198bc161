/** One quantity over time: of one device, or of several beside one another. */

import { quantityOf } from '@karez/model/quantities';
import { useMemo } from 'react';
import { hrefOf } from '../../route/route.ts';
import { goTo, restate } from '../../route/use-route.ts';
import { channelName } from '../../show/label.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { BackLink } from '../part/back-link.tsx';
import { Icon } from '../part/icon.tsx';
import { useWords } from '../words-context.tsx';
import { Chart } from './chart.tsx';
import { ChartDevices } from './chart-devices.tsx';
import { ChartNow } from './chart-now.tsx';
import { areaOf, colours, comparable, toggled } from './lines.ts';
import { parseRange, type Range, rangeText } from './range.ts';

export function ChartPage({ channels, range: text }: { channels: string[]; range: string }) {
  const { farm, detail, nowMs } = useLoadedFarm();
  const { say, language } = useWords();
  const candidates = useMemo(() => comparable(detail, channels), [detail, channels]);
  const shown = useMemo(
    () => channels.flatMap((id) => candidates.find((c) => c.id === id) ?? []),
    [channels, candidates],
  );
  const colour = useMemo(
    () =>
      colours(
        candidates,
        shown.map((c) => c.id),
      ),
    [candidates, shown],
  );
  const range = parseRange(text, nowMs);
  const first = shown[0];
  const back = <BackLink href={hrefOf({ page: 'field', farm, area: areaOf(first?.device, detail) })} />;
  if (first === undefined) {
    return (
      <>
        <BackLink href={hrefOf({ page: 'overview', farm })} />
        <p className="note">{say('chart.unknown')}</p>
      </>
    );
  }
  const show = (ids: string[], next: Range = range) =>
    restate({ page: 'chart', farm, channels: ids, range: rangeText(next) });
  const only = shown.length === 1 ? first : undefined;
  const fields = new Set(shown.map((c) => c.device.field));
  const field = detail.fields.find((f) => f.id === first.device.field);
  const about = [only?.device.title, fields.size === 1 ? (field?.title ?? say('area.farm')) : undefined];
  return (
    <div className="chart-page">
      {back}
      <header className="page-head">
        <h1 tabIndex={-1}>{channelName(first, say, language)}</h1>
        <p className="quiet">{about.filter((t) => t !== undefined).join(' · ')}</p>
      </header>
      {only === undefined ? null : (
        <a className="chart-device-link" href={hrefOf({ page: 'device', farm, device: only.device.id })}>
          {say('chart.device', { device: only.device.title })}
          <Icon name="on" />
        </a>
      )}
      <ChartNow shown={shown} colour={colour} />
      <Chart
        name={channelName(first, say, language)}
        shown={shown}
        colour={colour}
        range={range}
        onRange={(next) => show(channels, next)}
        onBack={() => goTo({ page: 'field', farm, area: areaOf(first.device, detail) })}
        aggregate={quantityOf(first.quantity)?.aggregate ?? 'mean'}
      />
      {candidates.length > 1 ? (
        <ChartDevices
          candidates={candidates}
          shown={channels}
          colour={colour}
          onToggle={(id) => {
            const next = toggled(channels, id);
            if (next !== undefined) show(next);
          }}
        />
      ) : null}
    </div>
  );
}
