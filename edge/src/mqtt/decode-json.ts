/** A payload of a JSON device, as text or as hexadecimal digits, for `karez decode`. */
import type { JsonProfile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { readJson } from './json-values.ts';

/** @throws KarezError PAYLOAD_INVALID, FRAME_MALFORMED. */
export function decodeJson(profile: JsonProfile, text: string): DecodedFrame {
  const bytes = /^\s*[{["]/.test(text) ? new TextEncoder().encode(text) : fromHex(text);
  const { channels, values, timeMs, counter, unread } = readJson(profile, bytes);
  const details = {
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(counter === undefined ? {} : { counter }),
    ...(unread.length === 0 ? {} : { unread }),
  };
  return { profile: profile.id, kind: 'JSON', values: byChannel(profile, channels, values), details };
}
