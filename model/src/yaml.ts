/** YAML from its text, with the line of each of its keys, so that a mistake is named where it stands. Whoever reads files reads them. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { KarezError } from './errors.ts';

export interface YamlFile {
  path: string;
  value: unknown;
  /** `file:line` of a dotted key; where it is missing, of what should hold it. */
  where(key: string): string;
}

/** References to one anchor; a few lines of YAML must not become gigabytes. */
const MOST_ALIASES = 100;

/** Parses the text of the file at `path`. Throws CONFIG_INVALID with the line of the mistake. */
export function parseYaml(text: string, path: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new KarezError('CONFIG_INVALID', `${path}:${line}:${col}: ${problem.message}`, {
      cause: problem,
      where: path,
    });
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (cause) {
    throw new KarezError('CONFIG_INVALID', `${path}: ${(cause as Error).message}`, { cause, where: path });
  }
  const where = (key: string) => `${path}:${lines.linePos(offsetOf(document, key)).line}`;
  return { path, value, where };
}

interface Schema<T> {
  problems(value: unknown): { path: string; expected: string }[];
  parse(value: unknown, what: string): T;
}

/**
 * The checked, frozen content of a file. What stands in a secret one is never printed.
 * @param schema a checker of schema.ts.
 * @throws KarezError CONFIG_INVALID naming file, line, key, what was expected and what is there.
 */
export function checkYaml<T>(schema: Schema<T>, file: YamlFile, content: 'public' | 'secret' = 'public'): T {
  const problem = schema.problems(file.value)[0];
  if (problem === undefined) return schema.parse(file.value, file.path);
  const { path, expected } = problem;
  const key = path === '' ? 'the whole file' : path;
  const found = content === 'secret' || /^is /.test(expected) ? '' : foundAt(file.value, path);
  throw new KarezError('CONFIG_INVALID', `${file.where(path)}: ${key} ${expected}${found}`, { where: path });
}

/** What stands there instead, where it is short. */
function foundAt(value: unknown, path: string): string {
  let at = value;
  for (const key of path === '' ? [] : path.split('.')) at = (at as Record<string, unknown> | undefined)?.[key];
  if (at === undefined || (typeof at === 'object' && at !== null)) return '';
  const text = JSON.stringify(at);
  return text.length > 60 ? '' : `, not ${text}`;
}

/** Where a file that cannot be read is told: FILE_UNREADABLE in words. */
export function unreadable(path: string, cause: unknown): KarezError {
  return new KarezError('FILE_UNREADABLE', `cannot read ${path}: ${inWords(cause as Error & { code?: string })}`, {
    cause,
    where: path,
  });
}

function inWords(cause: Error & { code?: string }): string {
  if (cause.code === 'ENOENT') return 'there is no such file';
  if (cause.code === 'EACCES') return 'it may not be read by this user';
  if (cause.code === 'EISDIR') return 'it is a folder';
  return cause.message;
}

/** Where a dotted key stands in the text, or the deepest part of it that is there. */
function offsetOf(document: Document.Parsed, key: string): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const part of key === '' ? [] : key.split('.')) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === part);
      if (pair === undefined) break;
      offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
