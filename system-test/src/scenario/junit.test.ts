/** That a CI server can read what is written, whatever stands in it. */
import { expect, test } from 'vitest';
import { junitXml } from './junit.ts';
import type { Outcome } from './run.ts';

const outcome: Outcome = {
  ...{ title: 'A & B <c>', path: 'a.yaml', seed: 7, speed: 60, tookMs: 12_345, playedMs: 10_000, devices: 3 },
  ...{ books: undefined, usage: [], folder: undefined },
  results: [
    { kind: 'expectation', name: 'no reading lost', ok: true, detail: '5 "accepted"' },
    { kind: 'fault', name: 'silence of n-1', ok: false, detail: 'never\u0000 took effect' },
  ],
};

test('suites, cases, failures and errors', () => {
  const xml = junitXml([{ outcome }, { path: 'b.yaml', error: 'b.yaml:3: sed is not a known key' }]);
  expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="A &amp; B &lt;c&gt;" tests="2" failures="1" errors="0" skipped="0" time="12.345">
    <properties>
      <property name="scenario" value="a.yaml"/>
      <property name="seed" value="7"/>
      <property name="speed" value="60"/>
    </properties>
    <testcase classname="A &amp; B &lt;c&gt;.expectation" name="no reading lost">
      <system-out>5 &quot;accepted&quot;</system-out>
    </testcase>
    <testcase classname="A &amp; B &lt;c&gt;.fault" name="silence of n-1">
      <failure message="never\uFFFD took effect" type="fault">never\uFFFD took effect</failure>
    </testcase>
  </testsuite>
  <testsuite name="b.yaml" tests="1" failures="0" errors="1" skipped="0">
    <testcase classname="b.yaml" name="runs">
      <error message="b.yaml:3: sed is not a known key">b.yaml:3: sed is not a known key</error>
    </testcase>
  </testsuite>
</testsuites>
`);
});
