/** Templates by crop and stage of growth, each number with its source. */
import { useState } from 'react';
import { hrefOf } from '../../route/route.ts';
import { conditionWords } from '../../show/rule.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Icon } from '../part/icon.tsx';
import { useWords } from '../words-context.tsx';
import { type RuleTemplate, useTemplates } from './use-templates.ts';

export function Templates({ mayUse }: { mayUse: boolean }) {
  const { say } = useWords();
  const templates = useTemplates();
  const [crop, setCrop] = useState<string>();
  const crops = [...new Set(templates.map((t) => t.crop))];
  return (
    <section className="rules-templates" aria-labelledby="templates">
      <h2 id="templates">{say('templates.title')}</h2>
      <p className="quiet">{say('templates.why')}</p>
      <div className="alert-hours">
        {crops.map((name) => {
          const known = cropKey(name);
          return (
            <button
              key={name}
              type="button"
              className="button"
              aria-expanded={name === crop}
              onClick={() => setCrop(name === crop ? undefined : name)}
            >
              {say(`templates.crop.${known}`)}
            </button>
          );
        })}
      </div>
      <ul className="alerts-list">
        {templates
          .filter((t) => t.crop === crop)
          .map((template) => (
            <TemplateCard key={template.id} template={template} mayUse={mayUse} />
          ))}
      </ul>
    </section>
  );
}

const CROPS = [
  'cotton',
  'maize',
  'tomato-greenhouse',
  'tea',
  'edible-fungus',
  'apple',
  'pear',
  'peach',
  'sweet-cherry',
  'seed-potato-store',
] as const;

/** Crops of our own table; another's stands under "other". */
function cropKey(crop: string): (typeof CROPS)[number] | 'other' {
  return CROPS.find((c) => c === crop) ?? 'other';
}

function TemplateCard({ template: { id, rule, stage, numbers }, mayUse }: { template: RuleTemplate; mayUse: boolean }) {
  const { farm } = useLoadedFarm();
  const words = useWords();
  const { say, language } = words;
  const [open, setOpen] = useState(false);
  return (
    <li className="card alert-card">
      <div className="rule-words">
        <strong>{rule.title[language]}</strong>
        <span>{conditionWords(rule.condition, words)}</span>
        <span className="quiet">
          {say(`grade.one.${rule.severity}`)} · {stage[language]}
        </span>
      </div>
      <div className="alert-more">
        <button type="button" className="rows-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="open" />
          {say('templates.sources')}
        </button>
        {mayUse ? (
          <a className="button" href={hrefOf({ page: 'rule', farm, id: null, from: id })}>
            {say('templates.use')}
          </a>
        ) : null}
      </div>
      {open ? (
        <ul className="rule-sources quiet">
          {[...new Set(Object.values(numbers))].map((source) => (
            <li key={source}>{source}</li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}
