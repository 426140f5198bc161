/** The rules of a farm, who changed them last, whether gateways work by them, and templates to begin with. */
import type { ApiRules } from '@karez/model';
import { useEffect } from 'react';
import { hrefOf } from '../../route/route.ts';
import { conditionWords, scopeWords, whenWords } from '../../show/rule.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { BackLink } from '../part/back-link.tsx';
import { Icon } from '../part/icon.tsx';
import { ProblemNote } from '../part/problem.tsx';
import { useAsked } from '../part/use-asked.ts';
import { useReader } from '../session-context.tsx';
import { useWords } from '../words-context.tsx';
import { Templates } from './templates.tsx';

/** Gateways say by which rules they work in their status; asked for again this often, ms. */
const AGAIN_MS = 10_000;

export function RulesPage() {
  const { farm, detail, times, nowMs } = useLoadedFarm();
  const words = useWords();
  const { say, language } = words;
  const { may } = useReader();
  const { answer, problem, again } = useAsked<ApiRules>(`/farms/${encodeURIComponent(farm)}/rules`);
  const turn = Math.floor(nowMs / AGAIN_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn asks again.
  useEffect(again, [again, turn]);
  const mayChange = may('rules', farm);
  return (
    <div className="rules">
      <BackLink href={hrefOf({ page: 'alerts', farm, alert: null })} />
      <div className="alerts-head">
        <h1 tabIndex={-1}>{say('rules.title')}</h1>
        {mayChange ? (
          <a className="button" href={hrefOf({ page: 'rule', farm, id: null, from: '' })}>
            <Icon name="plus" />
            {say('rules.add')}
          </a>
        ) : null}
      </div>
      {mayChange ? null : <p className="quiet">{say('rules.view')}</p>}
      {problem === undefined ? null : <ProblemNote problem={problem} onAgain={again} />}
      {answer === undefined ? null : <Gateways rules={answer} />}
      {answer?.rules.length === 0 ? <p className="note">{say('rules.none')}</p> : null}
      <ul className="alerts-list">
        {(answer?.rules ?? []).map(({ rule, changedBy, changedMs }) => (
          <li key={rule.id}>
            <a
              className={`card rule-card${rule.enabled ? '' : ' rule-off'}`}
              href={hrefOf({ page: 'rule', farm, id: rule.id, from: '' })}
            >
              <span className="rule-words">
                <strong>{rule.title[language]}</strong>
                <span>{conditionWords(rule.condition, words)}</span>
                <span className="quiet">
                  {[
                    ...[say(`grade.one.${rule.severity}`), scopeWords(rule.scope, detail, say), whenWords(rule)],
                    rule.enabled ? '' : say('rules.off'),
                    say('rules.changed', { time: times.moment(changedMs, nowMs), name: changedBy.name }),
                  ]
                    .filter((t) => t !== '')
                    .join(' · ')}
                </span>
              </span>
              <Icon name="on" />
            </a>
          </li>
        ))}
      </ul>
      <Templates mayUse={mayChange} />
    </div>
  );
}

function Gateways({ rules: { revision, gateways } }: { rules: ApiRules }) {
  const { gateways: known } = useLoadedFarm();
  const { say } = useWords();
  const name = (id: string) => known.find((g) => g.gateway === id)?.title ?? id;
  const behind = gateways.filter((g) => g.revision < revision);
  const troubled = gateways.filter((g) => g.trouble !== null);
  if (gateways.length === 0) return null;
  return (
    <>
      <p className="quiet">
        {behind.length === 0
          ? say('rules.gateways.all')
          : say('rules.gateways.behind', { n: behind.length, names: behind.map((g) => name(g.gateway)).join(', ') })}
      </p>
      {troubled.map((g) => (
        <p key={g.gateway} className="trouble">
          {say('rules.gateways.trouble', { name: name(g.gateway), trouble: g.trouble ?? '' })}
        </p>
      ))}
    </>
  );
}
