/** What rules say now, for the local page: in words, in both languages. */
import {
  type AlertState,
  type BothTexts,
  channelWords,
  type Inventory,
  messageOfRule,
  type Rule,
  type Severity,
  type WatchState,
} from '@karez/model';
import type { Catalog } from '../catalog.ts';
import type { GatewayRules } from '../rules/gateway-rules.ts';

export interface AlertRow {
  rule: string;
  title: BothTexts;
  message: BothTexts;
  severity: Severity;
  state: AlertState;
  raised: boolean;
  noData: boolean;
  /** `device`, or `device/quantity[@place]`. */
  subject: string;
  /** The same in words. */
  about: BothTexts;
  sinceMs: number;
  firedMs: number | null;
}

const WORST_FIRST: readonly Severity[] = ['critical', 'warning', 'info'];
const SHOWN = 200;

/** Worst first, then newest first. */
export function alertRows(rules: Pick<GatewayRules, 'states' | 'message'>, { inventory }: Catalog): AlertRow[] {
  const wordings = new Map(rules.message?.rules.map(({ rule }) => [rule.id, rule]));
  const rank = (row: AlertRow) => WORST_FIRST.indexOf(row.severity);
  return rules
    .states()
    .flatMap((state) => {
      const rule = wordings.get(state.rule);
      return rule === undefined ? [] : [rowOf(state, rule, inventory)];
    })
    .sort((a, b) => rank(a) - rank(b) || b.sinceMs - a.sinceMs)
    .slice(0, SHOWN);
}

function rowOf(watch: WatchState, rule: Rule, { devices, fields }: Inventory): AlertRow {
  const [, id, channel] = watch.subject.split('/') as [string, string, string | undefined];
  const device = devices.find((d) => d.id === id);
  const field = fields.find((f) => f.id === device?.field)?.title ?? null;
  const [quantity, place] = channel?.split('@') ?? [];
  const title = device?.title ?? id;
  const wordsOf = (language: 'en' | 'zh') => (quantity === undefined ? title : channelWords(quantity, place, language));
  const aboutIn = (language: 'en' | 'zh') => {
    const parts = [field, title, ...(quantity === undefined ? [] : [wordsOf(language)])];
    return parts.filter((part) => part !== null).join(' · ');
  };
  const say = (language: 'en' | 'zh') => {
    const words = wordsOf(language);
    return messageOfRule(rule, language, { device: title, field, channel: words, value: watch.value });
  };
  const { rule: name, state, raised, noData, sinceMs, firedMs } = watch;
  return {
    ...{ rule: name, title: rule.title, message: { en: say('en'), zh: say('zh') }, severity: rule.severity },
    ...{ state, raised, noData, subject: watch.subject.split('/').slice(1).join('/'), sinceMs, firedMs },
    about: { en: aboutIn('en'), zh: aboutIn('zh') },
  };
}
