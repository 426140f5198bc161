import { commandGroups, findAnswer, groupValues, readValues, sdi12CrcOf } from '@karez/edge';
import { profileOf, type Sdi12Profile } from '@karez/model';
import type { DecoderRow } from './rows.ts';

const FRAMES = 1_000;
const profile = profileOf('teros-12') as Sdi12Profile;

/** A recorded reply as it comes in, with a CRC. */
function reply(): string {
  const text = profile.frames[0]?.text;
  if (text === undefined) throw new Error(`${profile.id} has no recorded reply`);
  return `${text}${sdi12CrcOf(text)}\r\n`;
}

export const sdi12Row: DecoderRow = {
  id: 'sdi12',
  what: 'replies of a TEROS 12 with a CRC, five channels of three numbers',
  ours() {
    const heard = reply();
    const address = heard[0] as string;
    const [group] = commandGroups(profile);
    if (group === undefined) throw new Error(`${profile.id} has no channels`);
    const read = (line: string) => readValues(line, address, true);
    return {
      frames: FRAMES,
      once() {
        let sum = 0;
        for (let i = 0; i < FRAMES; i++) {
          const found = findAnswer(heard, address, true, read);
          if (found === undefined) throw new Error('the recorded reply was not read');
          for (const value of groupValues(profile, group, found.answer)) sum += value;
        }
        return sum;
      },
    };
  },
  plain: {
    what: 'split at signs and parseFloat, to three numbers, nothing checked',
    run() {
      const heard = reply();
      return {
        frames: FRAMES,
        once() {
          let sum = 0;
          for (let i = 0; i < FRAMES; i++)
            for (const text of heard.slice(1, -5).split(/(?=[+-])/)) sum += Number.parseFloat(text);
          return sum;
        },
      };
    },
  },
};
