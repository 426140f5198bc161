/**
 * Archive pages after a time stamp (DMPAFT; Vantage Serial Communication Reference Manual v2.6.1, section XI): ACK, the stamp
 * with its CRC, ACK with the number of pages and the first new record in the first, then a page for each ACK. A page that is
 * damaged, cut or not the next is asked for again; ESC ends it between pages. While it lasts the console hears none of its sensors, so
 * it is taken in slices.
 */
import { type Clock, KarezError } from '@karez/model';
import { checkPage, PAGE_BYTES, recordsOf } from './archive-record.ts';
import { crcCcitt } from './crc.ts';
import type { Dialogue } from './dialogue.ts';

const ACK = Uint8Array.of(0x06);
const ESC = Uint8Array.of(0x1b);
/** The reference says 21 in hexadecimal here and 15 elsewhere; consoles have been seen that know the one or the other. */
const AGAIN = [Uint8Array.of(0x15), Uint8Array.of(0x21)] as const;
const CANCEL = 0x18;
const NAKS = [0x21, 0x15];
const ANSWER_MS = 2_000;
/** A page takes a seventh of a second at 19200 baud and two and a half at 1200. */
const PAGE_MS = 4_000;
const TRIES = 4;
/** A slice leaves the line to live packets after so long. */
const SLICE_MS = 8_000;

export type SliceEnd = 'whole' | 'more';

/**
 * Hands the records after `stamp` (0: all) to `take`, page by page, in the order of the memory.
 * @param take tells whether further pages are wanted.
 * @param refused hears of each page that had to be asked for again.
 * @returns 'whole' where all pages were taken or no more were wanted, 'more' where the slice was over before.
 * @throws KarezError DEVICE_TIMEOUT, DEVICE_EXCEPTION, FRAME_*, TRANSPORT_CLOSED, and what `take` throws.
 */
export async function downloadSlice(
  dialogue: Dialogue,
  clock: Clock,
  stamp: number,
  take: (records: Uint8Array[]) => Promise<boolean>,
  refused: (error: KarezError, page: Uint8Array) => void,
): Promise<SliceEnd> {
  const began = clock.monoMs();
  await dialogue.ask('DMPAFT\n', acknowledged, ANSWER_MS);
  const { pages, first } = await dialogue.ask(stampRequest(stamp), pagesOffered, ANSWER_MS);
  for (let n = 0; n < pages; n++) {
    const page = await nextPage(dialogue, n & 0xff, refused);
    try {
      if (!(await take(recordsOf(page, n === 0 ? first : 0)))) return end('whole');
    } catch (error) {
      end('more');
      throw error;
    }
    if (n + 1 < pages && clock.monoMs() - began >= SLICE_MS) return end('more');
  }
  return 'whole';

  function end(how: SliceEnd): SliceEnd {
    dialogue.say(ESC);
    return how;
  }
}

async function nextPage(
  dialogue: Dialogue,
  sequence: number,
  refused: (error: KarezError, page: Uint8Array) => void,
): Promise<Uint8Array> {
  for (let tries = 0; ; tries++) {
    let seen = new Uint8Array(0);
    const whole = (answer: Uint8Array) => {
      seen = answer.slice(0, PAGE_BYTES);
      return answer.length < PAGE_BYTES ? undefined : seen;
    };
    try {
      const page = await dialogue.ask(tries === 0 ? ACK : (AGAIN[tries % 2] as Uint8Array), whole, PAGE_MS);
      checkPage(page, sequence);
      return page;
    } catch (error) {
      if (!(error instanceof KarezError) || error.code === 'TRANSPORT_CLOSED') throw error;
      refused(error, seen);
      if (tries + 1 < TRIES) continue;
      dialogue.say(ESC);
      throw error;
    }
  }
}

/** Whether the command is taken. Throws DEVICE_EXCEPTION where the console refuses it. */
function acknowledged(answer: Uint8Array): true | undefined {
  const first = answer.find((byte) => byte !== 0x0a && byte !== 0x0d);
  if (first === undefined) return undefined;
  if (first === ACK[0]) return true;
  if (NAKS.includes(first))
    throw new KarezError('DEVICE_EXCEPTION', 'the console refuses DMPAFT: has it a data logger?');
  return undefined;
}

/** Date and time stamp, the lower byte first, and their CRC, the higher first. Zero for all, with a CRC of zero. */
export function stampRequest(stamp: number): Uint8Array {
  const bytes = new Uint8Array(6);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, stamp >>> 16, true);
  view.setUint16(2, stamp & 0xffff, true);
  view.setUint16(4, crcCcitt(bytes, 0, 4));
  return bytes;
}

/** Number of pages, and where in the first the first new record stands. */
function pagesOffered(answer: Uint8Array): { pages: number; first: number } | undefined {
  if (answer[0] === CANCEL || NAKS.includes(answer[0] as number))
    throw new KarezError('FRAME_CHECKSUM', 'the console did not understand the time stamp');
  if (answer.length < 7) return undefined;
  if (answer[0] !== ACK[0] || crcCcitt(answer, 1, 7) !== 0)
    throw new KarezError('FRAME_CHECKSUM', 'the number of archive pages came damaged');
  const view = new DataView(answer.buffer, answer.byteOffset);
  const [pages, first] = [view.getUint16(1, true), view.getUint16(3, true)];
  if (first > 4 || pages > 513)
    throw new KarezError('FRAME_MALFORMED', `${pages} archive pages from record ${first}; there are 513 of 5 at most`);
  return { pages, first };
}
