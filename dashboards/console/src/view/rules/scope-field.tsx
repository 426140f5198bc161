/** Where a rule applies: the whole farm, a field, a kind of device, one device, one gateway. */
import type { Scope } from '@karez/model';
import { scopeChoice, scopeOf } from '../../judge/rule-draft.ts';
import { scopeWords } from '../../show/rule.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { useWords } from '../words-context.tsx';
import { Pick } from './inputs.tsx';

export function ScopeField({ scope, onChange }: { scope: Scope; onChange(scope: Scope): void }) {
  const { detail, gateways } = useLoadedFarm();
  const { say } = useWords();
  const chosen = scopeChoice(scope);
  const active = detail.devices.filter((d) => d.active);
  const options: [string, string][] = [
    ['farm', say('area.farm')],
    ...detail.fields.map((f): [string, string] => [`fields:${f.id}`, f.title]),
    ...[...new Set(active.map((d) => d.kind))].map((kind): [string, string] => [`kinds:${kind}`, say(`kind.${kind}`)]),
    ...gateways.map((g): [string, string] => [`gateways:${g.gateway}`, g.title]),
    ...active.map((d): [string, string] => [`devices:${d.id}`, d.title]),
  ];
  if (options.every(([value]) => value !== chosen))
    options.unshift([chosen, say('rule.where.as-is', { scope: scopeWords(scope, detail, say) })]);
  return (
    <Pick
      label={say('rule.where')}
      value={chosen}
      options={options}
      onChange={(choice) => onChange(scopeOf(choice, scope))}
    />
  );
}
