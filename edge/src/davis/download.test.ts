import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { crcCcitt } from './crc.ts';
import { Dialogue } from './dialogue.ts';
import { downloadSlice } from './download.ts';

const sealed = (bytes: number[]) => {
  const crc = crcCcitt(Uint8Array.from(bytes), 0, bytes.length);
  return Uint8Array.of(...bytes, crc >> 8, crc & 255);
};
const page = (n: number) => sealed([n & 255, ...new Array(264).fill(n & 255)]);

/** A console of `pages` pages in a test's hands: `answer` may change what it says. */
function setUp(pages: number, answer: (said: Uint8Array, n: number) => Uint8Array = (said) => said) {
  const clock = virtualClock();
  const sent: string[] = [];
  let n = -1;
  let times = 0;
  const dialogue = new Dialogue(clock, (bytes) => {
    sent.push(Buffer.from(bytes).toString('latin1'));
    const say = (said: Uint8Array) => void clock.after(50, () => dialogue.hear(answer(said, times++)));
    if (bytes[0] === 0x44) say(Uint8Array.of(6));
    else if (bytes.length === 6) say(Uint8Array.of(6, ...sealed([pages & 255, pages >> 8, 3, 0])));
    else if (bytes[0] === 6) say(page(++n));
    else if (bytes[0] !== 0x1b) say(page(n));
  });
  const taken: number[] = [];
  const refused: string[] = [];
  const run = (want = (_: number) => true) =>
    downloadSlice(
      dialogue,
      clock,
      0,
      async (records) => {
        taken.push(records.length);
        return want(taken.length);
      },
      (error) => refused.push(error.code),
    );
  return { clock, dialogue, sent, taken, refused, run };
}

test('pages are taken in order, the first from its first new record on', async () => {
  const it = setUp(300);
  const end = it.run();
  await it.clock.advance(8_500);
  expect(await end).toBe('more');
  expect(it.sent.at(-1)).toBe('\x1b');
  expect(it.taken.slice(0, 3)).toEqual([2, 5, 5]);
  expect(it.taken.length).toBeGreaterThan(140);
  const short = setUp(4);
  const whole = short.run();
  await short.clock.advance(1_000);
  expect(await whole).toBe('whole');
  expect(short.taken).toEqual([2, 5, 5, 5]);
  expect(short.sent.at(-1)).toBe('\x06');
});

test('a page that is damaged, cut or not the next is asked for again, in both ways that consoles know', async () => {
  const it = setUp(3, (said, n) =>
    n === 2 ? said.map((b, i) => (i === 9 ? b ^ 1 : b)) : n === 3 ? said.slice(0, 100) : n === 5 ? page(7) : said,
  );
  const end = it.run();
  await it.clock.advance(10_000);
  expect(await end).toBe('whole');
  expect(it.refused).toEqual(['FRAME_CHECKSUM', 'DEVICE_TIMEOUT', 'FRAME_UNEXPECTED']);
  expect(it.sent.slice(2)).toEqual(['\x06', '!', '\x15', '\x06', '!', '\x06']);
  expect(it.taken).toEqual([2, 5, 5]);
});

test('a page that never comes right ends it', async () => {
  const it = setUp(3, (said, n) => (n > 2 ? said.slice(1) : said));
  const end = it.run().catch((error) => error.code);
  await it.clock.advance(60_000);
  expect(await end).toBe('DEVICE_TIMEOUT');
  expect(it.sent.at(-1)).toBe('\x1b');
});

test('it ends when no more is wanted, when the console refuses, when the line goes', async () => {
  const enough = setUp(9);
  const end = enough.run((n) => n < 2);
  await enough.clock.advance(1_000);
  expect(await end).toBe('whole');
  expect(enough.sent.at(-1)).toBe('\x1b');

  const refusing = setUp(9, (_, n) => (n === 0 ? Uint8Array.of(0x21) : Uint8Array.of(6)));
  const refused = refusing.run().catch((error) => error.message);
  await refusing.clock.advance(1_000);
  expect(await refused).toMatch(/refuses DMPAFT/);

  const misheard = setUp(9, (said, n) => (n === 1 ? Uint8Array.of(0x18) : said));
  const cancelled = misheard.run().catch((error) => error.message);
  await misheard.clock.advance(1_000);
  expect(await cancelled).toMatch(/did not understand the time stamp/);

  const gone = setUp(9, (said, n) => (n > 4 ? new Uint8Array(0) : said));
  const lost = gone.run().catch((error) => error.code);
  await gone.clock.advance(1_000);
  gone.dialogue.abort();
  expect(await lost).toBe('TRANSPORT_CLOSED');
  expect(gone.dialogue.isBusy).toBe(false);
});
