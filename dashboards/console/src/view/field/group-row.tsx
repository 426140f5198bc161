/**
 * One quantity at one place: name, trend, value, age. The row opens into its chart; where several devices measure the
 * same, the middle one's value stands here and each device's below, on demand.
 */
import type { Series } from '@karez/model';
import { memo, useMemo, useRef, useState } from 'react';
import { RECENT_STEP_MS } from '../../feed/recent.ts';
import { together, unbrokenMs } from '../../feed/series.ts';
import { type Group, type GroupSummary, type SectionKind, summarise } from '../../judge/groups.ts';
import { hrefOf } from '../../route/route.ts';
import { nameInSection, placeWords } from '../../show/label.ts';
import { showValue } from '../../show/number.ts';
import { MOST_LINES } from '../chart/lines.ts';
import { useFarm, useRecent } from '../farm-context.tsx';
import { Age } from '../part/age.tsx';
import { Icon } from '../part/icon.tsx';
import { Sign } from '../part/sign.tsx';
import { Spark } from '../part/spark.tsx';
import { Value } from '../part/value.tsx';
import { useWords } from '../words-context.tsx';
import { DeviceRow } from './device-row.tsx';

export const GroupRow = memo(function GroupRow({ group, inSection }: { group: Group; inSection: SectionKind }) {
  const { farm, value, judgedMs, nowMs } = useFarm();
  const { say, language } = useWords();
  const [open, setOpen] = useState(false);
  const ids = useMemo(() => group.channels.map((c) => c.id), [group]);
  const recents = useRecent(ids);
  const ready = recents.flatMap((r) => (r?.state === 'ready' ? [r.series] : []));
  const series = useTogether(group.key, ready);
  const summary = summarise(group.channels, value, judgedMs);
  const several = group.channels.length > 1;
  // In a section of one depth the depth is said already.
  const where = inSection === 'soil' || inSection === 'air' ? '' : placeWords(group.place, say);
  const name = nameInSection(group.quantity, inSection, language);
  const slowest = Math.max(...group.channels.map((c) => c.device.intervalMs));
  return (
    <li className={`row state-${summary.state}`}>
      <a className="row-link" href={hrefOf({ page: 'chart', farm, channels: ids.slice(0, MOST_LINES), range: '' })}>
        <Sign state={summary.state} word={summary.state === 'fresh' ? null : undefined} />
        <span className="row-name">
          {where === '' ? name : say('channel.at', { name, where })}
          <RowNotes summary={summary} group={group} />
        </span>
        <Spark
          series={ready.length === 0 ? undefined : series}
          quantity={group.quantity}
          untilMs={Math.ceil(nowMs / RECENT_STEP_MS) * RECENT_STEP_MS}
          unbrokenMs={unbrokenMs(slowest, RECENT_STEP_MS)}
        />
        <span className="row-value">
          <Value
            quantity={group.quantity}
            value={summary.value}
            state={summary.state}
            decimals={group.channels[0]?.decimals ?? 0}
          />
          <Age atMs={summary.oldestMs} />
        </span>
      </a>
      {several ? (
        <button type="button" className="row-open" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="unseen">{say('row.open', { name })}</span>
          <span>{group.channels.length}</span>
          <Icon name="open" />
        </button>
      ) : null}
      {open ? (
        <ul className="row-devices">
          {group.channels.map((channel) => (
            <DeviceRow key={channel.id} channel={channel} />
          ))}
        </ul>
      ) : null}
    </li>
  );
});

/** Series as one, made anew only when one of them has changed: then it is another object. */
function useTogether(key: string, ready: Series[]): Series {
  const made = useRef<{ ready: Series[]; series: Series }>(undefined);
  const known = made.current;
  if (known !== undefined && known.ready.length === ready.length && ready.every((s, i) => s === known.ready[i]))
    return known.series;
  const series = together(key, ready);
  made.current = { ready, series };
  return series;
}

/** What the one number hides: how many devices, how far apart, and which of them not to trust. */
function RowNotes({ summary, group }: { summary: GroupSummary; group: Group }) {
  const { say, locale } = useWords();
  const show = (n: number) => showValue(group.quantity, n, group.channels[0]?.decimals ?? 0, locale);
  const notes: string[] = [];
  const wrong: string[] = [];
  const several = group.channels.length > 1;
  if (several && summary.lo !== null && summary.hi !== null && summary.lo !== summary.hi)
    notes.push(say('group.range', { lo: show(summary.lo), hi: show(summary.hi) }));
  if (several && summary.suspects > 0) wrong.push(say('group.suspects', { n: summary.suspects }));
  if (several && summary.silent > 0) wrong.push(say('group.silents', { n: summary.silent }));
  if (!several && summary.state === 'silent') notes.push(say('state.silent'));
  if (!several && summary.state === 'suspect') notes.push(say('state.suspect'));
  if (notes.length === 0 && wrong.length === 0) return null;
  return (
    <span className="row-notes">
      {notes.join(' · ')}
      {wrong.length === 0 ? null : <span className="row-wrong">{wrong.join(' · ')}</span>}
    </span>
  );
}
