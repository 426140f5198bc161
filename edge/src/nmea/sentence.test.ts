import { type KarezError, seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { mutated } from '../testing/mutate.ts';
import { LONGEST_SENTENCE, numberIn, readSentence } from './sentence.ts';
import { SentenceFinder } from './sentence-finder.ts';

const MDA = '$WIMDA,29.8991,I,1.0125,B,27.9,C,,,48.8,,16.1,C,29.4,T,32.0,M,1.6,N,0.8,M*63';
const MWV = '$WIMWV,12.1,T,10.1,N,A*27';
const VOID = '$WIMWV,,T,,N,V*32';
const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** A sentence with its checksum. */
function sealed(body: string): string {
  const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}`;
}

function finder(needsChecksum = true) {
  const found: string[] = [];
  const bad: string[] = [];
  const it = new SentenceFinder(
    needsChecksum,
    ({ talker, formatter, fields }) => found.push(`${talker}${formatter},${fields.join(',')}`),
    (error: KarezError) => bad.push(error.code),
  );
  return { it, found, bad };
}

describe('one sentence', () => {
  test('gives talker, formatter and fields, empty ones too', () => {
    expect(readSentence(VOID)).toEqual({ talker: 'WI', formatter: 'MWV', fields: ['', 'T', '', 'N', 'V'] });
    expect(readSentence(sealed('PAMTR,EN,1'))).toEqual({ talker: 'P', formatter: 'AMTR', fields: ['EN', '1'] });
    expect(readSentence('$YXXDR*4F')).toEqual({ talker: 'YX', formatter: 'XDR', fields: [] });
    expect(readSentence(MWV.replace('27', '27'.toLowerCase())).formatter).toBe('MWV');
  });

  test.each([
    ['nothing', '', 'FRAME_MALFORMED'],
    ['no $', MWV.slice(1), 'FRAME_MALFORMED'],
    ['a wrong checksum', '$WIMWV,12.1,T,10.1,N,A*26', 'FRAME_CHECKSUM'],
    ['a changed digit', '$WIMWV,12.2,T,10.1,N,A*27', 'FRAME_CHECKSUM'],
    ['no checksum', '$WIMWV,12.1,T,10.1,N,A', 'FRAME_CHECKSUM'],
    ['half a checksum', '$WIMWV,12.1,T,10.1,N,A*2', 'FRAME_CHECKSUM'],
    ['a checksum that is no number', '$WIMWV,12.1,T,10.1,N,A*zz', 'FRAME_CHECKSUM'],
    ['something behind the checksum', `${MWV}x`, 'FRAME_CHECKSUM'],
    ['an address that is none', sealed('wimwv,1'), 'FRAME_MALFORMED'],
    ['no address', sealed(',1'), 'FRAME_MALFORMED'],
    ['more than any device sends', sealed(`WIMDA,${'1,'.repeat(LONGEST_SENTENCE / 2)}`), 'FRAME_TOO_LONG'],
  ])('with %s is refused', (_, text, code) => {
    expect(() => readSentence(text)).toThrow(expect.objectContaining({ code }));
  });

  test('without a checksum is read where that is allowed; with a wrong one never', () => {
    expect(readSentence('$WIMWV,12.1,T,10.1,N,A', false).fields).toHaveLength(5);
    expect(() => readSentence('$WIMWV,12.1,T,10.1,N,A*26', false)).toThrow(/checksum "26", expected 27/);
  });

  test('numbers are numbers, empty is none, anything else is named by its field', () => {
    const sentence = { talker: 'WI', formatter: 'MDA', fields: ['-1.5', '', '+03.1', '.5', '5.', '1e3', ' 1', '0x1'] };
    expect([1, 3, 4, 5].map((field) => numberIn(sentence, field))).toEqual([-1.5, 3.1, 0.5, 5]);
    expect(numberIn(sentence, 2)).toBeNaN();
    expect(numberIn(sentence, 9)).toBeNaN();
    for (const field of [6, 7, 8])
      expect(() => numberIn(sentence, field)).toThrow(`field ${field} of MDA must be a number`);
  });
});

describe('a stream', () => {
  test('sentences are found however the bytes are cut, with any line end', () => {
    const stream = bytes(`${MDA}\r\n${MWV}\n${VOID}\r${MDA}\r\n`);
    for (let cut = 0; cut <= stream.length; cut++) {
      const { it, found, bad } = finder();
      it.push(stream.subarray(0, cut));
      it.push(stream.subarray(cut));
      expect(found.map((f) => f.slice(0, 5))).toEqual(['WIMDA', 'WIMWV', 'WIMWV', 'WIMDA']);
      expect(bad).toEqual([]);
      expect(it.waiting).toBe(0);
    }
  });

  test('rubbish between sentences is skipped, also the end of one that was joined in the middle', () => {
    const { it, found, bad } = finder();
    it.push(bytes(`.8,M*63\r\n\x00\xff\xfe${MWV}\r\n\\g:1-2-1234*0A\\${MWV}\r\n`));
    expect(found).toHaveLength(2);
    expect(bad).toEqual([]);
  });

  test('a sentence whose end is lost is told, and the one that begins inside it is read', () => {
    const { it, found, bad } = finder();
    it.push(bytes(`${MDA.slice(0, 30)}${MWV}\r\n`));
    expect(found).toEqual(['WIMWV,12.1,T,10.1,N,A']);
    expect(bad).toEqual(['FRAME_MALFORMED']);
  });

  test('a line without an end is given up, and the next sentence is read', () => {
    const { it, found, bad } = finder();
    for (let i = 0; i < 1_000; i++) {
      it.push(bytes(i === 0 ? '$WIMDA,' : '1,2,3,4,5,'));
      expect(it.waiting).toBeLessThanOrEqual(LONGEST_SENTENCE);
    }
    it.push(bytes(`\r\n${MWV}\r\n`));
    expect(bad).toEqual(['FRAME_TOO_LONG']);
    expect(found).toEqual(['WIMWV,12.1,T,10.1,N,A']);
  });

  test('what is skipped is counted until a good sentence comes', () => {
    const { it } = finder();
    it.push(Uint8Array.from({ length: 1_200 }, (_, i) => 0x80 + (i % 100)));
    expect(it.skipped).toBe(1_200);
    it.push(bytes(MWV));
    it.push(bytes('\r'));
    expect(it.skipped).toBe(0);
  });

  test('20,000 damaged sentences: none with a wrong checksum is taken, the good one behind is always found', () => {
    const random = seededRandom(20_260_701);
    const good = [MDA, MWV, VOID];
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      const { it, found } = finder();
      const damaged = mutated(bytes(`${good[i % 3]}\r\n`), random);
      it.push(Uint8Array.of(...damaged, ...bytes(`\r\n${MWV}\r\n`)));
      expect(found.at(-1)).toBe('WIMWV,12.1,T,10.1,N,A');
      for (const text of found) expect(readSentence(sealed(text)).fields.length).toBeGreaterThan(0);
      taken += found.length - 1;
    }
    // Some damage is none: bytes before the beginning, after the end, or none at all.
    expect(taken).toBeGreaterThan(1_000);
    expect(taken).toBeLessThan(20_000);
  });
});
