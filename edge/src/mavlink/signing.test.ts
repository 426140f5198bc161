import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type FrameOptions, mavlinkFrame } from '../testing/mavlink-frames.ts';
import { FrameWriter } from './encode.ts';
import { readFrame } from './frame.ts';
import { keyOf, Signatures } from './signing.ts';

const NOW = Date.UTC(2026, 5, 1);
const signed = (options: FrameOptions = {}) =>
  readFrame(mavlinkFrame('HEARTBEAT', { base_mode: 1 }, { key: 'a passphrase', signedMs: NOW, ...options }));
const signatures = (secret = 'a passphrase', nowMs = NOW) => new Signatures(keyOf(secret), () => nowMs);

test('the key of a passphrase is its SHA-256; hex: stands for the key itself', () => {
  const key = createHash('sha256').update('a passphrase').digest();
  expect(Buffer.from(keyOf('a passphrase'))).toEqual(key);
  expect(Buffer.from(keyOf(`hex:${key.toString('hex')}`))).toEqual(key);
  expect(keyOf('hex:00').length).toBe(32);
});

describe('frames signed by node-mavlink', () => {
  test('are believed with the same key', () => expect(signatures().refusal(signed())).toBeUndefined());

  test.each<[string, () => string | undefined, RegExp]>([
    ['another key', () => signatures('another passphrase').refusal(signed()), /does not fit the key/],
    ['no signature', () => signatures().refusal(readFrame(mavlinkFrame('HEARTBEAT', {}))), /not signed/],
    [
      'version 1, which has none',
      () => signatures().refusal(readFrame(mavlinkFrame('HEARTBEAT', {}, { version: 1 }))),
      /not signed/,
    ],
    ['an old recording', () => signatures().refusal(signed({ signedMs: NOW - 61_000 })), /1 min behind/],
    ['an older one', () => signatures().refusal(signed({ signedMs: NOW - 5 * 3_600_000 })), /5 h behind/],
  ])('%s', (_, refusal, reason) => expect(refusal()).toMatch(reason));

  test('each once, and only forward in time, on each link for itself', () => {
    const it = signatures();
    expect(it.refusal(signed({ signedMs: NOW + 10 }))).toBeUndefined();
    expect(it.refusal(signed({ signedMs: NOW + 10 }))).toMatch(/used before/);
    expect(it.refusal(signed({ signedMs: NOW }))).toMatch(/used before, or is older/);
    expect(it.refusal(signed({ signedMs: NOW, link: 2 }))).toBeUndefined();
    expect(it.refusal(signed({ signedMs: NOW, component: 154 }))).toBeUndefined();
    expect(it.refusal(signed({ signedMs: NOW + 20 }))).toBeUndefined();
  });

  test('a vehicle whose clock is ahead sets the time; one that starts anew far behind it is not believed', () => {
    const it = signatures();
    expect(it.refusal(signed({ signedMs: NOW + 3_600_000 }))).toBeUndefined();
    expect(it.refusal(signed({ signedMs: NOW, link: 9 }))).toMatch(/60 min behind/);
  });

  test('a bit turned anywhere is noticed, though the checksum is made right again', () => {
    const bytes = signed().bytes;
    for (let at = bytes.length - 13; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(signatures().refusal(readFrame(changed))).toMatch(/does not fit/);
    }
  });

  test('a gateway that does not know the time still believes, and learns from what it hears', () => {
    const it = signatures('a passphrase', 0);
    expect(it.refusal(signed())).toBeUndefined();
    expect(it.refusal(signed({ signedMs: NOW - 70_000, link: 3 }))).toMatch(/behind/);
  });
});

describe('frames that are sent', () => {
  test('are read by the other side, signed and not, in both versions', () => {
    const writer = new FrameWriter();
    const own = signatures();
    const frames = [
      writer.frame('HEARTBEAT', { type: 18, mavlink_version: 3 }, 1),
      writer.frame('HEARTBEAT', { type: 18, mavlink_version: 3 }, 2),
      writer.frame('COMMAND_LONG', { command: 511, param1: 33, param2: 500_000, target_system: 7 }, 2, own),
      writer.frame('COMMAND_LONG', { command: 511, param1: 24, param2: 1e6, target_system: 7 }, 2, own),
    ].map(readFrame);
    expect(frames.map((f) => [f.version, f.sequence, f.system, f.name])).toEqual([
      [1, 0, 254, 'HEARTBEAT'],
      [2, 1, 254, 'HEARTBEAT'],
      [2, 2, 254, 'COMMAND_LONG'],
      [2, 3, 254, 'COMMAND_LONG'],
    ]);
    expect(frames[2]?.fields).toMatchObject({ command: 511, param1: 33, param2: 500_000, target_system: 7, param7: 0 });
    const other = signatures();
    expect(frames.slice(2).map((f) => other.refusal(f))).toEqual([undefined, undefined]);
    expect(other.refusal(frames[2] as (typeof frames)[number])).toMatch(/used before/);
  });
});
