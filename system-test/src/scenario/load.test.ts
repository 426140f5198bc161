/** What a wrong scenario is told, and that every shipped one is right. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, messageOf } from '@karez/model';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../process.ts';
import { loadScenario } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-scenario-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = `title: A test
shows: Nothing.
seed: 1
lasts: 2min
fields:
  - { id: north, soil: loam }
devices:
  - { kind: soil-probe, id: probe, count: 3, field: north }
  - { kind: soil-node, id: node, count: 2, field: north }
  - { kind: weather-station, id: mast }
faults:
  - { fault: silence, device: probe-1, at: 10s }
expect:
  - { check: nothing-lost }
  - { check: panel, device: node-1, shows: fresh, within: 3 intervals }
`;

function load(text: string, options = {}) {
  const path = join(folder, 'test.yaml');
  writeFileSync(path, text);
  return loadScenario(path, options);
}

function refusal(from: string, to: string): string {
  expect(GOOD, 'what is to be changed is there').toContain(from);
  try {
    load(GOOD.replace(from, to));
  } catch (error) {
    expect(codeOf(error)).toBe('CONFIG_INVALID');
    return messageOf(error).slice(folder.length + 1);
  }
  throw new Error('it was accepted');
}

/** Two probes' worth of a table, and a line that plays it. */
const PLAYED = GOOD.replace(
  'devices:\n',
  `recordings:
  table: { file: table.csv, next: reading }
devices:
  - kind: line
    sim:
      type: sdi12
      sensors:
        - { device: played, sensor: teros-12, address: 1, replay: { recording: table, values: [a, b, c] } }
    gateway:
      type: sdi12
      adapter: command
      devices: [{ id: played, profile: teros-12, address: 1 }]
`,
);

describe('a scenario with recordings', () => {
  const write = (text: string) => writeFileSync(join(folder, 'table.csv'), text);

  test('names them from its own folder', () => {
    write('time,a,b,c\n2026-01-01 00:00:00,1800.1,20.5,12\n');
    expect(load(PLAYED).scenario.recordings?.table?.file).toBe(join(folder, 'table.csv'));
  });

  test('is told what is wrong with them', () => {
    write('time,a,b,c\n2026-01-01 00:00:00,1800.1,x,12\n');
    expect(() => load(PLAYED)).toThrow(/table\.csv:2: column "b" must be a number, not "x"/);
    expect(() => load(PLAYED.replace('table.csv', 'gone.csv'))).toThrow(/cannot read the recording .*gone\.csv/);
    expect(() => load(PLAYED.replace('recording: table', 'recording: chart'))).toThrow(
      /test\.yaml:10: .*must be the id of a recording of this file, not "chart"/,
    );
    expect(() => load(PLAYED.replace('next: reading', 'next: day'))).toThrow(/recordings\.table\.next/);
  });
});

describe('a scenario', () => {
  test('that is right is read; the command line goes before the file', () => {
    expect(load(GOOD)).toMatchObject({ seed: 1, speed: 1, scenario: { title: 'A test' } });
    expect(load(GOOD, { seed: 9, speed: 10 })).toMatchObject({ seed: 9, speed: 10 });
    expect(load(GOOD.replace('seed: 1\n', '')).seed).toBeUndefined();
  });

  test.each([
    ['seed: 1', 'sed: 1', 'test.yaml:3: sed is not a known key'],
    ['seed: 1', 'seed: [1', /^test\.yaml:\d+:\d+: /],
    ['lasts: 2min', 'lasts: 2 minutes', 'test.yaml:4: lasts must be a time of the field: a number and s, min, h or d'],
    ['lasts: 2min', 'lasts: 0s', 'test.yaml:4: lasts must be longer'],
    ['soil: loam', 'soil: peat', 'test.yaml:6: fields.0.soil must be "sandy-loam" or "loam"'],
    ['kind: soil-probe', 'kind: soil-prob', 'test.yaml:8: devices.0.kind must be "soil-probe" or "soil-node" or'],
    [
      'count: 3, field: north',
      'count: 3, field: south',
      'devices.0.field must be the id of a field of this file, not "south"',
    ],
    ['count: 3, field', 'count: 0, field', 'test.yaml:8: devices.0.count must be >= 1'],
    [
      'id: mast',
      'id: node-2',
      'devices must have ids that differ, also those that count makes; "node-2" is there twice',
    ],
    ['fault: silence', 'fault: silense', 'test.yaml:12: faults.0.fault must be "silence" or'],
    ['device: probe-1', 'device: probe-9', 'test.yaml:12: faults.0.device must be one of probe-1, probe-2'],
    ['at: 10s', 'at: 10s, share: 2', 'test.yaml:12: faults.0.share must be <= 1'],
    ['at: 10s', 'at: 10s, chare: 1', 'test.yaml:12: faults.0.chare is not a known key'],
    ['fault: silence', 'fault: absent', 'test.yaml:12: faults.0.fault absent needs a device that measures values and'],
    ['at: 10s', 'at: 3min', 'test.yaml:12: faults.0.at must be before the end, 2min'],
    ['check: nothing-lost', 'check: nothing-gone', 'test.yaml:14: expect.0.check must be "nothing-lost" or'],
    ['device: node-1, shows', 'device: node-7, shows', 'test.yaml:15: expect.1.device must mean a device'],
    [
      'expect:',
      'rules: [{ id: r, condition: { type: below } }]\nexpect:',
      /test\.yaml:13: rules\.0\.condition\.\w+ is missing/,
    ],
    [
      'expect:\n',
      'expect:\n  - { check: alert, rule: r, within: 1s }\n',
      'expect.0.rule must be the id of a rule of this scenario',
    ],
    ['within: 3 intervals', 'within: soon', 'test.yaml:15: expect.1.within must be a time of the field such as 2min'],
    ['lasts: 2min', 'lasts: 2min\nspeed: 1000', 'devices.0.every is 10 ms of real time at speed 1000'],
    ['lasts: 2min', 'lasts: 2min\nclocks: field', 'devices.0.kind must be soil-node with clocks: field'],
  ])('with %s → %s is refused, naming the line', (from, to, words) => {
    if (typeof words === 'string') expect(refusal(from, to)).toContain(words);
    else expect(refusal(from, to)).toMatch(words);
  });

  test('with a line of its own is told what the simulator would say', () => {
    const line =
      '  - { kind: line, sim: { type: davis, device: d }, gateway: { type: davis, device: { id: d, profile: davis-vantage-pro2 } } }';
    const rest = GOOD.replace('  - { kind: weather-station, id: mast }', line);
    expect(load(rest).scenario.devices).toHaveLength(3);
    expect(() => load(rest.replace('device: d }, gateway', 'device: D }, gateway'))).toThrow(
      /test\.yaml:10: devices\.2 cannot be played: device must be/,
    );
    expect(() => load(rest.replace('id: d, profile', 'id: e, profile'))).toThrow(/e is not/);
    expect(() => load(rest.replace('device: d }, gateway', 'device: d, port: 1 }, gateway'))).toThrow(
      /devices\.2\.sim\.port must be left out/,
    );
  });

  test.each(readdirSync(`${ROOT}scenarios`))('%s of the shipped ones is right', (name) => {
    const { scenario, seed } = loadScenario(`${ROOT}scenarios/${name}`);
    expect(seed).toBeDefined();
    expect(scenario.expect.map((e) => e.check)).toEqual(expect.arrayContaining(['nothing-lost', 'stored-once']));
  });
});
