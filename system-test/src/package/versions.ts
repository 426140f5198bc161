/** The packages that a trial needs: a good one, a better one, one that dies, one that hangs, one with a newer journal. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDeb } from '../../../packaging/src/build-deb.ts';

function replaceIn(path: string, from: string, to: string): void {
  const before = readFileSync(path, 'utf8');
  if (!before.includes(from)) throw new Error(`${path} does not have: ${from}`);
  writeFileSync(path, before.replace(from, to));
}

const MAIN = 'edge/src/main.ts';

/** What is wrong with each version. */
export const VERSIONS: Record<string, (dist: string) => void> = {
  '0.1.0': () => {},
  '0.1.1': () => {},
  // Starts, says that it is ready, and dies.
  '0.1.2': (dist) => appendFileSync(join(dist, MAIN), '\nsetTimeout(() => process.exit(3), 2_000);\n'),
  // Does not even start.
  '0.1.3': (dist) => writeFileSync(join(dist, MAIN), "throw new Error('a version that does not start');\n"),
  // Its journal is one that the versions before cannot read.
  '0.2.0': (dist) => {
    const tables = join(dist, 'edge/src/journal/tables.ts');
    replaceIn(tables, 'SCHEMA_VERSION = 1', 'SCHEMA_VERSION = 2');
    replaceIn(
      tables,
      'if (schemaVersion(db) === SCHEMA_VERSION) return;',
      "if (schemaVersion(db) > 0) return db.exec('PRAGMA user_version = 2');",
    );
  },
};

/** Builds them, little compressed. Returns the path of each. */
export function buildVersions(root: string, arch: string, out: string, which: string[]): Record<string, string> {
  return Object.fromEntries(
    which.map((version) => [
      version,
      buildDeb({ root, arch, version, out, compression: 0, change: VERSIONS[version] }),
    ]),
  );
}
