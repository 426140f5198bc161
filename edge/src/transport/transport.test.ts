import { seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { describe, expect, test } from 'vitest';
import type { LinePort } from '../config/port.ts';
import type { ConnectionEvents } from './connection.ts';
import { startTransport } from './transport.ts';

/** A transport over connections that the test ends when it likes. */
function setUp(port: LinePort = { serial: '/dev/none' }) {
  const clock = virtualClock();
  const tries: { atMs: number; events: ConnectionEvents; closed: boolean; waiting: number }[] = [];
  const log: string[] = [];
  const it = startTransport(port, 9_600, { clock, random: seededRandom(1), logger: silentLogger }, (_p, _b, events) => {
    const mine = { atMs: clock.monoMs(), events, closed: false, waiting: 0 };
    tries.push(mine);
    return {
      get waiting() {
        return mine.waiting;
      },
      write: () => {},
      async close() {
        mine.closed = true;
        events.ended();
      },
    };
  });
  it.onOpen = () => log.push('open');
  it.onClose = () => log.push('close');
  /** Lets time pass until the next try to open. */
  const nextTry = async () => {
    for (const seen = tries.length; tries.length === seen; ) await clock.advance(25);
  };
  return { clock, tries, log, it, nextTry, last: () => tries.at(-1) as (typeof tries)[number] };
}

const failure = (message: string, more: object = {}) => Object.assign(new Error(message), more);

describe('opening', () => {
  test('delays grow to a quarter of a minute, with jitter, and start anew once it was open', async () => {
    const { clock, it, last, log, nextTry } = setUp();
    await clock.advance(0);
    const delays = async (n: number) => {
      const all: number[] = [];
      for (let i = 0; i < n; i++) {
        const from = clock.monoMs();
        last().events.ended(failure('ENOENT'));
        await nextTry();
        all.push(last().atMs - from);
      }
      return all;
    };
    const first = await delays(20);
    first.forEach((delay, i) => {
      const middle = Math.min(15_000, 250 * 2 ** i);
      expect(delay).toBeGreaterThanOrEqual(middle * 0.5);
      expect(delay).toBeLessThanOrEqual(middle * 1.5);
    });
    expect(new Set(first.slice(10)).size).toBe(10);
    last().events.opened();
    expect(it.open && it.trouble === null).toBe(true);
    const [again] = await delays(1);
    expect(again).toBeLessThanOrEqual(375);
    expect(log).toEqual(['open', 'close']);
  });

  test('a connection that is neither made nor refused is given up', async () => {
    const { clock, tries, it } = setUp({ tcp: '10.0.0.9:4001' });
    await clock.advance(10_000);
    expect(tries[0]?.closed).toBe(true);
    expect(it.trouble).toMatch(/no answer from 10.0.0.9:4001/);
    await clock.advance(400);
    expect(tries.length).toBe(2);
  });

  test.each([
    ['Error: No such file or directory, cannot open /dev/none', {}, /is not there: is the device plugged in/],
    ['Error: Permission denied, cannot open /dev/none', {}, /group dialout/],
    ['Error Resource temporarily unavailable Cannot lock port', {}, /in use by another program/],
    ['connect ECONNREFUSED 127.0.0.1:1', {}, /nobody answers/],
    ['getaddrinfo ENOTFOUND moxa', {}, /no address is known/],
    ['connect EHOSTUNREACH 10.0.0.9:1', {}, /cannot be reached/],
    ['whatever', { disconnected: true }, /was it unplugged/],
    ['something else', {}, /^\/dev\/none: something else$/],
  ])('what went wrong is said in words: %s', async (message, more, words) => {
    const { clock, it, last } = setUp();
    await clock.advance(0);
    last().events.ended(failure(message, more));
    expect(it.trouble).toMatch(words);
  });
});

describe('a line that is quiet', () => {
  test('by TCP it is opened anew, ever more rarely, and soon again once it spoke', async () => {
    const { clock, tries, it, last } = setUp({ tcp: '10.0.0.9:4001' });
    const openings: number[] = [];
    await clock.advance(0);
    it.onOpen = () => openings.push(clock.monoMs());
    const live = async (ms: number) => {
      for (const end = clock.monoMs() + ms; clock.monoMs() < end; await clock.advance(500))
        if (!it.open && !last().closed) last().events.opened();
    };
    await live(3_600_000);
    const gaps = openings.slice(1).map((t, i) => t - (openings[i] as number));
    expect(gaps[0]).toBeGreaterThan(59_000);
    expect(gaps[0]).toBeLessThan(62_000);
    expect(Math.max(...gaps)).toBeGreaterThan(890_000);
    expect(openings.length).toBeLessThan(10);
    last().events.bytes(Uint8Array.of(1));
    const seen = tries.length;
    await live(1_000_000);
    expect(tries.length).toBeGreaterThan(seen);
  });

  test('that speaks is left alone', async () => {
    const { clock, tries, last } = setUp({ tcp: '10.0.0.9:4001' });
    await clock.advance(0);
    last().events.opened();
    for (let i = 0; i < 100; i++) {
      await clock.advance(50_000);
      last().events.bytes(Uint8Array.of(1));
    }
    expect(tries.length).toBe(1);
  });

  test('by serial port it is never reopened: some boards restart when that happens', async () => {
    const { clock, tries, last } = setUp();
    await clock.advance(0);
    last().events.opened();
    await clock.advance(86_400_000);
    expect(tries.length).toBe(1);
  });
});

describe('writing', () => {
  test('to a closed line is an error that says why it is closed', async () => {
    const { clock, it, last } = setUp();
    await clock.advance(0);
    last().events.ended(failure('ENOENT'));
    expect(() => it.write(Uint8Array.of(1))).toThrow(
      expect.objectContaining({ code: 'TRANSPORT_CLOSED', message: expect.stringMatching(/plugged in/) }),
    );
  });
  test('to a line that takes nothing is an error, not memory', async () => {
    const { clock, it, last } = setUp();
    await clock.advance(0);
    last().events.opened();
    last().waiting = 20_000;
    expect(() => it.write(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'TRANSPORT_CLOSED' }));
  });
});

test('stopped, it opens nothing any more and tells nobody', async () => {
  const { clock, tries, it, log, last } = setUp();
  await clock.advance(0);
  last().events.opened();
  await it.stop();
  await clock.advance(100_000);
  expect(tries.length).toBe(1);
  expect(log).toEqual(['open']);
  expect(clock.pending()).toBe(0);
});
