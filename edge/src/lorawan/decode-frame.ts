/** The payload of an uplink as hexadecimal digits, for `karez decode`. */
import type { LorawanProfile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { readBytes } from './byte-values.ts';

/** @throws KarezError FRAME_*. */
export function decodeLorawan(profile: LorawanProfile, text: string): DecodedFrame {
  const { samples, unread } = readBytes(profile, fromHex(text));
  const [now = { channels: [], values: [] }] = samples.filter((sample) => sample.historical !== true);
  const history = samples
    .filter((sample) => sample.historical === true)
    .map(({ timeMs, channels, values }) => ({ timeMs, values: byChannel(profile, channels, values) }));
  const details = {
    ...('timeMs' in now ? { timeMs: now.timeMs } : {}),
    ...(history.length === 0 ? {} : { history }),
    ...(unread.length === 0 ? {} : { unread }),
    ...(samples.length === 0
      ? { note: 'no readings: what a device says of itself when it starts, or an answer to a command' }
      : {}),
  };
  return { profile: profile.id, kind: 'uplink', values: byChannel(profile, now.channels, now.values), details };
}
