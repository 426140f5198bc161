/** That a mistake is named where it stands. */
import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { checker } from './schema.ts';
import { checkYaml, parseYaml } from './yaml.ts';

const text = `# a list
fields:
  - id: north
    depths: [10, 30]
  - &b { id: south, depths: [deep] }
again: *b
`;
const schema = checker(
  Type.Object({
    fields: Type.Array(Type.Object({ id: Type.String(), depths: Type.Array(Type.Integer()) })),
    again: Type.Unknown(),
  }),
  'CONFIG_INVALID',
);

describe('a YAML text', () => {
  const file = parseYaml(text, 'a.yaml');

  test.each([
    ['', 2],
    ['fields.0.depths', 4],
    ['fields.1.id', 5],
    ['again', 6],
    ['again.id', 5],
    ['fields.0.crop', 3],
    ['nothing.at.all', 2],
  ])('knows the line of "%s": %i', (key, line) => expect(file.where(key)).toBe(`a.yaml:${line}`));

  test('that does not fit is told with line, key, what was expected and what is there', () => {
    expect(() => checkYaml(schema, file)).toThrow('a.yaml:5: fields.1.depths.0 must be integer, not "deep"');
  });

  test('that is secret is not repeated', () => {
    expect(() => checkYaml(schema, file, 'secret')).toThrow(/must be integer$/);
  });

  test('that is no YAML is told with line and column', () => {
    expect(() => parseYaml('a: 1\nb: [1', 'a.yaml')).toThrow(/^a\.yaml:2:\d+: /);
  });

  test('does not grow without bound', () => {
    const bomb = `a: &a [1,1,1]\n${'bcdefgh'.replace(/./g, (c, i: number) => `${c}: &${c} [${`*${'abcdefgh'[i]},`.repeat(9)}1]\n`)}`;
    expect(() => parseYaml(bomb, 'a.yaml')).toThrow(/alias/i);
  });
});
