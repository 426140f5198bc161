/**
 * Everything that must hold, in one go: style, types, tests. Prints what fails as it goes and ends with one line,
 * `N passed, N failed`, in which style and types count as one check each.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'karez-test-'));
const report = join(folder, 'vitest.json');
const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;

const checks = [run('npm', ['run', '--silent', 'lint']), run('npm', ['run', '--silent', 'types'])];
const filters = process.argv.slice(2);
const clean = run('vitest', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...filters,
]);

let passed = checks.filter(Boolean).length;
let failed = checks.length - passed;
let skipped = 0;
/** What a test's own name says it is not run without, such as a server that no package brings. */
const without = [];
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  skipped = result.numPendingTests + result.numTodoTests;
  for (const { status, fullName } of result.testResults.flatMap((file) => file.assertionResults))
    if (status !== 'passed' && status !== 'failed')
      without.push(...(fullName.match(/\(not run without [^)]+\)/) ?? []));
  // A file that could not even be loaded has no tests to fail.
  failed += result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((t) => t.status !== 'failed'),
  ).length;
} catch {
  failed += 1;
}
rmSync(folder, { recursive: true, force: true });
if (!clean && failed === 0) failed = 1;
for (const reason of without) console.log(`One test was skipped ${reason}.`);
if (process.env.CI && skipped > without.length) {
  console.error(`${skipped - without.length} tests were skipped; here none may be.`);
  failed += skipped - without.length;
}
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
