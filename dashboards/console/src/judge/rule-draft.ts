/** A rule while it is written: how it begins, how its kind of condition changes, and what is wrong with it by field. */
import type { Condition, ConditionType, FarmDetail, Rule, Scope } from '@karez/model';
import { DERIVED } from '@karez/model';
import { quantityOf } from '@karez/model/quantities';

/** Kinds that the editor offers, the most used first. A difference is shown where a rule has one. */
export const CONDITION_TYPES = ['below', 'above', 'rate', 'silent', 'stuck', 'gateway-silent', 'difference'] as const;

/** What the farm can judge: what its devices measure, and what follows from that. */
export function judgeable(detail: FarmDetail): string[] {
  const measured = new Set(detail.devices.filter((d) => d.active).flatMap((d) => d.channels.map((c) => c.quantity)));
  const derived = Object.entries(DERIVED).flatMap(([id, { inputs }]) =>
    inputs.every((q) => measured.has(q)) ? [id] : [],
  );
  return [...new Set([...measured, ...derived])].filter((id) => quantityOf(id) !== undefined).sort();
}

/** A rule to begin with. Numbers that somebody must choose are not there yet (NaN). */
export function newRule(quantity: string, taken: readonly string[]): Rule {
  return {
    ...{ id: freeId('rule', taken), title: { en: '', zh: '' }, enabled: true, scope: {}, severity: 'warning' },
    condition: conditionOf('below', quantity),
    message: { en: '{field}: {channel} {value} {unit}.', zh: '{field}：{channel} {value} {unit}。' },
    tell: [{ role: 'owner' }, { role: 'agronomist' }, { role: 'operator' }],
  };
}

/** An id of letters of a name that no other rule has: `frost`, `frost-2`. */
export function freeId(name: string, taken: readonly string[]): string {
  const letters = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const plain =
    letters
      .replace(/^-+|-+$/g, '')
      .slice(0, 24)
      .replace(/-$/, '') || 'rule';
  for (let n = 1; ; n++) {
    const id = n === 1 ? plain : `${plain}-${n}`;
    if (!taken.includes(id)) return id;
  }
}

/** A condition of a kind; what it shares with the one before stays. */
export function conditionOf(type: ConditionType, quantity: string, before?: Condition): Condition {
  const input = before !== undefined && 'input' in before ? before.input : { quantity };
  const unit = quantityOf(input.quantity)?.unit ?? '1';
  const { value, recover } = (before ?? {}) as { value?: number; recover?: number };
  const numbers = { value: value ?? Number.NaN, recover: recover ?? Number.NaN };
  switch (type) {
    case 'above':
    case 'below':
      return { type, input, unit, ...numbers };
    case 'rate':
      return { type, input, unit: `${unit}/h`, direction: 'falling', ...numbers, overMin: 60 };
    case 'silent':
      return { type, intervals: 5, leastS: 300 };
    case 'gateway-silent':
      return { type, forS: 180 };
    case 'stuck':
      return { type, input, unit, tolerance: 0, forMin: 360 };
    case 'difference':
      return { type, input, minus: { quantity: input.quantity }, unit, is: 'above', ...numbers };
  }
}

/** A condition about another quantity: its numbers are of another unit and are chosen anew. */
export function withQuantity(condition: Condition, quantity: string): Condition {
  if (!('input' in condition) || condition.input.quantity === quantity) return condition;
  return conditionOf(condition.type, quantity);
}

/** One choice of where a rule applies; `as-is` for what is more than one. */
export function scopeChoice(scope: Scope): string {
  const found = Object.entries(scope).filter(([, list]) => list !== undefined);
  const [first] = found;
  if (first === undefined) return 'farm';
  const [key, list] = first;
  return found.length === 1 && list.length === 1 ? `${key}:${list[0]}` : 'as-is';
}

export function scopeOf(choice: string, before: Scope): Scope {
  if (choice === 'as-is') return before;
  const at = choice.indexOf(':');
  return at < 0 ? {} : ({ [choice.slice(0, at)]: [choice.slice(at + 1)] } as Scope);
}

export type DraftProblem = { path: string } & (
  | { what: 'missing' }
  | { what: 'range'; low: number; high: number }
  | { what: 'recover-above' | 'recover-below' }
);

/** What is wrong with a draft, by the path of its field. The server checks again, and more. */
export function draftProblems({ title, message, condition }: Rule): DraftProblem[] {
  const found: DraftProblem[] = [];
  const missing = (path: string, isMissing: boolean) => {
    if (isMissing) found.push({ path, what: 'missing' });
  };
  missing('title', title.en.trim() === '' && title.zh.trim() === '');
  missing('message', message.en.trim() === '' && message.zh.trim() === '');
  for (const key of ['value', 'recover', 'overMin', 'intervals', 'forMin', 'tolerance', 'forS', 'recoverForS'] as const)
    if (key in condition) missing(`condition.${key}`, Number.isNaN((condition as Record<string, unknown>)[key]));
  if (!('value' in condition)) return found;
  const { value, recover, type } = condition;
  const quantity = quantityOf(condition.input.quantity);
  if (quantity !== undefined && (type === 'above' || type === 'below')) {
    const { min: low, max: high } = quantity;
    for (const key of ['value', 'recover'] as const)
      if (condition[key] < low || condition[key] > high)
        found.push({ path: `condition.${key}`, what: 'range', low, high });
  }
  const isUpper = type === 'above' || type === 'rate' || (type === 'difference' && condition.is === 'above');
  if (isUpper && recover > value) found.push({ path: 'condition.recover', what: 'recover-below' });
  if (!isUpper && recover < value) found.push({ path: 'condition.recover', what: 'recover-above' });
  return found;
}

/** A text that was written in one language only stands in both. */
export function completed(rule: Rule): Rule {
  const both = ({ en, zh }: Rule['title']) => ({ en: en.trim() || zh.trim(), zh: zh.trim() || en.trim() });
  return { ...rule, title: both(rule.title), message: both(rule.message) };
}

/** The numbers and words that differ between two wordings, by path. */
export function differences(before: unknown, after: unknown, path = ''): { path: string; was: string; is: string }[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const isTree = (v: unknown) => v !== null && typeof v === 'object' && !Array.isArray(v);
  if (!isTree(before) || !isTree(after)) {
    const text = (v: unknown) => (v === undefined ? '–' : typeof v === 'string' ? v : JSON.stringify(v));
    return [{ path, was: text(before), is: text(after) }];
  }
  const [a, b] = [before as Record<string, unknown>, after as Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(a[key], b[key], path === '' ? key : `${path}.${key}`),
  );
}
