import { expect, test } from 'vitest';
import { keepPreferences, readPreferences, type Shelf } from './preferences.ts';

const shelfOf = (entries: Record<string, string>): Shelf => {
  const map = new Map(Object.entries(entries));
  return { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value) };
};
const refusing: Shelf = {
  getItem() {
    throw new Error('refused');
  },
  setItem() {
    throw new Error('refused');
  },
};

test('what was chosen holds, the browser’s language otherwise', () => {
  const shelf = shelfOf({});
  expect(readPreferences(shelf, ['zh-CN'])).toEqual({ language: 'zh', theme: 'auto' });
  keepPreferences(shelf, { language: 'en', theme: 'outdoors' });
  expect(readPreferences(shelf, ['zh-CN'])).toEqual({ language: 'en', theme: 'outdoors' });
});

test('nonsense and refusal are not errors', () => {
  const odd = shelfOf({ 'karez.language': 'toString', 'karez.theme': 'plaid' });
  expect(readPreferences(odd, ['en'])).toEqual({ language: 'en', theme: 'auto' });
  expect(readPreferences(refusing, ['en'])).toEqual({ language: 'en', theme: 'auto' });
  expect(readPreferences(undefined, [])).toEqual({ language: 'en', theme: 'auto' });
  expect(() => keepPreferences(refusing, { language: 'en', theme: 'dark' })).not.toThrow();
});
