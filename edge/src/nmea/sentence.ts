/**
 * One sentence of NMEA 0183 (IEC 61162-1, clause 7): `$`, talker and formatter, fields between commas, `*` and the exclusive
 * or of all characters between as two hexadecimal digits. A sentence whose checksum is wrong is never read.
 */
import { KarezError } from '@karez/model';

export interface Sentence {
  /** Who speaks: two letters, or P for a maker's own sentence. */
  talker: string;
  /** What it is: three letters by the standard. */
  formatter: string;
  /** What stands between the commas, the address left out: field 1 is `fields[0]`. Empty: no value. */
  fields: string[];
}

/** The standard allows 82 characters; weather stations send composites that are longer. */
export const LONGEST_SENTENCE = 200;

const ADDRESS = /^(?:P([A-Z0-9]{3,})|([A-Z0-9]{2})([A-Z0-9]{3}))$/;

/**
 * Reads a sentence from its `$` or `!` to before its line end.
 * @param needsChecksum whether one without a checksum is refused; one with a wrong checksum always is.
 * @throws KarezError FRAME_MALFORMED, FRAME_TOO_LONG, FRAME_CHECKSUM.
 */
export function readSentence(text: string, needsChecksum = true): Sentence {
  if (text[0] !== '$' && text[0] !== '!')
    throw new KarezError('FRAME_MALFORMED', 'a sentence starts with $ (or ! where it carries another message)', {
      where: 'start',
    });
  if (text.length > LONGEST_SENTENCE)
    throw new KarezError('FRAME_TOO_LONG', `${text.length} characters; a sentence has at most ${LONGEST_SENTENCE}`, {
      where: 'length',
    });
  const star = text.lastIndexOf('*');
  const end = star < 0 ? text.length : star;
  checkSum(text, star, needsChecksum);
  const fields = text.slice(1, end).split(',');
  const address = fields.shift() as string;
  const parts = ADDRESS.exec(address);
  if (parts === null)
    throw new KarezError(
      'FRAME_MALFORMED',
      `"${address}" is no address: two letters of a talker, three of a sentence`,
      {
        where: 'address',
      },
    );
  const [, own, talker, formatter] = parts;
  return own === undefined
    ? { talker: talker as string, formatter: formatter as string, fields }
    : { talker: 'P', formatter: own, fields };
}

function checkSum(text: string, star: number, needsChecksum: boolean): void {
  if (star < 0) {
    if (!needsChecksum) return;
    throw new KarezError('FRAME_CHECKSUM', 'the sentence has no checksum (* and two digits)', { where: 'checksum' });
  }
  const said = text.slice(star + 1);
  let sum = 0;
  for (let i = 1; i < star; i++) sum ^= text.charCodeAt(i);
  if (!/^[0-9A-Fa-f]{2}$/.test(said) || Number.parseInt(said, 16) !== sum) {
    const expected = sum.toString(16).toUpperCase().padStart(2, '0');
    throw new KarezError('FRAME_CHECKSUM', `checksum ${JSON.stringify(said)}, expected ${expected}`, {
      where: 'checksum',
    });
  }
}

/**
 * A field that holds a number; NaN where it is empty.
 * @param field its number, from 1; one beyond the last counts as empty, since devices leave out what is empty at the end.
 * @throws KarezError FRAME_MALFORMED naming the field.
 */
export function numberIn({ formatter, fields }: Sentence, field: number): number {
  const text = fields[field - 1] ?? '';
  if (text === '') return Number.NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text))
    throw new KarezError(
      'FRAME_MALFORMED',
      `field ${field} of ${formatter} must be a number, not ${JSON.stringify(text)}`,
      {
        where: `${formatter}.${field}`,
      },
    );
  return Number(text);
}
