/** Rules from outside, checked: their form by the schema, and what a schema cannot say. Each error names the field. */
import { type ErrorCode, KarezError } from '../errors.ts';
import { fieldProblem, type ProblemId, type ProblemParams } from '../problems.ts';
import { type Quantity, quantityOf } from '../quantities.ts';
import { checker } from '../schema.ts';
import { placeholdersOf } from './message.ts';
import { type Condition, Rule, RulesMessage, type ValueCondition } from './rule.ts';

const rules = checker(Rule, 'REQUEST_INVALID');
const messages = checker(RulesMessage, 'PAYLOAD_INVALID');

interface Problem {
  /** Dotted path to the key. */
  path: string;
  id: ProblemId;
  params: ProblemParams;
}

/** Quantities that rules themselves give: no rule judges them. */
const OWN = /^alert\./;

/**
 * Checks a rule.
 * @param what names it in the error, such as `body`.
 * @throws KarezError REQUEST_INVALID, or `code`, naming the key and what was expected there.
 */
export function parseRule(value: unknown, what: string, code: ErrorCode = 'REQUEST_INVALID'): Rule {
  const form = rules.problems(value)[0];
  if (form !== undefined) throw refusal(code, what, formProblem(form));
  const wrong = problemsOf(value as Rule)[0];
  if (wrong !== undefined) throw refusal(code, what, wrong);
  return rules.parse(value, what);
}

function refusal(code: ErrorCode, what: string, { path, id, params }: Problem): KarezError {
  const field = path === '' ? 'the whole value' : path;
  const said = fieldProblem(id, field, params);
  const words = said.message.replace(`${field}: `, `${field} `);
  return new KarezError(code, `${what}: ${words}`, { where: path, problem: said.problem });
}

/** What the schema found, under a name of its own where it has one. */
function formProblem({ path, expected }: { path: string; expected: string }): Problem {
  if (expected === 'is missing') return { path, id: 'field-missing', params: {} };
  if (expected === 'is not a known key') return { path, id: 'field-unknown', params: {} };
  return { path, id: 'field-wrong', params: { expected } };
}

/** What is wrong with a rule of the right form. */
export function problemsOf(rule: Rule): Problem[] {
  return [...conditionProblems(rule.condition), ...scopeProblems(rule), ...textProblems(rule), ...timeProblems(rule)];
}

/**
 * Checks what the cloud hands to a gateway. A rule that this program cannot use (made by a newer cloud) is left out and named, so
 * that the others work on.
 * @throws KarezError PAYLOAD_INVALID where the message itself cannot be read.
 */
export function parseRulesMessage(value: unknown): { message: RulesMessage; problems: string[] } {
  const problems: string[] = [];
  const list = (value as { rules?: unknown } | null)?.rules;
  const readable = (Array.isArray(list) ? list : []).filter((entry: { rule?: { id?: unknown } } | null, i) => {
    try {
      parseRule(entry?.rule, `rules.${i}.rule`, 'PAYLOAD_INVALID');
      return true;
    } catch (error) {
      problems.push(`${String(entry?.rule?.id)}: ${(error as Error).message}`);
      return false;
    }
  });
  const usable = Array.isArray(list) ? { ...(value as object), rules: readable } : value;
  return { message: messages.parse(usable, 'rules'), problems };
}

function conditionProblems(condition: Condition): Problem[] {
  if (!('input' in condition)) return [];
  const { input } = condition;
  const quantity = quantityOf(input.quantity);
  if (quantity === undefined || OWN.test(input.quantity))
    return [wrong('condition.input.quantity', 'rule-quantity', { quantity: input.quantity })];
  const unit = condition.type === 'rate' ? `${quantity.unit}/h` : quantity.unit;
  if (condition.unit !== unit)
    return [wrong('condition.unit', 'rule-unit', { unit, quantity: input.quantity, given: condition.unit })];
  return [...boundProblems(condition, quantity), ...recoverProblems(condition), ...minusProblems(condition)];
}

const wrong = (path: string, id: ProblemId, params: ProblemParams = {}): Problem => ({ path, id, params });

/** A threshold that no sound value reaches would never fire, or always. */
function boundProblems(condition: ValueCondition, { min, max, unit }: Quantity): Problem[] {
  const span = max - min;
  const within = (key: 'value' | 'recover', low: number, high: number): Problem[] => {
    const value = (condition as unknown as Record<string, number>)[key] as number;
    const isInside = value >= low && value <= high;
    return isInside ? [] : [wrong(`condition.${key}`, 'rule-range', { low, high, unit, given: value })];
  };
  switch (condition.type) {
    case 'above':
    case 'below':
      return [...within('value', min, max), ...within('recover', min, max)];
    case 'difference': {
      const low = condition.absolute === true ? 0 : -span;
      return [...within('value', low, span), ...within('recover', low, span)];
    }
    case 'stuck':
      return condition.tolerance <= span
        ? []
        : [wrong('condition.tolerance', 'rule-most', { high: span, unit, given: condition.tolerance })];
    case 'rate':
      return [];
  }
}

function recoverProblems(condition: ValueCondition): Problem[] {
  if (condition.type === 'stuck') return [];
  const { value, recover } = condition;
  const isUpper =
    condition.type === 'above' || condition.type === 'rate' || ('is' in condition && condition.is === 'above');
  if (isUpper ? recover <= value : recover >= value) return [];
  const id = isUpper ? 'rule-recover-most' : 'rule-recover-least';
  return [wrong('condition.recover', id, { value, given: recover })];
}

function minusProblems(condition: ValueCondition): Problem[] {
  if (condition.type !== 'difference') return [];
  const { minus, input } = condition;
  const quantity = 'channel' in minus ? quantityInChannel(minus.channel) : minus.quantity;
  const key = 'channel' in minus ? 'condition.minus.channel' : 'condition.minus.quantity';
  const other = quantityOf(quantity);
  if (other === undefined || OWN.test(quantity)) return [wrong(key, 'rule-quantity', { quantity })];
  if (other.unit !== condition.unit)
    return [wrong(key, 'rule-minus-unit', { unit: condition.unit, quantity, given: other.unit })];
  if (!('channel' in minus) && quantity === input.quantity && minus.place === input.place)
    return [wrong('condition.minus', 'rule-minus-same')];
  return [];
}

/** The quantity of `gateway/device/quantity[@place]`. */
function quantityInChannel(channel: string): string {
  return (channel.split('/')[2] as string).split('@')[0] as string;
}

function scopeProblems({ scope, condition }: Rule): Problem[] {
  const { channels = [] } = scope;
  if (channels.length === 0) return [];
  if (!('input' in condition)) return [wrong('scope.channels', 'rule-scope-channels', { type: condition.type })];
  const { quantity } = condition.input;
  const odd = channels.findIndex((c) => quantityInChannel(c) !== quantity);
  return odd < 0 ? [] : [wrong(`scope.channels.${odd}`, 'rule-scope-quantity', { quantity })];
}

function textProblems({ message }: Rule): Problem[] {
  return (['en', 'zh'] as const).flatMap((language) => {
    const { unknown, known } = placeholdersOf(message[language]);
    if (unknown.length === 0) return [];
    const all = known.map((name) => `{${name}}`).join(', ');
    return [wrong(`message.${language}`, 'rule-placeholder', { known: all, given: `{${unknown[0]}}` })];
  });
}

function timeProblems({ when }: Rule): Problem[] {
  const hours = when?.hours;
  return hours !== undefined && hours.from === hours.to ? [wrong('when.hours', 'rule-hours')] : [];
}
