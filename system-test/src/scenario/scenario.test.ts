/**
 * Scenarios by the command that a tester uses, with real programs: two of the shipped ones, and one that must fail. They take a minute and a half between them: real time is what they are about.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../process.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-sim-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function karezSim(...args: string[]): Promise<{ status: number | null; out: string; errors: string }> {
  const child = spawn(process.execPath, [`${ROOT}bin/karez-sim.mjs`, ...args], { cwd: ROOT });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, out, errors };
}

const SHORT = `title: Short
shows: Nothing.
lasts: 8s
fields: [{ id: north, soil: loam }]
devices:
  - { kind: soil-node, id: node, count: 2, field: north, every: 1s }
faults:
  - { fault: silence, device: node-2, at: 7900ms }
expect:
  - { check: stored, device: node-1, atLeast: 1000000 }
  - { check: nothing-lost }
  - { check: stored-once }
`;

describe('karez-sim run', () => {
  test.each([
    ['every-device', '10'],
    ['broken-probes', '8'],
  ])(
    '%s at speed %s: all as expected',
    async (name, speed) => {
      const { status, out, errors } = await karezSim('run', `scenarios/${name}.yaml`, '--speed', speed, '--quiet');
      expect(status, out + errors).toBe(0);
      expect(out).toMatch(/PASSED: all \d+/);
      expect(out).toMatch(/seed +\d+/);
    },
    180_000,
  );

  test('tells what was not as expected: exit status 1, in words, in JUnit, with the data kept where it was asked for', async () => {
    const path = join(folder, 'short.yaml');
    // Half a second before the end, when the second node speaks no more: a fault that never takes effect.
    writeFileSync(path, SHORT.replace('7900ms', '7.99s'));
    const junit = join(folder, 'junit.xml');
    const data = join(folder, 'data');
    const { status, out } = await karezSim('run', path, '--junit', junit, '--data', data, '--seed', '5');
    expect(status, out).toBe(1);
    expect(out).toMatch(/✗ stored of node-1: 1000000 to …: \d+ readings \(at least 1000000 expected\)/);
    expect(out).toMatch(/✗ fault: silence of node-2: it never took effect/);
    expect(out).toMatch(/✓ no reading lost: \d+ readings accepted/);
    expect(out).toContain('seed 5');
    const xml = readFileSync(junit, 'utf8');
    expect(xml).toMatch(/<testsuite name="Short" tests="4" failures="2"/);
    expect(xml).toMatch(/<failure message="\d+ readings \(at least 1000000 expected\)"/);
    expect(readdirSync(data)).toEqual(expect.arrayContaining(['cloud', 'gateway', 'gateway.yaml', 'sim.yaml']));
  });

  test('tells a mistake with its line: exit status 2', async () => {
    const path = join(folder, 'typo.yaml');
    writeFileSync(path, SHORT.replace('7900ms', '1s').replace('kind: soil-node', 'kind: soil-nod'));
    const { status, errors } = await karezSim('run', path);
    expect(status).toBe(2);
    expect(errors).toMatch(/typo\.yaml:6: devices\.0\.kind must be "soil-probe" or "soil-node"/);
    expect(existsSync(join(folder, 'data/nothing'))).toBe(false);
  });

  test('lists what a scenario may name', async () => {
    const { status, out } = await karezSim('list');
    expect(status).toBe(0);
    for (const name of ['soil-probe', 'frost-night', 'lossy', 'brown-out', 'nothing-lost']) expect(out).toContain(name);
  });
});
