import { expect, test } from 'vitest';
import { EVERY_FARM, may, RIGHTS, ROLES, type Role, roleMay } from './roles.ts';

test.each(Object.entries(ROLES))('%s has rights that exist, each once, and may see', (role, rights) => {
  expect(new Set(rights).size).toBe(rights.length);
  for (const right of rights) expect(RIGHTS).toHaveProperty(right);
  expect(roleMay(role as Role, 'view')).toBe(true);
});

test('an owner has every right; nobody else may manage people', () => {
  expect([...ROLES.owner].sort()).toEqual(Object.keys(RIGHTS).sort());
  const others = (Object.keys(ROLES) as Role[]).filter((role) => role !== 'owner');
  expect(others.filter((role) => roleMay(role, 'people'))).toEqual([]);
});

test.each([
  [{ north: 'viewer' }, 'view', 'north', true],
  [{ north: 'viewer' }, 'rules', 'north', false],
  [{ north: 'owner' }, 'view', 'south', false],
  [{ [EVERY_FARM]: 'owner' }, 'people', 'south', true],
  [{ [EVERY_FARM]: 'viewer', south: 'agronomist' }, 'rules', 'south', true],
  [{ [EVERY_FARM]: 'viewer', south: 'agronomist' }, 'rules', 'north', false],
  [{ north: 'owner' }, 'metrics', EVERY_FARM, false],
  [{}, 'view', 'north', false],
] as const)('with %j the right %s in %s is %s', (roles, right, farm, expected) => {
  expect(may(roles, right, farm)).toBe(expected);
});
