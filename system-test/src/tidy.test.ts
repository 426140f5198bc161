/**
 * The house rules that a machine can check: import direction, calls that belong to adapters, file sizes, names, links
 * in documents, error codes in use. Each message says what to do instead.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERROR_CODES } from '@karez/model';
import { describe, expect, test } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** `.config` is what @grafana/create-plugin wrote. */
const SKIP = new Set(['node_modules', 'dist', 'data', '.git', 'coverage', '.config']);

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIP.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [relative(root, path)];
  });
}

const files = walk(root);
const sources = files.filter((f) => /\.(ts|tsx|mjs)$/.test(f));
const isTest = (f: string) =>
  /\.test\.tsx?$/.test(f) || f.includes('/testing/') || f.startsWith('system-test/') || f.startsWith('bench/');
const text = (f: string) => readFileSync(join(root, f), 'utf8');
const packageOf = (f: string) => /^(dashboards\/[a-z]+|[^/]+)\//.exec(f)?.[1] ?? '';

/** Which packages of ours each may import. */
const MAY_IMPORT: Record<string, string[]> = {
  model: [],
  edge: ['model'],
  cloud: ['model'],
  'firmware-sim': ['model'],
  'dashboards/console': ['model'],
  'dashboards/grafana': ['model'],
  bin: [],
  packaging: [],
  'system-test': ['model', 'edge', 'cloud', 'firmware-sim', 'console', 'grafana', 'bench'],
  bench: ['model', 'edge', 'cloud', 'firmware-sim'],
};

/** Longer files need a reason here. */
const LONG_ENOUGH_REASON: Record<string, string> = {};
const LONGEST = 400;

describe('imports', () => {
  test('point one way', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const allowed = MAY_IMPORT[packageOf(file)];
      if (allowed === undefined) continue;
      for (const [, name] of text(file).matchAll(/from '@karez\/([a-z-]+)/g)) {
        if (!allowed.includes(name as string) && name !== packageOf(file).split('/').at(-1))
          wrong.push(`${file} imports ${name}`);
      }
      for (const [, path] of text(file).matchAll(/from '(\.[^']*)'/g)) {
        const target = relative(root, resolve(root, dirname(file), path as string));
        // How services are started is said once, for people and tests alike.
        if (target === 'bin/service.mjs') continue;
        // Packages are built by one function, for people and for trials.
        if (target === 'packaging/src/build-deb.ts' && packageOf(file) === 'system-test') continue;
        if (packageOf(target) !== packageOf(file)) wrong.push(`${file} reaches into ${target}: import the package`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('of the model stay pure: no file, socket or process', () => {
    const impure = sources
      .filter((f) => f.startsWith('model/') && !isTest(f))
      .filter((f) => /from 'node:(fs|net|http|child_process|worker_threads|sqlite|os)/.test(text(f)));
    expect(impure).toEqual([]);
  });
});

describe('calls', () => {
  const banned: [RegExp, string][] = [
    [/\bDate\.now\(/, 'take a Clock'],
    [/\bnew Date\(\)/, 'take a Clock'],
    [/\bMath\.random\(/, 'take a Random'],
    [/(?<![.\w])set(Timeout|Interval)\(/, 'take a Clock and use after() or every()'],
    [/\bprocess\.env\b/, 'read it in main.ts and pass it on'],
    [/\bconsole\.(log|error|warn)\(/, 'take a Logger'],
  ];
  /** Adapters to the outside, and what runs in a browser or before anything is installed. */
  const adapter = (f: string) =>
    isTest(f) ||
    /(^|\/)(main|[a-z-]+-main|vite\.config|vitest\.config)\.(tsx?|mjs)$/.test(f) ||
    f === 'model/src/ports.ts' ||
    /^(bin|dashboards|edge\/node-red)\//.test(f);

  test.each(banned)('%s only in main files and adapters', (pattern, instead) => {
    const wrong = sources.filter((f) => !adapter(f)).filter((f) => pattern.test(withoutComments(text(f))));
    expect(wrong, `instead: ${instead}`).toEqual([]);
  });
});

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

describe('files', () => {
  test(`are at most ${LONGEST} lines`, () => {
    const long = sources.filter((f) => text(f).split('\n').length > LONGEST + 1 && LONG_ENOUGH_REASON[f] === undefined);
    expect(long).toEqual([]);
  });

  test('that tell the story are under 200 lines', () => {
    for (const file of ['edge/src/pipeline.ts', 'cloud/src/ingest/ingest.ts'])
      expect(text(file).split('\n').length).toBeLessThan(200);
  });

  test('have kebab-case names that say something', () => {
    const wrong = sources
      .map((f) => f.split('/').at(-1) as string)
      .filter(
        (name) =>
          !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.(ts|tsx|mjs)$/.test(name) ||
          /^(utils?|common|helpers?|manager)\./.test(name),
      );
    expect(wrong).toEqual([]);
  });

  test('have no parts left for later without saying what is missing', () => {
    const wrong = sources
      .filter((f) => f !== 'system-test/src/tidy.test.ts')
      .filter((f) => /\b(TODO|FIXME|XXX)\b|@ts-(ignore|nocheck)/.test(text(f)));
    expect(wrong).toEqual([]);
  });
});

describe('documents', () => {
  test('link only to what is there', () => {
    const broken: string[] = [];
    for (const file of files.filter((f) => f.endsWith('.md'))) {
      for (const [, link] of text(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(link as string)) continue;
        if (!existsSync(resolve(root, dirname(file), link as string))) broken.push(`${file} → ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });

  test('name only npm scripts that exist', () => {
    const scripts = (JSON.parse(text('package.json')) as { scripts: Record<string, string> }).scripts;
    const wrong: string[] = [];
    for (const file of files.filter((f) => f.endsWith('.md'))) {
      for (const [, name] of text(file).matchAll(/`npm run ([a-z:]+)/g))
        if (!((name as string) in scripts)) wrong.push(`${file}: npm run ${name}`);
    }
    expect(wrong).toEqual([]);
  });
});

test('every error code is used somewhere', () => {
  const code = sources
    .filter((f) => f !== 'model/src/errors.ts')
    .map(text)
    .join('\n');
  expect(Object.keys(ERROR_CODES).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});

test('dependencies are pinned to exact versions', () => {
  const wrong: string[] = [];
  for (const file of files.filter((f) => f.endsWith('package.json'))) {
    const pkg = JSON.parse(text(file)) as Record<string, Record<string, string> | undefined>;
    for (const kind of ['dependencies', 'devDependencies']) {
      for (const [name, version] of Object.entries(pkg[kind] ?? {}))
        if (!/^\d+\.\d+\.\d+$/.test(version)) wrong.push(`${file}: ${name} ${version}`);
    }
  }
  expect(wrong).toEqual([]);
});
