/** What a rule would have said of the last month, before it is saved. */
import type { LookBack as Answer, Rule } from '@karez/model';
import { useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { completed } from '../../judge/rule-draft.ts';
import { hrefOf } from '../../route/route.ts';
import { useLoadedFarm, usePorts } from '../farm-context.tsx';
import { problemWords } from '../part/problem.tsx';
import { Value } from '../part/value.tsx';
import { useWords } from '../words-context.tsx';

const MONTH_MS = 30 * 86_400_000;
const HOUR_MS = 3_600_000;
const SHOWN = 20;

interface LookBackProps {
  rule: Rule;
  isReady: boolean;
  /** The reader wants it tried: what is missing is shown. */
  onTry(): void;
}

export function LookBack({ rule, isReady, onTry }: LookBackProps) {
  const { farm, nowMs } = useLoadedFarm();
  const { api } = usePorts();
  const { say } = useWords();
  const [found, setFound] = useState<{ of: Rule; answer: Answer }>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const look = async () => {
    onTry();
    if (!isReady) return;
    setBusy(true);
    setProblem(undefined);
    const body = { rule: { ...completed(rule), enabled: true }, from: nowMs - MONTH_MS, to: nowMs };
    try {
      const path = `/farms/${encodeURIComponent(farm)}/rules/preview`;
      setFound({ of: rule, answer: await api.send<Answer>('POST', path, body) });
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  return (
    <section className="card panel">
      <button type="button" className="button" disabled={busy} onClick={() => void look()}>
        {say(busy ? 'look.trying' : 'look.try')}
      </button>
      <div role="status">
        {problem === undefined ? null : <p className="trouble">{problemWords(problem, say)}</p>}
        {found === undefined || found.of !== rule ? null : <Found rule={rule} answer={found.answer} />}
      </div>
    </section>
  );
}

function Found({ rule: { condition }, answer }: { rule: Rule; answer: Answer }) {
  const { farm, detail, times, nowMs } = useLoadedFarm();
  const { say } = useWords();
  const { fired, subjects, readings, occurrences, incomplete } = answer;
  if (subjects === 0) return <p className="trouble">{say('look.none.seen')}</p>;
  const shown = occurrences.slice(0, SHOWN);
  const device = (subject: string) => {
    const id = subject.split('/').slice(0, 2).join('/');
    return detail.devices.find((d) => d.id === id)?.title ?? id;
  };
  const isChannel = (subject: string) => detail.devices.some((d) => d.channels.some((c) => c.id === subject));
  return (
    <>
      <p>
        <strong>{fired === 0 ? say('look.none') : say('look.fired', { n: fired })}</strong>
      </p>
      <p className="quiet">{say('look.over', { readings, subjects })}</p>
      {incomplete === null ? null : <p className="trouble">{say('look.incomplete', { why: incomplete })}</p>}
      {fired > shown.length ? <p className="quiet">{say('look.newest', { n: shown.length })}</p> : null}
      <ol className="look-list">
        {shown.map(({ subject, fromMs, toMs, value }) => {
          const when = `${times.moment(fromMs, nowMs)}${toMs === null ? '' : ` – ${times.moment(toMs, nowMs)}`}`;
          const range = `${fromMs - HOUR_MS}-${(toMs ?? nowMs) + HOUR_MS}`;
          return (
            <li key={`${subject} ${fromMs}`}>
              {isChannel(subject) ? (
                <a href={hrefOf({ page: 'chart', farm, channels: [subject], range })}>{when}</a>
              ) : (
                <span>{when}</span>
              )}
              <span>{device(subject)}</span>
              {'input' in condition ? (
                <Value quantity={condition.input.quantity} value={value} state="fresh" />
              ) : (
                <span />
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
}
