import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from './errors.ts';
import { fieldProblem, PROBLEMS, problem, problemWords } from './problems.ts';

const placeholders = (words: string) => [...new Set([...words.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort();

describe.each(Object.entries(PROBLEMS))('%s', (id, { code, en, zh }) => {
  test('has a code of the table, and says the same in both languages', () => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(Object.keys(ERROR_CODES)).toContain(code);
    expect(placeholders(zh)).toEqual(placeholders(en));
    expect(zh).toMatch(/[\u4e00-\u9fff]/);
    expect(en).not.toMatch(/[\u4e00-\u9fff]/);
  });
});

test('a problem is an error with its words, its field and what to say them anew from', () => {
  const error = fieldProblem('place-unknown', 'body.scope.fields.0', { name: 'west {farm}' });
  expect(error).toMatchObject({
    ...{ code: 'REQUEST_INVALID', where: 'body.scope.fields.0' },
    message: 'body.scope.fields.0: there is no "west {farm}" in this farm',
    problem: { id: 'place-unknown', params: { field: 'body.scope.fields.0', name: 'west {farm}' } },
  });
  const { id, params } = error.problem as NonNullable<typeof error.problem>;
  expect(problemWords(id, params, 'zh')).toBe('body.scope.fields.0：本农场没有“west {farm}”');
  expect(problem('login-needed').where).toBeUndefined();
  expect(problemWords('of-a-newer-cloud', {}, 'zh')).toBeUndefined();
  expect(problemWords('constructor', {}, 'zh')).toBeUndefined();
});
