/** One rule: the one that stands, one made of a template, or a new one; with who changed what. */
import type { ApiRule, ApiRules, Rule, RuleVersion } from '@karez/model';
import { useEffect, useMemo, useState } from 'react';
import { differences, freeId, judgeable, newRule } from '../../judge/rule-draft.ts';
import { hrefOf } from '../../route/route.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { BackLink } from '../part/back-link.tsx';
import { ProblemNote } from '../part/problem.tsx';
import { useAsked } from '../part/use-asked.ts';
import { useWords } from '../words-context.tsx';
import { RuleEditor } from './rule-editor.tsx';
import { type RuleTemplate, useTemplates } from './use-templates.ts';

export function RulePage({ id, from }: { id: string | null; from: string }) {
  const { farm, detail } = useLoadedFarm();
  const { say, language } = useWords();
  const { answer, problem, again } = useAsked<ApiRules>(`/farms/${encodeURIComponent(farm)}/rules`);
  const templates = useTemplates();
  const known = answer?.rules.find((r) => r.rule.id === id);
  const template = templates.find((t) => t.id === from);
  const start = useMemo((): Rule | undefined => {
    if (answer === undefined) return undefined;
    if (id !== null) return known?.rule;
    const taken = answer.rules.map((r) => r.rule.id);
    if (from === '') return newRule(judgeable(detail)[0] ?? 'air.temperature', taken);
    return template === undefined ? undefined : ofTemplate(template, taken);
  }, [answer, id, known, from, template, detail]);
  return (
    <div className="rules">
      <BackLink href={hrefOf({ page: 'rules', farm })} />
      <h1 tabIndex={-1}>{id === null ? say('rule.new') : (known?.rule.title[language] ?? id)}</h1>
      {problem === undefined ? null : <ProblemNote problem={problem} onAgain={again} />}
      {answer !== undefined && id !== null && known === undefined ? <p className="note">{say('rule.gone')}</p> : null}
      {start === undefined ? null : (
        <RuleEditor key={`${id} ${from} ${known?.revision}`} start={start} known={known} template={template} />
      )}
      {known === undefined ? null : <RuleHistory known={known} />}
    </div>
  );
}

function ofTemplate({ id, crop, stage, rule }: RuleTemplate, taken: readonly string[]): Rule {
  const name = id.split('/').at(-1) as string;
  return { ...rule, id: freeId(name, taken), enabled: true, scope: {}, template: id, crop, stage: stage.en };
}

function RuleHistory({ known }: { known: ApiRule }) {
  const { farm, times } = useLoadedFarm();
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  const path = `/farms/${encodeURIComponent(farm)}/rules/${encodeURIComponent(known.rule.id)}/versions`;
  const { answer, again } = useAsked<RuleVersion[]>(open ? path : undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new wording is one line more.
  useEffect(again, [again, known.revision]);
  const versions = answer ?? [];
  return (
    <section className="card panel">
      <button type="button" className="rows-more" aria-expanded={open} onClick={() => setOpen(!open)}>
        {say('rule.history')}
      </button>
      {open ? (
        <ol className="audit">
          {versions.map(({ version, changedMs, changedBy, rule }, i) => (
            <li key={version}>
              <time dateTime={new Date(changedMs).toISOString()}>{times.exact(changedMs)}</time>
              <span>
                <bdi>{changedBy.name}</bdi> <Changes before={versions[i + 1]?.rule ?? null} after={rule} />
              </span>
            </li>
          ))}
        </ol>
      ) : null}
    </section>
  );
}

function Changes({ before, after }: { before: Rule | null; after: Rule | null }) {
  const { say } = useWords();
  if (after === null) return say('rule.history.removed');
  if (before === null) return say('rule.history.made');
  return (
    <ul>
      {differences(before, after).map(({ path, was, is }) => (
        <li key={path}>{say('rule.history.change', { path, was, is })}</li>
      ))}
    </ul>
  );
}
