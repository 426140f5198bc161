/**
 * `npm run bench`: measures and prints every figure that the documents publish, beside the raw limit of this machine
 * in the same run. `--json FILE` writes them as `{"figures": […]}`; `--data DIR` takes other recorded files;
 * `--only a,b` runs the named parts.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Figure, table } from './figure.ts';

export interface BenchContext {
  /** A folder on a real disk that is removed afterwards. */
  folder: string;
  /** Where the recorded files are. */
  dataDir: string;
  /** Tells how far it is. */
  say(text: string): void;
}

type Part = (context: BenchContext) => Promise<Figure[]>;

/** Each part is loaded when its turn comes, so that none weighs on another's memory. */
const PARTS: Record<string, () => Promise<Part>> = {
  wire: async () => (await import('./wire-figures.ts')).wireFigures,
  intake: async () => (await import('./intake.ts')).intakeFigures,
  embedded: async () => (await import('./drain.ts')).drainEmbedded,
  influx: async () => (await import('./drain.ts')).drainInflux,
  live: async () => (await import('./live.ts')).liveFigures,
  decode: async () => (await import('./decode.ts')).decodeFigures,
};

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      data: { type: 'string' },
      only: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(`npm run bench -- [--json FILE] [--data DIR] [--only ${Object.keys(PARTS).join(',')}]`);
    return 0;
  }
  const wanted = values.only?.split(',') ?? Object.keys(PARTS);
  const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) {
    console.error(`bench: there is no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`);
    return 2;
  }
  const context: BenchContext = {
    folder: mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'karez-bench-')),
    dataDir: resolve(values.data ?? process.env.KAREZ_REAL_DATA ?? join(root, '../shared/data')),
    say: (text) => process.stderr.write(`${text}\n`),
  };
  const figures: Figure[] = [];
  try {
    for (const name of wanted) {
      context.say(`measuring ${name} …`);
      const part = await (PARTS[name] as () => Promise<Part>)();
      figures.push(...(await part(context)));
    }
  } finally {
    rmSync(context.folder, { recursive: true, force: true });
  }
  console.log(table(figures));
  if (values.json !== undefined) {
    const rows = figures.map(({ id, value, unit, limit, ratio }) => ({
      id,
      value,
      unit,
      limit: limit ?? null,
      ratio: ratio ?? null,
    }));
    writeFileSync(values.json, `${JSON.stringify({ figures: rows }, null, 2)}\n`);
  }
  return 0;
}

process.exitCode = await main();
