/**
 * Texts by key. A language is one file here and one line in LANGUAGES; the test holds that all have the same keys and
 * placeholders.
 */
import { en } from './en.ts';
import { zh } from './zh.ts';

export type Message = string | { readonly one: string; readonly other: string };
export type Key = keyof typeof en;
export type Catalogue = Record<Key, Message>;
export type Params = Record<string, string | number>;

export interface Language {
  /** In its own words. */
  name: string;
  /** For dates and numbers; also the page's `lang`. */
  locale: string;
  catalogue: Catalogue;
  direction: 'ltr' | 'rtl';
}

export const LANGUAGES = {
  en: { name: 'English', locale: 'en-GB', catalogue: en, direction: 'ltr' },
  zh: { name: '中文', locale: 'zh-CN', catalogue: zh, direction: 'ltr' },
} as const satisfies Record<string, Language>;

export type LanguageId = keyof typeof LANGUAGES;

/** The first language that the reader prefers and we speak; English otherwise. */
export function chooseLanguage(preferred: readonly string[]): LanguageId {
  for (const tag of preferred) {
    const id = tag.toLowerCase().split('-')[0] as string;
    if (Object.hasOwn(LANGUAGES, id)) return id as LanguageId;
  }
  return 'en';
}

export type Say = (key: Key, params?: Params) => string;

/** A speaker of one language. Numbers among the parameters are grouped as the language does it. */
export function speaker(id: LanguageId): Say {
  const { catalogue, locale } = LANGUAGES[id] as Language;
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (key, params = {}) => {
    const message = catalogue[key];
    const text =
      typeof message === 'string' ? message : plural.select(Number(params.n)) === 'one' ? message.one : message.other;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? number.format(value).replace('-', '−') : value;
    });
  };
}
