/** What a decoder of single frames gives, and what all of them need. */
import { channelKey, KarezError, type Profile } from '@karez/model';

export interface DecodedFrame {
  profile: string;
  /** What kind of frame it is, e.g. LOOP2, GLOBAL_POSITION_INT. */
  kind: string;
  /** By channel; null is absent. */
  values: Record<string, number | null>;
  /** Units by channel are the quantity's; what else the frame says. */
  details?: Record<string, unknown>;
}

/** Values by channel name, from positions in the profile's `channels`; NaN becomes null. */
export function byChannel(profile: Profile, channels: number[], values: number[]): Record<string, number | null> {
  return Object.fromEntries(
    channels.map((position, i) => {
      const value = values[i] as number;
      return [
        channelKey(profile.channels[position] as Profile['channels'][number]),
        Number.isNaN(value) ? null : value,
      ];
    }),
  );
}

/** Bytes from hexadecimal digits, with or without separators. Throws FRAME_MALFORMED. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/[\s:,-]|0x/g, '');
  if (digits === '' || digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) {
    throw new KarezError('FRAME_MALFORMED', 'give pairs of hexadecimal digits', { where: 'hex' });
  }
  return Uint8Array.from(digits.match(/../g) as string[], (pair) => Number.parseInt(pair, 16));
}
