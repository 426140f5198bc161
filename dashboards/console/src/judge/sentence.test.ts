import { QUALITY } from '@karez/model/reading';
import { expect, test } from 'vitest';
import type { Connection } from '../feed/connection.ts';
import { timesFor } from '../show/time.ts';
import { LANGUAGES, type LanguageId, speaker } from '../words/words.ts';
import { judgeFarm } from './areas.ts';
import { detail, gateways, NOW, OLD, valuesWith } from './farm.fixture.ts';
import { farmSentence } from './sentence.ts';

const live: Connection = { state: 'live' };
function sentence(
  others: Parameters<typeof valuesWith>[0],
  {
    away = [],
    connection = live,
    language = 'en',
  }: { away?: string[]; connection?: Connection; language?: LanguageId } = {},
): string {
  const verdict = judgeFarm(detail, valuesWith(others), gateways(away), NOW);
  const times = timesFor(LANGUAGES[language].locale, 'UTC');
  return farmSentence(verdict, connection, { say: speaker(language), language, times, nowMs: NOW });
}

test.each<[string, string, string]>([
  ['en', 'All 2 fields fine. 8 of 8 devices heard within the last minute.', ''],
  ['zh', '2 块地全部正常。8 台设备中有 8 台在最近 1 分钟内有数据。', ''],
])('all fine, in %s', (language, expected) => {
  expect(sentence({}, { language: language as LanguageId })).toBe(expected);
});

test('what is wrong, where, since when', () => {
  expect(sentence({ 'gw/north-1': OLD })).toBe(
    'North needs a look: north-1 silent since 11:50. The other field is fine.',
  );
  expect(sentence({ 'gw/north-1': OLD }, { language: 'zh' })).toBe(
    'North需要查看：north-1 自 11:50 起失联。另一块地正常。',
  );
  expect(sentence({ 'gw/north-1': null })).toContain('north-1 never heard');
  expect(sentence({ 'gw/north-1/soil.moisture@d10': [NOW, 120, QUALITY.RANGE] })).toBe(
    'North needs a look: soil moisture of north-1 outside what is possible here. The other field is fine.',
  );
  expect(sentence({ 'gw/north-1': OLD, 'gw-2/south-1': OLD, 'gw-2/south-2': OLD })).toBe(
    '2 fields need a look, first South: 2 devices silent.',
  );
});

test('a gateway that is away explains its devices, and says that nothing is lost', () => {
  const text = sentence({ 'gw-2/south-1': OLD }, { away: ['gw-2'] });
  expect(text).toBe('No word from Gateway gw-2 since 11:59. What its devices measure is kept there until it is back.');
});

test('without a connection of its own the page says that, and nothing of the farm', () => {
  const connection: Connection = { state: 'reconnecting', sinceMs: NOW - 3_600_000 };
  expect(sentence({ 'gw/north-1': OLD }, { connection })).toBe('No connection since 11:00. What you see is from then.');
});
