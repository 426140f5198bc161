/**
 * One way to check what crosses a border: a TypeBox schema, compiled once, that either returns the value frozen or
 * throws naming the key and what was expected there. Nothing is converted, defaulted or trimmed on the way.
 */
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { type ErrorCode, KarezError } from './errors.ts';

/** Enough to reach the telling error past the echoes of other union branches; still a bound on hostile input. */
Settings.Set({ maxErrors: 64 });

export interface Problem {
  /** Dotted path to the key, e.g. `devices.2.depthCm`; empty for the whole value. */
  path: string;
  /** What was expected there. */
  expected: string;
}

interface SchemaError {
  keyword: string;
  schemaPath: string;
  instancePath: string;
  message: string;
  params: object;
}

/** The branch of a union that an error belongs to, e.g. `#/properties/b/anyOf/1`; empty outside unions. */
function branchOf(error: SchemaError): string {
  return /^(.*\/anyOf\/\d+)(\/|$)/.exec(error.schemaPath)?.[1] ?? '';
}

/**
 * Leaves the errors that tell the writer something: in a union tagged by a literal (`type: serial | tcp`) only those
 * of the branch whose tag fits, and nowhere the echoes ("schema is false", "must match a schema in anyOf").
 */
function relevant(errors: SchemaError[]): SchemaError[] {
  const wrongTag = new Set(errors.filter((e) => e.keyword === 'const').map(branchOf));
  wrongTag.delete('');
  const plain = errors.filter((e) => e.keyword !== 'boolean' && e.keyword !== 'anyOf');
  const fitting = plain.filter((e) => ![...wrongTag].some((branch) => e.schemaPath.startsWith(branch)));
  if (fitting.length > 0) return fitting;
  const tags = plain.filter((e) => e.keyword === 'const');
  const first = tags[0];
  if (first === undefined) return plain;
  const allowedValues = tags
    .filter((e) => e.instancePath === first.instancePath)
    .map((e) => (e.params as { allowedValue: unknown }).allowedValue);
  return [{ ...first, keyword: 'enum', params: { allowedValues } }];
}

/** The message for one validation error, in words that name what was expected. */
function expectation(error: SchemaError): Problem {
  const path = error.instancePath.split('/').slice(1).join('.');
  const params = error.params as Record<string, unknown>;
  const join = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (error.keyword === 'required') {
    const missing = params.requiredProperties as string[];
    return { path: join(missing[0] ?? ''), expected: 'is missing' };
  }
  if (error.keyword === 'additionalProperties') {
    const extra = params.additionalProperties as string[];
    return { path: join(extra[0] ?? ''), expected: 'is not a known key' };
  }
  if (error.keyword === 'const') return { path, expected: `must be ${JSON.stringify(params.allowedValue)}` };
  if (error.keyword === 'enum') {
    const allowed = (params.allowedValues as unknown[]).map((v) => JSON.stringify(v));
    return { path, expected: `must be ${allowed.join(' or ')}` };
  }
  return { path, expected: error.message };
}

/** Reads a checked value of `schema`; throws `code` naming the first key that does not fit. */
export function checker<S extends TSchema>(
  schema: S,
  code: ErrorCode,
): { problems(value: unknown): Problem[]; parse(value: unknown, what: string): Static<S> } {
  const compiled = Compile(schema);
  const problems = (value: unknown): Problem[] => {
    if (compiled.Check(value)) return [];
    return relevant(compiled.Errors(value) as SchemaError[]).map(expectation);
  };
  return {
    problems,
    parse(value, what) {
      const first = problems(value)[0];
      if (first !== undefined) {
        const key = first.path === '' ? 'the whole value' : first.path;
        throw new KarezError(code, `${what}: ${key} ${first.expected}`, { where: first.path });
      }
      return deepFreeze(value) as Static<S>;
    },
  };
}

/** Freezes plain objects and arrays all the way down. */
export function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const key of Object.keys(value)) deepFreeze((value as Record<string, unknown>)[key]);
  }
  return value;
}
