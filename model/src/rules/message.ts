/** The words of an alert: a rule's message with its placeholders filled in. */
import type { Person } from '../people.ts';
import { quantityOf } from '../quantities.ts';
import type { Condition, Rule } from './rule.ts';

/** What a message may name. */
const PLACEHOLDERS = ['value', 'unit', 'limit', 'device', 'field', 'channel'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Placeholders of a text that mean nothing, and those that mean something. */
export function placeholdersOf(text: string): { unknown: string[]; known: readonly Placeholder[] } {
  const used = Array.from(text.matchAll(/\{([^{}]*)\}/g), ([, name]) => name as string);
  return { unknown: used.filter((name) => !(PLACEHOLDERS as readonly string[]).includes(name)), known: PLACEHOLDERS };
}

/** What an alert is about, in the farm's own words. */
export interface About {
  device: string;
  field: string | null;
  /** Of the channel or device: "Soil moisture 20 cm". */
  channel: string;
  value: number;
}

/** A channel in words: "Soil moisture 20 cm". */
export function channelWords(quantity: string, place: string | null | undefined, language: Person['language']): string {
  const name = quantityOf(quantity)?.[language] ?? quantity;
  if (place === null || place === undefined) return name;
  const number = place.slice(1);
  return /^[dh]/.test(place) ? `${name} ${number} cm` : `${name} ${number}`;
}

/** The message of a rule in one language. Numbers have the quantity's decimals and a true minus sign (U+2212). */
export function messageOfRule(
  { message, condition }: Pick<Rule, 'message' | 'condition'>,
  language: Person['language'],
  about: About,
): string {
  const words: Record<Placeholder, string> = {
    value: numberText(about.value, condition),
    unit: unitLabel(condition),
    limit: numberText(limitOf(condition), condition),
    device: about.device,
    field: about.field ?? about.device,
    channel: about.channel,
  };
  return message[language].replace(/\{([^{}]*)\}/g, (whole, name: string) => words[name as Placeholder] ?? whole);
}

/** The number beyond which a condition is met; NaN where it has none. */
export function limitOf(condition: Condition): number {
  if ('value' in condition) return condition.value;
  if (condition.type === 'silent') return condition.intervals;
  return condition.type === 'stuck' ? condition.forMin : condition.forS;
}

/** The unit of what a condition judges, as people read it. */
export function unitLabel(condition: Condition): string {
  if (!('input' in condition)) return '';
  const label = quantityOf(condition.input.quantity)?.label ?? condition.unit;
  return condition.type === 'rate' ? `${label}/h` : label;
}

function numberText(value: number, condition: Condition): string {
  if (!Number.isFinite(value)) return '–';
  const decimals = 'input' in condition ? (quantityOf(condition.input.quantity)?.decimals ?? 1) : 0;
  return value
    .toFixed(decimals)
    .replace(/^-(?=.*[1-9])/, '−')
    .replace(/^-/, '');
}
