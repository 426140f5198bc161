/** A scenario's rules: as the cloud takes them, with what a scenario need not say filled in. */
import { type KarezError, messageOf } from '@karez/model';
import { Id, parseRule, type Rule } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';

/** The rest is the rule's own schema's business (model/src/rules/rule.ts). Times in it are the gateway's: real. */
export const RuleEntry = Type.Object({ id: Id, condition: Type.Object({ type: Type.String() }) });
export type RuleEntry = Static<typeof RuleEntry> & { [key: string]: unknown };

/** @throws KarezError with `where` as the key below the entry. */
export function ruleOf(entry: RuleEntry): Rule {
  const { id } = entry;
  const message = '{device}: {value} {unit}';
  const isOfGateway = entry.condition.type === 'gateway-silent';
  const isOfDevice = isOfGateway || entry.condition.type === 'silent';
  const words = isOfDevice ? { en: id, zh: id } : { en: message, zh: message };
  return parseRule(
    {
      ...{ title: { en: id, zh: id }, enabled: true, scope: {}, severity: 'warning', message: words },
      ...{ tell: [{ role: 'operator' }], ...entry },
    },
    'rule',
  );
}

/** What is wrong with an entry: the key below it and what was expected there; undefined where nothing is. */
export function ruleProblem(entry: RuleEntry): { key: string; expected: string } | undefined {
  try {
    ruleOf(entry);
    return undefined;
  } catch (error) {
    const { where = '' } = error as KarezError;
    const words = messageOf(error).replace(/^rule: /, '');
    return { key: where, expected: words.startsWith(`${where} `) ? words.slice(where.length + 1) : words };
  }
}
