/** The one sentence on top, in words: is anything wrong, where, since when. It is also what is read aloud. */
import { quantityOf } from '@karez/model/quantities';
import type { Connection } from '../feed/connection.ts';
import { spanOf, type Times } from '../show/time.ts';
import type { LanguageId, Say } from '../words/words.ts';
import { type AreaVerdict, type Doubt, type FarmVerdict, silentSince, worstFirst } from './areas.ts';

export interface SentenceParts {
  say: Say;
  language: LanguageId;
  times: Times;
  nowMs: number;
}

/** The name of a quantity in a language; its id where the table has none. */
export function quantityName(id: string, language: LanguageId): string {
  const quantity = quantityOf(id);
  if (quantity === undefined) return id;
  return language === 'zh' ? quantity.zh : quantity.en;
}

export function farmSentence(verdict: FarmVerdict, connection: Connection, parts: SentenceParts): string {
  const { say, times, nowMs } = parts;
  if (connection.state === 'reconnecting') return say('say.offline', { time: times.moment(connection.sinceMs, nowMs) });
  if (verdict.areas.every((a) => a.devices.length === 0)) return say('say.empty');
  // A gateway that is away is told in our own words below, with what becomes of its readings.
  const told = verdict.alerts.filter((a) => a.device !== null);
  const alert = told[0];
  if (alert !== undefined) {
    const said = say('say.alert', { message: alert.message[parts.language], time: times.moment(alert.firedMs, nowMs) });
    return join([said, told.length === 1 ? '' : say('say.alert.more', { n: told.length - 1 })], parts);
  }
  const away = verdict.gatewaysAway[0];
  if (away !== undefined) {
    return say('say.gateway', {
      gateway: away.title,
      time: away.heardMs === null ? '–' : times.moment(away.heardMs, nowMs),
      waiting: say('say.gateway.kept'),
    });
  }
  const troubled = worstFirst(verdict.areas).filter(needsLook);
  const heard = say('say.heard', {
    heard: verdict.heard,
    n: verdict.expected,
    span: windowWords(verdict.withinMs, say),
  });
  const first = troubled[0];
  if (first === undefined) return join([fine(verdict, parts), heard], parts);
  const field = areaName(first, say);
  const what = troubles(first, parts);
  const looks =
    troubled.length === 1
      ? say('say.look.one', { field, what })
      : say('say.look.many', { n: troubled.length, field, what });
  const rest = verdict.areas.filter((a) => a.field !== null && !needsLook(a)).length;
  const others = rest === 0 ? '' : rest === 1 ? say('say.rest.one') : say('say.rest.many', { n: rest });
  return join([looks, others], parts);
}

/** What is wrong in a field, without its name: "Node 9 silent since 12:03 and 2 values suspect". */
export function troubles(area: AreaVerdict, { say, times, nowMs, language }: SentenceParts): string {
  const { silent, doubts, behind, alerts } = area;
  const said: string[] = [];
  const alert = alerts[0];
  if (alerts.length === 1 && alert !== undefined) said.push(alert.title[language]);
  else if (alerts.length > 1) said.push(say('say.alerts', { n: alerts.length }));
  if (behind.length > 0) said.push(say('say.behind', { n: behind.length }));
  const one = silent[0];
  if (silent.length === 1 && one !== undefined) {
    const since = silentSince(one);
    said.push(
      since === null
        ? say('say.silent.never', { device: one.device.title })
        : say('say.silent.one', { device: one.device.title, time: times.moment(since, nowMs) }),
    );
  } else if (silent.length > 1) said.push(say('say.silent.many', { n: silent.length }));
  const doubt = doubts[0];
  if (doubts.length === 1 && doubt !== undefined) {
    said.push(
      say('say.doubt.one', {
        quantity: quantityInSentence(doubt, language),
        device: doubt.device.title,
        why: say(`why.${doubt.why}`),
      }),
    );
  } else if (doubts.length > 1) said.push(say('say.doubt.many', { n: doubts.length }));
  return said.join(say('say.and'));
}

/** A quantity's name within a sentence: lower case where the language does so, short names as they are. */
export function quantityInSentence({ quantity }: Pick<Doubt, 'quantity'>, language: LanguageId): string {
  const name = quantityName(quantity, language);
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

export function areaName(area: Pick<AreaVerdict, 'field'>, say: Say): string {
  return area.field?.title ?? say('area.farm');
}

function needsLook(area: AreaVerdict): boolean {
  return area.silent.length > 0 || area.doubts.length > 0;
}

function fine({ areas }: FarmVerdict, { say }: SentenceParts): string {
  const fields = areas.filter((a) => a.field !== null);
  const only = fields[0];
  if (only === undefined) return say('say.fine.none');
  return fields.length === 1
    ? say('say.fine.one', { field: areaName(only, say) })
    : say('say.fine.all', { n: fields.length });
}

function windowWords(withinMs: number, say: Say): string {
  if (withinMs === 60_000) return say('say.window.minute');
  if (withinMs === 3_600_000) return say('say.window.hour');
  const { unit, count } = spanOf(withinMs);
  return say(`span.${unit}`, { n: count });
}

function join(sentences: string[], { language }: SentenceParts): string {
  return sentences.filter((s) => s !== '').join(language === 'zh' ? '' : ' ');
}
