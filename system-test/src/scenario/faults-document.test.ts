/** The table of faults in docs/SCENARIOS.md says what the simulator takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULTS, type SimConfig, type Trait, targetsOf } from '@karez/firmware-sim';
import { expect, test } from 'vitest';
import { ROOT } from '../process.ts';
import { loadScenario } from './load.ts';
import { planOf } from './plan.ts';

/** Columns: kinds as orders name them. */
const KINDS = ['modbus', 'sdi12', 'davis', 'nmea', 'mavlink', 'firmata', 'node', 'lorawan', 'sparkplug'];

function table(): string[] {
  const { scenario } = loadScenario(join(ROOT, 'scenarios/every-device.yaml'));
  const ports = { mqtt: 1, status: 1, uplink: 1, lines: [] };
  const { targets } = planOf(scenario, { seed: 0, speed: 10, nowMs: Date.UTC(2026, 5, 1), ports });
  // One whose maker has a marker for what is not there.
  const probes = [{ device: 'marked', address: 1, field: 'trial', kind: 'lambrecht-rain-e' as const }];
  const marked = targetsOf({ lines: [{ type: 'modbus', port: { pty: 'a' }, probes }] } as unknown as SimConfig);
  const traits = (kind: string) =>
    new Set<Trait>(
      [...targets.values(), ...marked.values()]
        .filter((target) => target.kind === kind)
        .flatMap((target) => target.traits),
    );
  const rows = Object.entries(FAULTS).map(([fault, { needs }]) => {
    const cells = KINDS.map((kind) => (needs.some((all) => all.every((trait) => traits(kind).has(trait))) ? '●' : ''));
    return `| \`${fault}\` | ${cells.join(' | ')} |`;
  });
  return [`| fault | ${KINDS.join(' | ')} |`, `| --- |${' --- |'.repeat(KINDS.length)}`, ...rows].map((row) =>
    row.replaceAll('|  |', '| |').replaceAll('|  |', '| |'),
  );
}

test('the table of faults is that of the simulator', () => {
  const lines = readFileSync(join(ROOT, 'docs/SCENARIOS.md'), 'utf8').split('\n');
  const from = lines.findIndex((line) => line.startsWith('| fault |'));
  const expected = table();
  expect(lines.slice(from, from + expected.length)).toEqual(expected);
});
