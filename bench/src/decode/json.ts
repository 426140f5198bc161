import { readJson } from '@karez/edge';
import { type JsonProfile, profileOf } from '@karez/model';
import type { DecoderRow } from './rows.ts';

const FRAMES = 1_000;
const profile = profileOf('wifi-soil-node') as JsonProfile;

function payload(): Uint8Array {
  const text = profile.frames.flatMap(({ json }) => json ?? [])[0];
  if (text === undefined) throw new Error(`${profile.id} has no recorded payload`);
  return new TextEncoder().encode(text);
}

export const jsonRow: DecoderRow = {
  id: 'json',
  what: 'payloads of a soil node',
  ours() {
    const bytes = payload();
    return {
      frames: FRAMES,
      once() {
        let sum = 0;
        for (let i = 0; i < FRAMES; i++) sum += readJson(profile, bytes).values.length;
        return sum;
      },
    };
  },
  plain: {
    what: 'JSON.parse',
    run() {
      const bytes = payload();
      const decoder = new TextDecoder();
      return {
        frames: FRAMES,
        once() {
          let sum = 0;
          for (let i = 0; i < FRAMES; i++) sum += JSON.parse(decoder.decode(bytes)).soil.length;
          return sum;
        },
      };
    },
  },
};
