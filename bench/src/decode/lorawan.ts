import { readBytes } from '@karez/edge';
import { type LorawanProfile, PROFILES } from '@karez/model';
import type { DecoderRow } from './rows.ts';

const FRAMES = 1_000;

export const lorawanRow: DecoderRow = {
  id: 'lorawan',
  what: 'published payloads of all devices with a layout',
  ours() {
    const all = PROFILES.flatMap((profile) =>
      profile.protocol === 'lorawan' && profile.layout !== undefined
        ? profile.frames.flatMap(({ hex }) =>
            hex === undefined ? [] : [{ profile: profile as LorawanProfile, bytes: Buffer.from(hex, 'hex') }],
          )
        : [],
    );
    return {
      frames: FRAMES,
      once() {
        let sum = 0;
        for (let i = 0; i < FRAMES; i++) {
          const { profile, bytes } = all[i % all.length] as (typeof all)[number];
          for (const { values } of readBytes(profile, bytes).samples) sum += values.length;
        }
        return sum;
      },
    };
  },
};
