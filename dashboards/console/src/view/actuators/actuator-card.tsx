/** One actuator: how it is and since when, who asked for what and what became of it, and what can be done. */
import type { ApiActuator, ApiCommand } from '@karez/model';
import { useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { spanOf } from '../../show/time.ts';
import { useLoadedFarm, usePorts } from '../farm-context.tsx';
import { problemWords } from '../part/problem.tsx';
import { useReader } from '../session-context.tsx';
import { useWords } from '../words-context.tsx';
import { Confirm } from './confirm.tsx';

/** Offered times, s. */
const TIMES_S = [60, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800];
const OFFERED = 5;

export function ActuatorCard({
  actuator,
  isStopped,
  again,
}: {
  actuator: ApiActuator;
  isStopped: boolean;
  again: () => void;
}) {
  const { detail, times, nowMs } = useLoadedFarm();
  const { say } = useWords();
  const { title, field, value, sinceMs, online, safe, timed, command } = actuator;
  const isOut = value !== null && value !== safe;
  const look = value === null ? 'unknown' : isOut ? 'out' : 'safe';
  const place = detail.fields.find((f) => f.id === field)?.title;
  return (
    <li className={`card actuator actuator-${look}`}>
      <div className="actuator-head">
        <h2>{title}</h2>
        {place === undefined ? null : <span className="quiet">{place}</span>}
      </div>
      <p className="actuator-state">
        <strong>{stateWords(actuator, say)}</strong>
        {sinceMs === null ? null : (
          <time dateTime={new Date(sinceMs).toISOString()} title={times.exact(sinceMs)}>
            {say('actuator.since', { time: times.moment(sinceMs, nowMs) })}
          </time>
        )}
        {isOut ? <Left command={command} /> : null}
      </p>
      {online ? null : <p className="trouble">{say('actuator.offline')}</p>}
      {command === null ? null : <Became command={command} />}
      {isOut && timed ? <p className="quiet">{say('actuator.timed')}</p> : null}
      <Doing actuator={actuator} isStopped={isStopped} again={again} />
    </li>
  );
}

function stateWords({ kind, value }: ApiActuator, say: ReturnType<typeof useWords>['say']): string {
  if (value === null) return say('actuator.unknown');
  if (value > 0 && value < 100) return say('actuator.partly', { n: value });
  if (kind === 'valve') return say(value === 0 ? 'actuator.shut' : 'actuator.open');
  return say(value === 0 ? 'actuator.off' : 'actuator.on');
}

/** What is left of a run, by the server's time. */
function Left({ command }: { command: ApiCommand | null }) {
  const { times, nowMs } = useLoadedFarm();
  const { say } = useWords();
  if (command?.phase !== 'running' || command.endsMs === null || command.endsMs <= nowMs) return null;
  const { unit, count } = spanOf(command.endsMs - nowMs);
  return (
    <span className="actuator-left">
      {say('actuator.left', { span: say(`span.${unit}`, { n: count }) })}{' '}
      <span className="quiet">{say('actuator.ends', { time: times.clock(command.endsMs) })}</span>
    </span>
  );
}

/** The newest command in words. */
function Became({ command: { phase, reason, by, issuedMs, note } }: { command: ApiCommand }) {
  const { times, nowMs } = useLoadedFarm();
  const { say } = useWords();
  const why = reason ?? 'none';
  const isBad = ['refused', 'failed', 'interrupted', 'unanswered'].includes(phase);
  return (
    <p className={isBad ? 'actuator-became is-bad' : 'actuator-became'} role="status">
      {say(`phase.${phase}`, { why: say(`why.${why}`) })}{' '}
      <span className="quiet">
        {say('actuator.by', { name: by.name, time: times.moment(issuedMs, nowMs) })}
        {note === null ? '' : ` · ${note}`}
      </span>
    </p>
  );
}

function Doing({ actuator, isStopped, again }: { actuator: ApiActuator; isStopped: boolean; again: () => void }) {
  const { farm } = useLoadedFarm();
  const { api } = usePorts();
  const { say } = useWords();
  const { may } = useReader();
  const { gateway, id, kind, title, value, safe, maxRunS } = actuator;
  const [choosing, setChoosing] = useState(false);
  const offered = timesFor(maxRunS);
  const [runS, setRunS] = useState(offered.at(Math.min(2, offered.length - 1)) as number);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  if (!may('command', farm)) return null;
  const out = safe === 0 ? 100 : 0;
  const verb = kind === 'valve' && out === 100 ? 'open' : out === 100 ? 'on' : 'off';
  const send = async (state: number) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const wish = state === safe ? {} : { runS };
      const body = { id: crypto.randomUUID(), gateway, actuator: id, state, ...wish };
      await api.send<ApiCommand>('POST', `/farms/${encodeURIComponent(farm)}/commands`, body);
      setChoosing(false);
      again();
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  const span = (seconds: number) => {
    const { unit, count } = spanOf(seconds * 1000);
    return say(`span.${unit}`, { n: count });
  };
  return (
    <div className="actuator-doing">
      {choosing ? (
        <Confirm
          question={say(`actuator.ask.${verb}`, { name: title, span: span(runS) })}
          yes={say(`actuator.yes.${verb}`)}
          busy={busy}
          onYes={() => void send(out)}
          onNo={() => setChoosing(false)}
        >
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and a legend. */}
          <div className="actuator-times" role="group" aria-label={say('actuator.for')}>
            {offered.map((seconds) => (
              <button
                key={seconds}
                type="button"
                className="button"
                aria-pressed={seconds === runS}
                onClick={() => setRunS(seconds)}
              >
                {span(seconds)}
              </button>
            ))}
          </div>
        </Confirm>
      ) : (
        <div className="actuator-buttons">
          {value === safe && !isStopped ? (
            <button type="button" className="button button-main" onClick={() => setChoosing(true)}>
              {say(verb === 'open' ? 'actuator.do.open' : 'actuator.do.on')}
            </button>
          ) : null}
          {value === safe ? null : (
            <button type="button" className="button button-main" disabled={busy} onClick={() => void send(safe)}>
              {say(safe !== 0 ? 'actuator.do.safe' : kind === 'valve' ? 'actuator.do.shut' : 'actuator.do.off')}
            </button>
          )}
        </div>
      )}
      {problem === undefined ? null : (
        <p className="trouble" role="alert">
          {problemWords(problem, say)}
        </p>
      )}
    </div>
  );
}

/** Some of the usual times that it may run; its longest where it may run none of them. */
function timesFor(maxRunS: number): number[] {
  const fit = TIMES_S.filter((seconds) => seconds <= maxRunS).slice(-OFFERED);
  return fit.length === 0 ? [maxRunS] : fit;
}
