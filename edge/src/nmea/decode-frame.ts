/** A recorded sentence, as text or as hexadecimal digits, for `karez decode`. */
import type { NmeaProfile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { zdaMs } from './satellite-time.ts';
import { readSentence } from './sentence.ts';
import { sentenceValues } from './values.ts';

/** @throws KarezError FRAME_*. */
export function decodeNmea(profile: NmeaProfile, text: string): DecodedFrame {
  const plain = /^\s*[$!]/.test(text) ? text : Buffer.from(fromHex(text)).toString('latin1');
  const sentence = readSentence(plain.trim());
  const { talker, formatter, fields } = sentence;
  const { channels, values } = sentenceValues(profile, sentence);
  const time = formatter === 'ZDA' ? { timeMs: zdaMs(sentence) ?? null } : {};
  return {
    profile: profile.id,
    kind: formatter,
    values: byChannel(profile, channels, values),
    details: { talker, fields, ...time },
  };
}
