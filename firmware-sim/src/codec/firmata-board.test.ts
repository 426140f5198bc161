import { describe, expect, test } from 'vitest';
import { Bme280Chip } from './bme280-chip.ts';
import { type BoardMessage, FirmataBoard } from './firmata-board.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const said = (messages: BoardMessage[]) => messages.map(({ bytes }) => Buffer.from(bytes).toString('hex'));

function setUp() {
  const at = { ms: 0 };
  const world = { steps: 320, closed: new Set<number>() };
  const chip = new Bme280Chip(() => ({ temperatureC: 21.5, humidityPct: 48, pressureHpa: 955 }));
  const board = new FirmataBoard(
    {
      analog: () => world.steps,
      isClosed: (pin) => world.closed.has(pin),
      i2c: (address) => (address === 0x76 ? chip : undefined),
    },
    () => at.ms,
  );
  return { at, world, board, take: (text: string) => said(board.take(hex(text))) };
}

describe('a board says', () => {
  test('what it is when it starts, and nothing before', () => {
    const { at, board, take } = setUp();
    board.restart();
    at.ms = 1_000;
    expect([said(board.tick()), take('F9')]).toEqual([[], []]);
    at.ms = 2_000;
    expect(said(board.tick())).toEqual([
      'f90205',
      'f07902055300740061006e0064006100720064004600690072006d006100740061002e0069006e006f00f7',
    ]);
    expect(said(board.tick())).toEqual([]);
  });

  test('its pins, as the recorded stream of a real Uno does in form', () => {
    const { take } = setUp();
    const [capabilities] = take('F0 6B F7') as [string];
    // Two pins of the serial line, a digital one, one with PWM.
    expect(capabilities.slice(0, 48)).toBe('f06c7f7f00010b010101040e7f00010b0101010308040e7f');
    expect(capabilities.match(/7f/g)?.length).toBe(20);
    expect(take('F0 69 F7')).toEqual([`f06a${'7f'.repeat(14)}000102030405f7`]);
  });

  test('its version, and the state of a pin', () => {
    const { take } = setUp();
    expect(take('F9')).toEqual(['f90205']);
    expect(take('F0 6D 07 F7')).toEqual(['f06e070100f7']);
    expect(take('F4 07 01  97 00 00  90 00 01  F0 6D 07 F7')).toEqual(['f06e070101f7']);
    expect(take('F5 07 00  F0 6D 07 F7')).toEqual(['f06e070100f7']);
    expect(take('F4 02 0B F0 6D 02 F7')).toEqual(['f06e020b01f7']);
    expect(take('F0 6D 63 F7')).toEqual(['f06e63f7']);
    expect(take('F4 07 06')).toHaveLength(1);
  });
});

describe('reports', () => {
  test('of analog pins come at once, then at the sampling interval', () => {
    const { at, board, world, take } = setUp();
    take('F0 7A 64 00 F7');
    expect(take('C0 01')).toEqual(['e04002']);
    world.steps = 321.4;
    at.ms = 100;
    expect(said(board.tick())).toEqual(['e04102']);
    at.ms = 150;
    expect(said(board.tick())).toEqual([]);
    world.steps = 5_000;
    at.ms = 200;
    expect(said(board.tick())).toEqual(['e07f07']);
    take('C0 00');
    at.ms = 400;
    expect(said(board.tick())).toEqual([]);
  });

  test('of inputs come at once, then on a change', () => {
    const { board, world, take } = setUp();
    take('F4 02 0B');
    expect(take('D0 01')).toEqual(['900400']);
    expect(said(board.tick())).toEqual([]);
    world.closed.add(2);
    expect(said(board.tick())).toEqual(['900000']);
    world.closed.clear();
    expect(said(board.tick())).toEqual(['900400']);
  });

  test('are gone after a start, and outputs low', () => {
    const { at, board, take } = setUp();
    take('C0 01 D0 01 F4 07 01 90 00 01');
    expect(board.output(7)).toBe(1);
    board.restart();
    expect(board.output(7)).toBe(0);
    at.ms = 5_000;
    expect(said(board.tick())).toHaveLength(2);
    expect(said(board.tick())).toEqual([]);
  });
});

describe('I2C', () => {
  test('gives registers', () => {
    const { take } = setUp();
    take('F0 78 00 00 F7');
    expect(take('F0 76 76 08 50 01 01 00 F7')).toEqual(['f07776005001' + '6000f7']);
  });

  test('complains where nobody answers, and sends what was left over', () => {
    const { take } = setUp();
    take('F0 78 00 00 F7');
    take('F0 76 76 08 50 01 01 00 F7');
    const [complaint, answer] = take('F0 76 77 08 50 01 01 00 F7') as [string, string];
    const words = Buffer.from(
      hex(complaint)
        .subarray(2, -1)
        .filter((_, i) => i % 2 === 0),
    ).toString();
    expect(words).toBe('I2C: Too few bytes received');
    expect(answer).toBe('f077770050016000f7');
  });

  test('is off until it is asked for', () => {
    const { take } = setUp();
    expect(take('F0 76 76 08 50 01 01 00 F7')).toHaveLength(2);
  });
});

test('a command that was cut does nothing, and the next is obeyed', () => {
  const { take } = setUp();
  expect(take('F0 6D 07 F9')).toEqual(['f90205']);
  expect(take('00 01 F7 F9')).toEqual(['f90205']);
  expect(take(`F0 ${'00'.repeat(80)} F7 F9`)).toEqual(['f90205']);
});
