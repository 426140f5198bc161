/** The farms of this server. Where there is only one, the page goes on to it. */
import type { FarmSummary } from '@karez/model';
import { useEffect, useState } from 'react';
import { asProblem, isAway, type Problem } from '../feed/api.ts';
import { hrefOf } from '../route/route.ts';
import { restate } from '../route/use-route.ts';
import { usePorts } from './farm-context.tsx';
import { Icon } from './part/icon.tsx';
import { ProblemNote } from './part/problem.tsx';
import { useWords } from './words-context.tsx';

/** How often it is looked for a first farm, or for an answer at all, ms. */
const AGAIN_MS = 3_000;

export function FarmsPage() {
  const { api, clock, memory } = usePorts();
  const { say } = useWords();
  const [farms, setFarms] = useState<FarmSummary[]>();
  const [problem, setProblem] = useState<Problem>();
  const [turn, setTurn] = useState(0);
  const only = farms?.length === 1 ? farms[0] : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn asks again.
  useEffect(() => {
    let over = false;
    let again: (() => void) | undefined;
    const later = () => {
      again = clock.after(AGAIN_MS, () => setTurn((n) => n + 1));
    };
    api.farms().then(
      (found) => {
        if (over) return;
        setFarms(found);
        setProblem(undefined);
        void memory.keep('farms', found);
        if (found.length === 0) later();
      },
      (error: unknown) => {
        if (over) return;
        const why = asProblem(error);
        setProblem(why);
        later();
        if (isAway(why)) memory.recall<FarmSummary[]>('farms').then((kept) => setFarms((known) => known ?? kept));
      },
    );
    return () => {
      over = true;
      again?.();
    };
  }, [api, clock, memory, turn]);
  useEffect(() => {
    if (only !== undefined) restate({ page: 'overview', farm: only.id });
  }, [only]);
  return (
    <div className="farms">
      <h1 tabIndex={-1}>{say('farms.title')}</h1>
      {problem === undefined ? null : <ProblemNote problem={problem} onAgain={() => setTurn(turn + 1)} />}
      {farms === undefined && problem === undefined ? (
        <div className="skeleton" role="status">
          <span className="unseen">{say('link.loading')}</span>
          <div className="skeleton-card" />
        </div>
      ) : null}
      {farms?.length === 0 ? <p className="note">{say('farms.none')}</p> : null}
      <ul className="cards">
        {(farms ?? []).map((farm) => (
          <li key={farm.id}>
            <a className="card farm-card" href={hrefOf({ page: 'overview', farm: farm.id })}>
              <span className="area-name">{farm.title}</span>
              <span className="quiet">
                {say('farms.summary', { fields: farm.fields, devices: farm.devices, gateways: farm.gateways })}
              </span>
              <Icon name="on" />
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
