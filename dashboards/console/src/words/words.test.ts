import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { en } from './en.ts';
import { chooseLanguage, type Key, LANGUAGES, type Language, type LanguageId, type Message, speaker } from './words.ts';

const texts = (message: Message) => (typeof message === 'string' ? [message] : [message.one, message.other]);
const holes = (message: Message) =>
  [...new Set(texts(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1])))].sort();

describe.each(Object.entries(LANGUAGES as Record<string, Language>))('%s', (_id, { catalogue }) => {
  test('has every text and no other', () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
  });

  test('uses no parameter that English lacks, and leaves none of them out', () => {
    const different = (Object.keys(en) as Key[]).filter((key) => {
      // The number of a plural may be said by the form alone.
      const need = holes(en[key]);
      return JSON.stringify(holes(catalogue[key])) !== JSON.stringify(need);
    });
    expect(different).toEqual([]);
  });

  test('has no empty text', () => {
    expect(
      Object.values(catalogue)
        .flatMap(texts)
        .filter((text) => text.trim() === '' && text !== ' and '),
    ).toEqual([]);
  });
});

test('no text is left that nothing says', () => {
  const folder = new URL('../', import.meta.url);
  const code = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((f) => /\.tsx?$/.test(f) && !f.startsWith('words') && !f.includes('.test.'))
    .map((f) => readFileSync(new URL(f, folder), 'utf8'))
    .join('\n');
  // Keys made of a fixed beginning and one word: say(`state.${state}`).
  const made = [...code.matchAll(/`([a-z.]+\.)\$\{\w+(?:\.\w+)?\}`/g)].map((m) => m[1] as string);
  const isMade = (key: string) => made.some((m) => key.startsWith(m) && !key.slice(m.length).includes('.'));
  expect(Object.keys(en).filter((key) => !code.includes(`'${key}'`) && !isMade(key))).toEqual([]);
});

test('Chinese is written in Chinese', () => {
  // A text of nothing but parameters and punctuation has no words to be in any language.
  const latin = Object.entries(LANGUAGES.zh.catalogue)
    .flatMap(([key, message]) => texts(message).map((text) => [key, text.replace(/\{\w+\}/g, '')] as const))
    .filter(([, text]) => /\p{Letter}/u.test(text) && !/\p{Script=Han}/u.test(text));
  expect(latin).toEqual([]);
});

test('numbers choose the plural and are grouped', () => {
  const say = speaker('en');
  expect(say('age.days', { n: 1 })).toBe('1 day ago');
  expect(say('age.days', { n: 3 })).toBe('3 days ago');
  expect(say('gateway.ledger.gap', { first: 1, last: 123_456, n: 123_456 })).toBe('1–123,456 missing (123,456)');
});

test('the reader’s language is chosen where we speak it', () => {
  const chosen = (...tags: string[]): LanguageId => chooseLanguage(tags);
  expect(chosen('zh-Hans-CN', 'en')).toBe('zh');
  expect(chosen('uz', 'zh')).toBe('zh');
  expect(chosen('fr')).toBe('en');
  expect(chosen()).toBe('en');
});
