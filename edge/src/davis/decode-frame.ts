/** A recorded LOOP or LOOP2 packet, for `karez decode`. */
import type { DavisProfile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { packetDetails } from './details.ts';
import { packetKind, packetValues } from './packet.ts';

/** @throws KarezError FRAME_*. */
export function decodeDavis(profile: DavisProfile, text: string): DecodedFrame {
  const bytes = fromHex(text);
  const kind = packetKind(bytes);
  const { channels, values } = packetValues(profile, kind, bytes);
  return {
    profile: profile.id,
    kind,
    values: byChannel(profile, channels, values),
    details: packetDetails(kind, bytes),
  };
}
