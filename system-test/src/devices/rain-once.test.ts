/**
 * Tips of a rain gauge on a board, while the gateway is killed at any moment and the board starts anew: what is stored is every
 * tip that was written down, once. The gateway is whole, its journal a file; the board's thread is played, in virtual time.
 */
import type { BoardEvents, StartBoard } from '@karez/edge';
import { QUALITY, seededRandom } from '@karez/model';
import { expect, test } from 'vitest';
import { VirtualGateway } from './virtual-gateway.ts';

const START = Date.UTC(2026, 5, 10, 3);
const TIP_MM = 0.2;
const RUNS = 12;
const STEPS = 150;
/** Tips are given at the next interval, or where the board was away, at the one after. */
const LATEST_MS = 20_000;

test.each(Array.from({ length: RUNS }, (_, i) => i + 1))('run %i', async (seed) => {
  const random = seededRandom(seed);
  const below = (n: number) => Math.floor(random.next() * n);
  let board: BoardEvents | undefined;
  /** Sound, and soon ready; its contact is open. */
  const startBoard: StartBoard = (_, events) => {
    board = events;
    const say = (message: Parameters<BoardEvents['said']>[0], ms: number) =>
      gateway.clock.after(ms, () => board === events && events.said(message));
    say({ ready: { firmware: 'StandardFirmata.ino 2.5', analogMax: 1023, unfit: {} } }, 50);
    say({ input: 2, level: 1 }, 60);
    return {
      send(message) {
        if ('order' in message) say({ answered: message.order, answer: null }, 5);
      },
      async stop() {},
    };
  };
  const gateway = new VirtualGateway({
    sim: { lines: [{ type: 'firmata', device: 'board', port: { pty: 'board' } }] },
    lines: [
      {
        ...{ type: 'firmata', port: { serial: '0' } },
        devices: [{ id: 'gauge', profile: 'tipping-bucket', pin: 2, tipMm: TIP_MM, intervalMs: 5_000 }],
      },
    ],
    startMs: START,
    startBoard,
  });
  // Of the two, what is remembered is rare.
  gateway.diesBefore = (method) => below(method === 'remember' ? 30 : method === 'commit' ? 100 : 1e9) === 0;
  try {
    await gateway.start();
    const tips: number[] = [];
    let crashes = 0;
    const startAgain = async () => {
      crashes++;
      board = undefined;
      await gateway.advance((1 + below(3)) * 60_000);
      await gateway.start();
      await gateway.advance(500);
    };
    for (let i = 0; i < STEPS; i++) {
      await gateway.advance(200 + below(4_000));
      const what = below(20);
      if (!gateway.isOn) {
        await startAgain();
      } else if (what === 0) {
        gateway.crash();
        await startAgain();
      } else if (what === 1) {
        const { diesBefore } = gateway;
        gateway.diesBefore = () => false;
        await gateway.stop();
        gateway.diesBefore = diesBefore;
        await gateway.start();
        await gateway.advance(500);
      } else if (what === 2) {
        board?.ended('killed');
        await gateway.advance(6_000);
      } else {
        tips.push(gateway.clock.wallMs());
        board?.said({ input: 2, level: 0 });
        // Half of the time something may happen at the very moment.
        if (below(2) === 0) await gateway.advance(100);
        board?.said({ input: 2, level: 1 });
      }
    }
    gateway.diesBefore = () => false;
    if (!gateway.isOn) await startAgain();
    await gateway.advance(60_000);
    await gateway.stop();
    const { total, told } = JSON.parse(gateway.remembered('firmata-rain/gauge') ?? '{}') as Record<string, number>;
    const rain = gateway.readings().filter((r) => r.device === 'gauge');
    const stored = rain.reduce((sum, { value }) => sum + value, 0);
    expect(crashes).toBeGreaterThan(1);
    expect(Math.round(stored / TIP_MM)).toBe(total);
    expect(told).toBe(total);
    // Only what was on its way when the gateway was killed may be missing.
    expect(total).toBeLessThanOrEqual(tips.length);
    expect(total).toBeGreaterThanOrEqual(tips.length - crashes);
    // Each has the time of its tips, however long the gateway was away.
    for (const { timeMs } of rain.filter((r) => r.value > 0)) {
      const sinceMs = timeMs - Math.max(...tips.filter((ms) => ms <= timeMs));
      expect(sinceMs).toBeLessThan(LATEST_MS);
    }
    const late = rain.filter((r) => (r.quality & QUALITY.HISTORICAL) !== 0);
    for (const { value } of late) expect(value).toBeGreaterThan(0);
  } finally {
    await gateway.end();
  }
});
