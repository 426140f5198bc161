import { seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { mutated } from '../testing/mutate.ts';
import { bytesOfPairs, LONGEST_SYSEX, MessageFinder, valueOf14 } from './message-finder.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));

function setUp() {
  const found: string[] = [];
  const bad: string[] = [];
  const it = new MessageFinder(
    (bytes) => found.push(Buffer.from(bytes).toString('hex')),
    ({ code }, bytes) => bad.push(`${code} ${Buffer.from(bytes).toString('hex')}`),
  );
  return { it, found, bad };
}

describe('a stream', () => {
  test('gives its messages, however it is cut', () => {
    for (const size of [1, 2, 3, 100]) {
      const { it, found, bad } = setUp();
      const stream = hex('F9 02 05  F0 79 02 05 53 00 F7  E0 7F 03  91 04 00');
      for (let at = 0; at < stream.length; at += size) it.push(stream.subarray(at, at + size));
      expect(found).toEqual(['f90205', 'f07902055300f7', 'e07f03', '910400']);
      expect([bad, it.skipped, it.waiting]).toEqual([[], 0, 0]);
    }
  });

  test('joined in mid-message is skipped up to the next message', () => {
    const { it, found, bad } = setUp();
    it.push(hex('42 02 E0 41 02'));
    it.push(hex('05 00 F7 E1 00 01'));
    expect(found).toEqual(['e04102', 'e10001']);
    expect([bad, it.skipped]).toEqual([[], 5]);
  });

  test('tells messages that were cut, and reads the one that cut them', () => {
    const { it, found, bad } = setUp();
    it.push(hex('E0 41 E1 00 01  F0 60 48 41 F9 02 05  E0 F0 79 F7'));
    expect(found).toEqual(['e10001', 'f90205', 'f079f7']);
    expect(bad).toEqual(['FRAME_MALFORMED e041', 'FRAME_MALFORMED f0604841', 'FRAME_MALFORMED e0']);
    expect(it.skipped).toBe(7);
  });

  test('passes over what no board says', () => {
    const { it, found, bad } = setUp();
    it.push(hex('FF FE C0 01 F4 02 01 F0 F7 F7 E0 00 00'));
    expect([found, bad, it.skipped]).toEqual([['e00000'], [], 10]);
  });

  test('holds no more than the longest message', () => {
    const { it, found, bad } = setUp();
    it.push(hex('F0 71'));
    it.push(new Uint8Array(100_000));
    expect(it.waiting).toBe(0);
    expect(bad).toHaveLength(1);
    expect(bad[0]?.slice(0, 14)).toBe('FRAME_TOO_LONG');
    it.push(hex('F7 E0 01 00'));
    expect(found).toEqual(['e00100']);
    expect(it.skipped).toBe(2 + 100_000 + 1);
    expect(LONGEST_SYSEX).toBe(4_096);
  });

  test('that was closed is forgotten', () => {
    const { it, found } = setUp();
    it.push(hex('E0 01'));
    it.reset();
    it.push(hex('02 E0 03 04'));
    expect([found, it.skipped]).toEqual([['e00304'], 3]);
  });

  test('20,000 damaged messages: each byte is taken, skipped or held, and the good one behind is always found', () => {
    const { it, found } = setUp();
    const random = seededRandom(5);
    const good = hex('F0 77 76 00 08 01 6C 00 6E 00 F7');
    let pushed = 0;
    for (let i = 0; i < 20_000; i++) {
      const damaged = mutated(good, random);
      it.push(damaged);
      // A held beginning may take the good one's F0 as its end.
      it.push(good);
      pushed += damaged.length + good.length;
      expect(found.at(-1)).toBe(Buffer.from(good).toString('hex'));
      const taken = found.reduce((sum, text) => sum + text.length / 2, 0);
      expect(taken + it.skipped + it.waiting).toBe(pushed);
      pushed = it.skipped + it.waiting;
      found.length = 0;
    }
  });
});

test('values of fourteen bits, and bytes in pairs', () => {
  expect(valueOf14(hex('E0 7F 03'))).toBe(511);
  expect(valueOf14(hex('92 7F 01'))).toBe(255);
  expect(bytesOfPairs(hex('6C 00 7F 01'))).toEqual(Uint8Array.of(0x6c, 0xff));
  expect(bytesOfPairs(hex('6C 00 7F'))).toBeUndefined();
  expect(bytesOfPairs(hex('6C 02'))).toBeUndefined();
});
