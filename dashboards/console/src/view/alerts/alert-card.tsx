/** One alert: how bad, what, where, since when, who sees to it, and what can be done about it. */
import type { ApiAlert } from '@karez/model';
import { useState } from 'react';
import { isOpen } from '../../feed/alert-list.ts';
import { hrefOf } from '../../route/route.ts';
import { spanOf } from '../../show/time.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Icon } from '../part/icon.tsx';
import { Sign } from '../part/sign.tsx';
import { useWords } from '../words-context.tsx';
import { AlertActions } from './alert-actions.tsx';
import { AlertStory } from './alert-story.tsx';

export function AlertCard({ alert, opened }: { alert: ApiAlert; opened: boolean }) {
  const { farm, times, nowMs } = useLoadedFarm();
  const { say, language } = useWords();
  const [open, setOpen] = useState(opened);
  const { severity, firedMs, channel, late } = alert;
  const goesOn = isOpen(alert);
  const sign = goesOn && severity !== 'info' ? 'alert' : 'absent';
  return (
    <li className={`card alert-card alert-${severity} state-${sign}`}>
      <div className="alert-words">
        <p className="alert-grade">
          <Sign state={sign} word={null} />
          {say(`grade.one.${severity}`)}
          <time dateTime={new Date(firedMs).toISOString()} title={times.exact(firedMs)}>
            {late ? null : <When alert={alert} />}
          </time>
        </p>
        <p className="alert-message">{alert.message[language]}</p>
        <Notes alert={alert} />
      </div>
      {goesOn ? <AlertActions alert={alert} /> : null}
      <div className="alert-more">
        <button type="button" className="rows-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="open" />
          {say('alert.story')}
        </button>
        {alert.device === null ? null : (
          <a className="rows-more" href={hrefOf({ page: 'device', farm, device: `${alert.gateway}/${alert.device}` })}>
            {say('alert.device')}
          </a>
        )}
        {channel === null ? null : (
          <a className="rows-more" href={hrefOf({ page: 'chart', farm, channels: [channel], range: chartRange() })}>
            {say('alert.chart')}
          </a>
        )}
      </div>
      {open ? <AlertStory id={alert.id} /> : null}
    </li>
  );

  /** Six hours around it; the last six hours where it has just begun. */
  function chartRange(): string {
    if (goesOn && nowMs - firedMs < 5 * HOUR_MS) return '6h';
    return `${firedMs - 3 * HOUR_MS}-${firedMs + 3 * HOUR_MS}`;
  }
}

const HOUR_MS = 3_600_000;

function When({ alert: { firedMs, endedMs } }: { alert: ApiAlert }) {
  const { times, nowMs } = useLoadedFarm();
  const { say } = useWords();
  if (endedMs === null) return say('alert.since', { time: times.moment(firedMs, nowMs) });
  const { unit, count } = spanOf(endedMs - firedMs);
  const span = say(`span.${unit}`, { n: count });
  return say('alert.was', { from: times.moment(firedMs, nowMs), to: times.moment(endedMs, nowMs), span });
}

function Notes({ alert }: { alert: ApiAlert }) {
  const { times, nowMs } = useLoadedFarm();
  const { say } = useWords();
  const { acknowledged, silencedUntilMs, late, firedMs, endedMs } = alert;
  const at = (ms: number) => times.moment(ms, nowMs);
  const notes: string[] = [];
  if (late) notes.push(say('alert.late', { time: at(firedMs) }));
  if (alert.state === 'recovering') notes.push(say('alert.recovering'));
  if (alert.noData && endedMs === null) notes.push(say('alert.noData'));
  if (alert.inhibitedBy !== null) notes.push(say('alert.inhibited'));
  if (acknowledged !== null)
    notes.push(say('alert.acknowledged', { name: acknowledged.by.name, time: at(acknowledged.atMs) }));
  else if (alert.toldMs !== null) notes.push(say('alert.told', { time: at(alert.toldMs) }));
  if ((silencedUntilMs ?? 0) > nowMs) notes.push(say('alert.silenced', { time: at(silencedUntilMs ?? 0) }));
  return notes.length === 0 ? null : <p className="quiet">{notes.join(' · ')}</p>;
}
