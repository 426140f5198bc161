/** A rule in words: what is watched, where, when. */
import type { Condition, FarmDetail, Rule, Scope } from '@karez/model';
import { quantityOf } from '@karez/model/quantities';
import type { LanguageId, Say } from '../words/words.ts';
import { channelName } from './label.ts';
import { showNumber } from './number.ts';
import { spanOf } from './time.ts';

interface Parts {
  say: Say;
  language: LanguageId;
  locale: string;
}

/** "Air temperature below 0.0 °C for 10 min" */
export function conditionWords(condition: Condition, parts: Parts): string {
  const { say, language, locale } = parts;
  const span = (ms: number) => {
    const { unit, count } = spanOf(ms);
    return say(`span.${unit}`, { n: count });
  };
  if (condition.type === 'silent') return say('rule.is.silent', { n: condition.intervals });
  if (condition.type === 'gateway-silent') return say('rule.is.gateway-silent', { span: span(condition.forS * 1000) });
  const { quantity, place = null } = condition.input;
  const known = quantityOf(quantity);
  const name = channelName({ quantity, place }, say, language);
  const shown = (value: number) =>
    Number.isNaN(value) ? '…' : `${showNumber(value, known?.decimals ?? 1, locale)} ${known?.label ?? condition.unit}`;
  if (condition.type === 'stuck') return say('rule.is.stuck', { name, span: span(condition.forMin * 60_000) });
  const value = shown(condition.value);
  const held = (condition.forS ?? 0) > 0 ? say('rule.held', { span: span((condition.forS ?? 0) * 1000) }) : '';
  if (condition.type === 'rate') return say(`rule.is.${condition.direction}`, { name, value }) + held;
  if (condition.type === 'difference') {
    const { minus } = condition;
    const other =
      'channel' in minus ? minus.channel : channelName({ ...minus, place: minus.place ?? null }, say, language);
    return say(`rule.is.difference.${condition.is}`, { name, other, value }) + held;
  }
  return say(`rule.is.${condition.type}`, { name, value }) + held;
}

/** "North", "Whole farm", "soil devices", "3 devices" */
export function scopeWords(scope: Scope, detail: FarmDetail, say: Say): string {
  const said: string[] = [];
  const title = (id: string) => detail.fields.find((f) => f.id === id)?.title ?? id;
  if (scope.fields !== undefined) said.push(...scope.fields.map(title));
  if (scope.crops !== undefined) said.push(...scope.crops);
  if (scope.kinds !== undefined) said.push(...scope.kinds.map((kind) => say(`kind.${kind}`)));
  if (scope.gateways !== undefined) said.push(...scope.gateways);
  const devices = scope.devices ?? [];
  const only = detail.devices.find((d) => d.id === devices[0]);
  if (devices.length === 1) said.push(only?.title ?? (devices[0] as string));
  else if (devices.length > 1) said.push(say('area.devices', { n: devices.length }));
  if (scope.channels !== undefined) said.push(say('rule.channels', { n: scope.channels.length }));
  return said.length === 0 ? say('area.farm') : said.join(' · ');
}

/** When a rule watches, where that is not always: "05:00–09:00 · 04-01–05-31" */
export function whenWords({ when }: Rule): string {
  return [when?.hours, when?.season].flatMap((w) => (w === undefined ? [] : [`${w.from}–${w.to}`])).join(' · ');
}
