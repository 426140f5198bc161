/** What does not fit is told, with the key and what was expected. */
import { expect, test } from 'vitest';
import type { GatewayFile } from '../config.ts';
import { settleActuators } from './actuator-config.ts';

const relay = (id: string, board = 'modbus-coils') => ({ id, board, address: 1, relay: 1 });
const pump = { id: 'pump', kind: 'pump', maxRunS: 60, flowLpm: 100 };
const valve = { id: 'valve', kind: 'valve', maxRunS: 60, flowLpm: 60, pump: 'pump' };

function settle(actuators: object[], outputs: object[] = [relay('pump'), relay('valve')], devices: string[] = []) {
  const file = { fields: [], lines: [{ type: 'modbus', outputs }], actuators } as unknown as GatewayFile;
  return settleActuators(file, devices, (key, expected) => {
    throw new Error(`${key} ${expected}`);
  });
}

test('as the inventory has them', () => {
  expect(settle([pump, valve])).toEqual([
    { ...pump, safe: 0, minRestS: 0, timed: false, percent: false, groups: [] },
    { ...valve, safe: 0, minRestS: 0, timed: false, percent: false, groups: [] },
  ]);
  expect(settle([{ ...valve, pump: undefined }], [relay('valve', 'waveshare-modbus-rtu-relay')])[0]?.timed).toBe(true);
});

test.each([
  ['actuators.1.id', [pump, pump]],
  ['actuators.0.id must differ from the ids of devices', [{ ...valve, id: 'soil-1' }]],
  ['actuators.0.output must be one of pump, valve', [{ ...valve, id: 'v', pump: undefined }]],
  ['actuators.0.field must be the id of a field', [{ ...pump, field: 'north' }]],
  ['actuators.0.pump must be the id of an actuator of kind pump', [valve]],
  ['actuators.1.flowLpm must be at most 100', [pump, { ...valve, flowLpm: 101 }]],
  ['actuators.1.flowLpm is missing', [pump, { ...valve, flowLpm: undefined }]],
  ['actuators.0.safe must be off for a pump', [{ ...pump, safe: 'on' }]],
  ['actuators.0.flowLpm must be left out of a fan', [{ ...pump, kind: 'fan' }]],
])('%s', (message, actuators) => {
  expect(() => settle(actuators, undefined, ['soil-1'])).toThrow(message);
});

test('a run that its board cannot count is told', () => {
  const outputs = [relay('valve', 'waveshare-modbus-rtu-relay')];
  expect(() => settle([{ ...valve, pump: undefined, maxRunS: 3_600 }], outputs)).toThrow(
    'actuators.0.maxRunS must be at most 3271',
  );
  expect(() => settle([pump], [])).toThrow('no line has outputs');
});
