/**
 * `npm run bench`: measures and prints every figure that the documents publish, beside the raw limit of this machine
 * in the same run. `--json FILE` writes them as `{"figures": […]}`; `--data DIR` takes other recorded files;
 * `--only a,b` runs the named parts, also those that take minutes and are left out otherwise; `--profile DIR` keeps CPU
 * profiles of the processes that take part.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchContext } from './context.ts';
import { Endings } from './endings.ts';
import { type Figure, table } from './figure.ts';
import { LONG_PARTS, PARTS } from './parts.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      data: { type: 'string' },
      only: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    const names = Object.keys(PARTS).join(',');
    console.log(`npm run bench -- [--json FILE] [--data DIR] [--only ${names}] [--profile DIR]`);
    return 0;
  }
  const wanted = values.only?.split(',') ?? Object.keys(PARTS).filter((name) => !LONG_PARTS.has(name));
  const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) {
    console.error(`bench: there is no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`);
    return 2;
  }
  if (values.profile !== undefined) mkdirSync(values.profile, { recursive: true });
  const folder = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'karez-bench-'));
  const endings = new Endings();
  const context: BenchContext = {
    folder,
    dataDir: resolve(values.data ?? process.env.KAREZ_REAL_DATA ?? join(root, '../shared/data')),
    ...(values.profile === undefined ? {} : { profileDir: resolve(values.profile) }),
    say: (text) => process.stderr.write(`${text}\n`),
    atEnd: (run) => endings.add(run),
  };
  let interrupted: Promise<void> | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      context.say('stopping …');
      interrupted ??= endings.close().finally(() => {
        rmSync(folder, { recursive: true, force: true });
        process.exit(INTERRUPTED);
      });
    });
  }
  const figures: Figure[] = [];
  let failures = 0;
  try {
    for (const name of wanted) {
      const began = performance.now();
      context.say(`measuring ${name} …`);
      try {
        const part = await (PARTS[name] as (typeof PARTS)[string])();
        figures.push(...(await part(context)));
      } catch (error) {
        // A part whose processes were stopped under it has nothing to tell.
        await interrupted;
        // The other parts are still worth measuring.
        context.say(`  ${name} failed: ${(error as Error).stack}`);
        failures++;
      }
      await endings.run();
      context.say(`  ${name} took ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
