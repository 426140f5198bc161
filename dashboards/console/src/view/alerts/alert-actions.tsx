/** What can be done about an alert: one tap says that somebody sees to it; two silence it for a while. */
import type { ApiAlert } from '@karez/model';
import { useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { useLoadedFarm, usePorts } from '../farm-context.tsx';
import { Icon } from '../part/icon.tsx';
import { problemWords } from '../part/problem.tsx';
import { useReader } from '../session-context.tsx';
import { useWords } from '../words-context.tsx';

const HOUR_MS = 3_600_000;
const HOURS = [1, 4, 24, 168] as const;

export function AlertActions({ alert }: { alert: ApiAlert }) {
  const { farm, feed, nowMs } = useLoadedFarm();
  const { api } = usePorts();
  const { say } = useWords();
  const { may } = useReader();
  const [busy, setBusy] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  if (!may('acknowledge', farm)) return null;
  const path = `/farms/${encodeURIComponent(farm)}/alerts/${alert.id}`;
  const send = async (method: 'POST' | 'DELETE', what: string, body?: object) => {
    setBusy(true);
    setProblem(undefined);
    try {
      feed.takeAlert(await api.send<ApiAlert>(method, `${path}/${what}`, body));
      setChoosing(false);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  const isSilenced = (alert.silencedUntilMs ?? 0) > nowMs;
  return (
    <div className="alert-actions">
      {alert.acknowledged === null ? (
        <button
          type="button"
          className="button button-main"
          disabled={busy}
          onClick={() => void send('POST', 'acknowledge', {})}
        >
          <Icon name="tick" />
          {say('alert.acknowledge')}
        </button>
      ) : null}
      {isSilenced ? (
        <button type="button" className="button" disabled={busy} onClick={() => void send('DELETE', 'silence')}>
          {say('alert.unsilence')}
        </button>
      ) : (
        <button type="button" className="button" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>
          {say('alert.silence')}
        </button>
      )}
      {choosing && !isSilenced ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and a legend.
        <div className="alert-hours" role="group" aria-label={say('alert.silence.for')}>
          {HOURS.map((hours) => (
            <button
              key={hours}
              type="button"
              className="button"
              disabled={busy}
              onClick={() => void send('POST', 'silence', { untilMs: nowMs + hours * HOUR_MS })}
            >
              {say(`alert.silence.${hours}`)}
            </button>
          ))}
        </div>
      ) : null}
      {problem === undefined ? null : (
        <p className="trouble" role="alert">
          {problemWords(problem, say)}
        </p>
      )}
    </div>
  );
}
