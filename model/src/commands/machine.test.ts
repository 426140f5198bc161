import { describe, expect, test } from 'vitest';
import type { CatalogActuator } from './command.ts';
import { CommandMachine } from './machine.ts';
import { COMMAND_REASONS, COMMAND_STEPS, codeOfStep, stepOfCode } from './step.ts';

const valve = (id: string, more: Partial<CatalogActuator> = {}): CatalogActuator => ({
  ...{ id, kind: 'valve', safe: 0, maxRunS: 60, minRestS: 5, timed: false, percent: false, groups: [] },
  ...more,
});

/** A machine of which everything is known to be safe, at 10,000 ms. */
function start(...specs: CatalogActuator[]) {
  const machine = new CommandMachine(specs);
  // Pumps first, then valves.
  for (let i = 0; i < 2; i++) for (const { actuator, value } of machine.orders(0)) machine.answered(actuator, value, 0);
  machine.steps();
  let number = 0;
  const command = (actuator: string, value: number, runS: number | null, nowMs: number) => {
    const refusal = machine.take({ number: ++number, actuator, value, runS }, nowMs);
    if (refusal === undefined) machine.begin(actuator, number, nowMs);
    return refusal;
  };
  /** Orders that go out at a time, each obeyed. */
  const obey = (nowMs: number) =>
    machine.orders(nowMs).map(({ actuator, value }) => {
      machine.answered(actuator, value, nowMs);
      return `${actuator} ${value}`;
    });
  const said = () => machine.steps().map((s) => `${s.number} ${s.actuator} ${s.step} ${s.reason} ${s.value}`);
  return { machine, command, obey, said };
}

test('a run: told once, confirmed, ended at its time', () => {
  const { command, obey, said, machine } = start(valve('v'));
  expect(command('v', 100, 20, 10_000)).toBeUndefined();
  expect(obey(10_000)).toEqual(['v 100']);
  expect(machine.run('v')).toMatchObject({ number: 1, endMs: 30_000 });
  expect([...obey(29_999), ...obey(30_000)]).toEqual(['v 0']);
  expect(said()).toEqual(['1 v confirmed none 100', '1 v ended none 0']);
});

test('what is refused', () => {
  const specs = [valve('v', { pump: 'p', flowLpm: 60 }), valve('w', { pump: 'p', flowLpm: 60, groups: ['g'] })];
  const { command, obey, machine } = start(
    valve('p', { kind: 'pump', flowLpm: 100 }),
    ...specs,
    valve('x', { groups: ['g'] }),
    valve('t', { timed: true }),
  );
  expect(command('nobody', 100, 5, 10_000)).toBe('no-actuator');
  expect(command('v', 40, 5, 10_000)).toBe('no-state');
  expect([command('v', 100, null, 10_000), command('v', 100, 61, 10_000)]).toEqual(['run-time', 'run-time']);
  expect(command('v', 100, 5, 4_999)).toBe('rest');
  expect(command('p', 100, 5, 10_000)).toBe('no-valve');
  expect(command('v', 100, 30, 10_000)).toBeUndefined();
  expect(command('p', 100, 5, 10_000)).toBe('no-valve');
  obey(10_000);
  expect(command('p', 100, 20, 10_000)).toBeUndefined();
  expect(command('w', 100, 5, 10_000)).toBe('flow');
  expect(command('x', 100, 5, 10_000)).toBeUndefined();
  expect(command('w', 100, 5, 10_000)).toBe('group');
  expect(command('t', 100, 5, 10_000)).toBeUndefined();
  obey(10_000);
  expect(command('t', 100, 5, 11_000)).toBe('running');
  // Longer, but no longer than it may be in all.
  expect([command('v', 100, 59, 20_000), command('v', 100, 50, 20_000)]).toEqual(['run-time', undefined]);
  machine.saw('x', null, 21_000);
  expect(command('x', 100, 5, 21_000)).toBe('unknown-state');
  machine.stop(true);
  expect([command('t', 100, 5, 40_000), command('t', 0, null, 40_000)]).toEqual(['stopped', undefined]);
});

test('the pump stops before its last valve closes; where it does not, the valve closes all the same', () => {
  const { command, obey, said, machine } = start(valve('p', { kind: 'pump' }), valve('v', { pump: 'p' }));
  command('v', 100, 20, 10_000);
  obey(10_000);
  command('p', 100, 40, 10_000);
  obey(10_000);
  said();
  expect(machine.orders(30_000)).toEqual([{ actuator: 'p', value: 0, runMs: null }]);
  expect(said()).toEqual(['2 p interrupted order 100']);
  expect(machine.orders(39_999)).toEqual([]);
  expect(machine.orders(40_000)).toEqual([{ actuator: 'v', value: 0, runMs: null }]);
});

test('a run that ends while the next command is written down is not begun again', () => {
  const { command, obey, said, machine } = start(valve('v'));
  command('v', 100, 20, 10_000);
  obey(10_000);
  expect(machine.take({ number: 9, actuator: 'v', value: 100, runS: 20 }, 29_950)).toBeUndefined();
  expect(obey(30_000)).toEqual(['v 0']);
  machine.begin('v', 9, 30_050);
  expect(obey(30_050)).toEqual([]);
  expect(said()).toEqual(['1 v confirmed none 100', '1 v ended none 0', '9 v interrupted rest 0']);
});

describe('devices', () => {
  test('one that falls off by itself is not switched on again', () => {
    const { command, obey, said, machine } = start(valve('v'));
    command('v', 100, 20, 10_000);
    obey(10_000);
    machine.saw('v', null, 12_000);
    machine.saw('v', 0, 14_000);
    expect(obey(14_000)).toEqual([]);
    expect(said()).toEqual(['1 v confirmed none 100', '1 v unknown unreachable null', '1 v interrupted moved 0']);
  });

  test('one that is switched on by hand is switched off', () => {
    const { obey, said, machine } = start(valve('v'));
    machine.saw('v', 100, 12_000);
    expect(obey(12_000)).toEqual(['v 0']);
    expect(said()).toEqual(['0 v moved moved 100', '0 v safe none 0']);
  });

  test('one that does not answer is told the safe state again and again, and nobody hears of it twice', () => {
    const { command, said, machine } = start(valve('v'));
    command('v', 100, 20, 10_000);
    const told: number[] = [];
    for (let ms = 10_000; ms < 60_000; ms += 100)
      for (const { value } of machine.orders(ms)) {
        told.push(value);
        machine.answered('v', null, ms);
      }
    expect(told.filter((v) => v === 100)).toHaveLength(1);
    expect(told.length).toBeGreaterThan(5);
    expect(said()).toEqual(['1 v failed unreachable null', '0 v unknown unreachable null']);
    machine.orders(70_000);
    machine.answered('v', 0, 70_000);
    expect(said()).toEqual(['0 v safe none 0']);
  });
});

test('every step and reason has a code of its own, and back', () => {
  const codes = new Set<number>();
  for (const step of Object.keys(COMMAND_STEPS) as (keyof typeof COMMAND_STEPS)[])
    for (const reason of Object.keys(COMMAND_REASONS) as (keyof typeof COMMAND_REASONS)[]) {
      const code = codeOfStep(step, reason);
      expect(stepOfCode(code)).toEqual({ step, reason });
      codes.add(code);
    }
  expect(codes.size).toBe(Object.keys(COMMAND_STEPS).length * Object.keys(COMMAND_REASONS).length);
  expect([stepOfCode(0), stepOfCode(63), stepOfCode(1e6), stepOfCode(Number.NaN)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
