import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packetGuard } from './mqtt-guard.ts';

/** A PUBLISH-like packet with `length` bytes after its fixed header. */
function packet(length: number): number[] {
  const digits: number[] = [];
  let rest = length;
  do {
    digits.push((rest % 128) | (rest > 127 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return [0x32, ...digits, ...new Array<number>(length).fill(0xff)];
}

test('packets within the limit pass, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (lengths, cuts) => {
        const bytes = Uint8Array.from(lengths.flatMap(packet));
        const guard = packetGuard(300);
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const step = cuts[i % cuts.length] as number;
          expect(guard(bytes.subarray(at, at + step))).toBe('ok');
          at += step;
        }
      },
    ),
    { seed: 4 },
  );
});

test('one byte above the limit is told from the header alone', () => {
  expect(packetGuard(300)(Uint8Array.from(packet(301).slice(0, 3)))).toBe('too large');
  expect(packetGuard(2 ** 30)(Uint8Array.from([0x32, 0xff, 0xff, 0xff, 0xff]))).toBe('malformed');
});
