/**
 * Outcomes as JUnit XML, as CI servers read it (the schema of Jenkins' xUnit plugin, junit-10.xsd): one suite for each
 * scenario, one case for each expectation and each planned fault.
 */
import type { Outcome, Result } from './run.ts';

/** A scenario that ran, or could not. */
export type Ran = { outcome: Outcome } | { path: string; error: string };

const escaped = (text: string) =>
  text
    // Characters that XML 1.0 does not know (section 2.2).
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
const attributes = (of: { [name: string]: string | number }) =>
  Object.entries(of)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');

export function junitXml(ran: readonly Ran[]): string {
  const suites = ran.map((one) => ('outcome' in one ? suiteOf(one.outcome) : brokenSuite(one.path, one.error)));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

function suiteOf({ title, path, seed, speed, results, tookMs }: Outcome): string {
  const failures = results.filter((r) => !r.ok).length;
  const head = attributes({
    ...{ name: title, tests: results.length, failures, errors: 0, skipped: 0 },
    time: (tookMs / 1_000).toFixed(3),
  });
  const properties = Object.entries({ scenario: path, seed, speed })
    .map(([name, value]) => `      <property${attributes({ name, value })}/>`)
    .join('\n');
  return `  <testsuite${head}>\n    <properties>\n${properties}\n    </properties>\n${results
    .map((result) => caseOf(title, result))
    .join('\n')}\n  </testsuite>`;
}

function caseOf(suite: string, { name, kind, ok, detail }: Result): string {
  const head = `    <testcase${attributes({ classname: `${suite}.${kind}`, name })}>`;
  const body = ok
    ? `      <system-out>${escaped(detail)}</system-out>`
    : `      <failure${attributes({ message: detail, type: kind })}>${escaped(detail)}</failure>`;
  return `${head}\n${body}\n    </testcase>`;
}

function brokenSuite(path: string, error: string): string {
  const head = attributes({ name: path, tests: 1, failures: 0, errors: 1, skipped: 0 });
  const line = `    <testcase${attributes({ classname: path, name: 'runs' })}>`;
  return `  <testsuite${head}>\n${line}\n      <error${attributes({ message: error })}>${escaped(error)}</error>\n    </testcase>\n  </testsuite>`;
}
