import { expect, test } from 'vitest';
import { detail } from './farm.fixture.ts';
import { withDistinctNames } from './names.ts';

test('devices of one title are told apart by their ids; others keep their title', () => {
  const [first, second, ...others] = detail.devices;
  const same = { ...detail, devices: [first, second].map((d) => ({ ...d, title: 'Probe' })) } as typeof detail;
  expect(withDistinctNames(same).devices.map((d) => d.title)).toEqual(['Probe · north-1', 'Probe · north-2']);
  expect(withDistinctNames({ ...detail, devices: others }).devices).toEqual(others);
});
