/** A YAML file, with the line of each of its keys, so that a mistake is named where it stands. */
import { readFileSync } from 'node:fs';
import { KarezError } from '@karez/model';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

export interface YamlFile {
  path: string;
  value: unknown;
  /** `file:line` of a dotted key; where it is missing, of what should hold it. */
  where(key: string): string;
}

/** References to one anchor; a few lines of YAML must not become gigabytes. */
const MOST_ALIASES = 100;

/** Reads a file. Throws FILE_UNREADABLE, or CONFIG_INVALID with the line of the mistake. */
export function readYamlFile(path: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new KarezError('FILE_UNREADABLE', `cannot read ${path}: ${inWords(cause as NodeJS.ErrnoException)}`, {
      cause,
      where: path,
    });
  }
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

function inWords(cause: NodeJS.ErrnoException): string {
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
