/**
 * One way to check what crosses a border: a TypeBox schema, compiled once, that either returns the value frozen or
 * throws naming the key and what was expected there. Nothing is converted, defaulted or trimmed on the way.
 */
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { type ErrorCode, KarezError } from './errors.ts';
import { deepFreeze } from './freeze.ts';

/**
 * Enough to reach the telling error past the echoes of other union branches, a few for each of some hundred devices; still
 * a bound on hostile input.
 */
Settings.Set({ maxErrors: 1_000 });

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

/**
 * Leaves the errors that tell the writer something. Of a union only those of the branch that was most likely meant: the
 * one whose literal fits (`type: serial | tcp`), else the one that lacks the least and has the least to spare. Never the
 * echoes ("schema is false", "must match a schema in anyOf").
 */
function relevant(errors: SchemaError[]): SchemaError[] {
  const unions = errors.filter((e) => e.keyword === 'anyOf');
  const outermost = unions.filter((u) => !unions.some((other) => isInside(u, other)));
  const plain = errors.filter(
    (e) => e.keyword !== 'boolean' && e.keyword !== 'anyOf' && !outermost.some((u) => isInside(e, u)),
  );
  return [
    ...plain,
    ...outermost.flatMap((u) =>
      ofUnion(
        u,
        errors.filter((e) => isInside(e, u)),
      ),
    ),
  ];
}

function isInside(error: SchemaError, union: SchemaError): boolean {
  const isBelow = error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`);
  return error !== union && isBelow && error.schemaPath.startsWith(`${union.schemaPath}/anyOf/`);
}

function ofUnion(union: SchemaError, errors: SchemaError[]): SchemaError[] {
  const start = `${union.schemaPath}/anyOf/`;
  const branchOf = (e: SchemaError) => start + e.schemaPath.slice(start.length).split('/')[0];
  const branches = [...Map.groupBy(errors, branchOf)].map(([path, of]) => ({ path, errors: relevant(of) }));
  const isTag = (e: SchemaError, path: string) =>
    e.keyword === 'const' && /^(\/properties\/[^/]+)?$/.test(e.schemaPath.slice(path.length));
  const fitting = branches.filter(({ path, errors }) => !errors.some((e) => isTag(e, path)));
  if (fitting.length === 0) {
    const tags = branches.flatMap(({ path, errors }) => errors.filter((e) => isTag(e, path)));
    const first = tags[0] as SchemaError;
    const alike = tags.filter((e) => e.instancePath === first.instancePath);
    const allowedValues = alike.map((e) => (e.params as { allowedValue: unknown }).allowedValue);
    return [{ ...first, keyword: 'enum', params: { allowedValues } }];
  }
  // A list where an object may stand: what the value is tells which was meant.
  const isOtherKind = (e: SchemaError, path: string) => e.keyword === 'type' && e.schemaPath === path;
  const sameKind = fitting.filter(({ path, errors }) => !errors.some((e) => isOtherKind(e, path)));
  const meant = sameKind.length > 0 ? sameKind : fitting;
  const misfit = (of: SchemaError[]) => of.filter((e) => STRUCTURAL.has(e.keyword)).length;
  return meant.reduce((best, next) => (misfit(next.errors) < misfit(best.errors) ? next : best)).errors;
}

/** Keywords that speak of another branch's form rather than of a wrong value in this one's. */
const STRUCTURAL = new Set(['required', 'additionalProperties', 'type']);

/** The message for one validation error, in words that name what was expected. */
function expectation(error: SchemaError, schema: unknown): Problem {
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
  const words = error.keyword === 'pattern' ? descriptionOf(schema, error.schemaPath) : undefined;
  return { path, expected: words === undefined ? error.message : `must be ${words}` };
}

/** What a schema's description says of a text that must have a certain form, to follow "must be". */
function descriptionOf(schema: unknown, schemaPath: string): string | undefined {
  let at = schema as Record<string, unknown> | undefined;
  for (const key of schemaPath.split('/').slice(1)) at = at?.[key] as Record<string, unknown> | undefined;
  const text = at?.description;
  if (typeof text !== 'string') return undefined;
  return (text.charAt(0).toLowerCase() + text.slice(1)).replace(/\.$/, '');
}

/** Reads a checked value of `schema`; throws `code` naming the first key that does not fit. */
export function checker<S extends TSchema>(
  schema: S,
  code: ErrorCode,
): { problems(value: unknown): Problem[]; parse(value: unknown, what: string): Static<S> } {
  const compiled = Compile(schema);
  const problems = (value: unknown): Problem[] => {
    if (compiled.Check(value)) return [];
    return relevant(compiled.Errors(value) as SchemaError[]).map((error) => expectation(error, schema));
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
