import { PacketFinder, packetValues } from '@karez/edge';
import { type DavisProfile, profileOf } from '@karez/model';
import type { DecoderRow } from './rows.ts';
import { fail, recorded, stream } from './speed.ts';

export const davisRow: DecoderRow = {
  id: 'davis',
  what: 'LOOP and LOOP2 in chunks of 64 bytes',
  ours() {
    const profile = profileOf('davis-vantage-pro2') as DavisProfile;
    const { chunks, frames } = stream(recorded(profile));
    let sum = 0;
    const finder = new PacketFinder((kind, bytes) => {
      sum += packetValues(profile, kind, bytes).values.length;
    }, fail);
    return {
      frames,
      once() {
        sum = 0;
        for (const chunk of chunks) finder.push(chunk);
        return sum;
      },
    };
  },
};
