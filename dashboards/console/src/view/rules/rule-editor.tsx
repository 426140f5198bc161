/** A rule as a form: words, where, condition, who is told; what is wrong stands beside its field. */
import type { ApiRule, Rule } from '@karez/model';
import { ROLES, type Role, type Severity, unitLabel } from '@karez/model';
import { useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { completed, type DraftProblem, draftProblems } from '../../judge/rule-draft.ts';
import { goTo } from '../../route/use-route.ts';
import { useLoadedFarm, usePorts } from '../farm-context.tsx';
import { problemWords } from '../part/problem.tsx';
import { useReader } from '../session-context.tsx';
import { useWords } from '../words-context.tsx';
import { ConditionFields } from './condition-fields.tsx';
import { Line, Pick } from './inputs.tsx';
import { LookBack } from './look-back.tsx';
import { ScopeField } from './scope-field.tsx';
import type { RuleTemplate } from './use-templates.ts';
import { WhenFields } from './when-fields.tsx';

interface RuleEditorProps {
  start: Rule;
  /** Undefined for a new one. */
  known: ApiRule | undefined;
  template: RuleTemplate | undefined;
}

const PLACEHOLDERS = '{field}, {device}, {channel}, {value}, {unit}, {limit}';
const ROLE_NAMES = Object.keys(ROLES) as Role[];

export function RuleEditor({ start, known, template }: RuleEditorProps) {
  const { farm } = useLoadedFarm();
  const { api } = usePorts();
  const { say, language } = useWords();
  const { may } = useReader();
  const [rule, setRule] = useState(start);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [sure, setSure] = useState(false);
  const [refused, setRefused] = useState<Problem>();
  const mayChange = may('rules', farm);
  const problems = draftProblems(rule);
  const path = `/farms/${encodeURIComponent(farm)}/rules`;
  const change = (changes: Partial<Rule>) => {
    setRefused(undefined);
    setRule({ ...rule, ...changes });
  };
  const wrongAt = (at: string): string | undefined => {
    const found = tried ? problems.find((p) => p.path === at) : undefined;
    if (found !== undefined) return wrongWords(found, rule, say);
    return refused?.where === at ? refused.message : undefined;
  };
  const send = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setRefused(undefined);
    try {
      await what();
      goTo({ page: 'rules', farm });
    } catch (error) {
      setRefused(asProblem(error));
    }
    setBusy(false);
  };
  const save = () => {
    setTried(true);
    if (problems.length > 0) return;
    const whole = completed(rule);
    void send(() =>
      known === undefined
        ? api.send('POST', path, whole)
        : api.send('PUT', `${path}/${encodeURIComponent(rule.id)}`, { rule: whole, revision: known.revision }),
    );
  };
  const remove = () =>
    send(() => api.send('DELETE', `${path}/${encodeURIComponent(rule.id)}?revision=${known?.revision}`));
  const both = (key: 'title' | 'message', label: string) =>
    (language === 'zh' ? (['zh', 'en'] as const) : (['en', 'zh'] as const)).map((lang, i) => (
      <Line
        key={lang}
        label={say(`rule.in.${lang}`, { label })}
        value={rule[key][lang]}
        wrong={i === 0 ? (wrongAt(key) ?? wrongAt(`${key}.${lang}`)) : wrongAt(`${key}.${lang}`)}
        onChange={(text) => change({ [key]: { ...rule[key], [lang]: text } })}
      />
    ));
  return (
    <form
      className="rule-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <fieldset className="rule-fields" disabled={!mayChange}>
        <div className="card panel">
          {both('title', say('rule.name'))}
          <p className="quiet">{say('rule.in.hint')}</p>
          <div className="form-pair">
            <Pick
              label={say('rule.severity')}
              value={rule.severity}
              options={(['critical', 'warning', 'info'] as const).map((s) => [s, say(`grade.one.${s}`)])}
              onChange={(severity: Severity) => change({ severity })}
            />
            <Pick
              label={say('rule.enabled')}
              value={rule.enabled ? 'yes' : 'no'}
              options={(['yes', 'no'] as const).map((v) => [v, say(`rule.enabled.${v}`)])}
              onChange={(v: 'yes' | 'no') => change({ enabled: v === 'yes' })}
            />
          </div>
        </div>
        <div className="card panel">
          <ScopeField scope={rule.scope} onChange={(scope) => change({ scope })} />
          <ConditionFields
            condition={rule.condition}
            wrongAt={wrongAt}
            onChange={(condition) => change({ condition })}
          />
          {template === undefined ? null : (
            <ul className="rule-sources quiet">
              {[...new Set(Object.values(template.numbers))].map((source) => (
                <li key={source}>{source}</li>
              ))}
            </ul>
          )}
          <WhenFields
            when={rule.when}
            wrongAt={wrongAt}
            onChange={(when) => {
              const { when: _, ...rest } = rule;
              setRule(when === undefined ? rest : { ...rest, when });
            }}
          />
        </div>
        <div className="card panel">
          {both('message', say('rule.message'))}
          <p className="quiet">{say('rule.message.hint', { placeholders: PLACEHOLDERS })}</p>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look. */}
          <div role="group" aria-label={say('rule.tell')} className="rule-tell">
            <strong aria-hidden="true">{say('rule.tell')}</strong>
            {ROLE_NAMES.map((role) => (
              <label key={role} className="option">
                <input
                  type="checkbox"
                  checked={rule.tell.some((t) => 'role' in t && t.role === role)}
                  onChange={(event) => {
                    const others = rule.tell.filter((t) => !('role' in t) || t.role !== role);
                    change({ tell: event.target.checked ? [...others, { role }] : others });
                  }}
                />
                <span>{say(`role.${role}`)}</span>
              </label>
            ))}
          </div>
        </div>
      </fieldset>
      <LookBack rule={rule} isReady={problems.length === 0} onTry={() => setTried(true)} />
      {refused === undefined ? null : (
        <p className="trouble" role="alert">
          {problemWords(refused, say)}
        </p>
      )}
      {mayChange ? (
        <div className="panel-buttons">
          <button type="submit" className="button button-main" disabled={busy}>
            {say('rule.save')}
          </button>
          {known === undefined ? null : (
            <button
              type="button"
              className="button"
              disabled={busy}
              onClick={() => (sure ? void remove() : setSure(true))}
            >
              {say(sure ? 'rule.remove.sure' : 'rule.remove')}
            </button>
          )}
        </div>
      ) : null}
    </form>
  );
}

function wrongWords(problem: DraftProblem, { condition }: Rule, say: ReturnType<typeof useWords>['say']): string {
  if (problem.what !== 'range') return say(`rule.wrong.${problem.what}`);
  const { low, high } = problem;
  return say('rule.wrong.range', { low, high, unit: unitOf(condition) });
}

function unitOf(condition: Rule['condition']): string {
  return 'input' in condition ? unitLabel(condition) : '';
}
