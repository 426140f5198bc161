import { SentenceFinder, sentenceValues } from '@karez/edge';
import { type NmeaProfile, profileOf } from '@karez/model';
import type { DecoderRow } from './rows.ts';
import { fail, stream } from './speed.ts';

const profile = profileOf('airmar-weather-station') as NmeaProfile;
const sentences = () =>
  stream(profile.frames.flatMap(({ text }) => (text === undefined ? [] : [Buffer.from(`${text}\r\n`, 'latin1')])));

export const nmeaRow: DecoderRow = {
  id: 'nmea',
  what: 'sentences of a weather station in chunks of 64 bytes',
  ours() {
    const { chunks, frames } = sentences();
    let sum = 0;
    const take = (sentence: Parameters<typeof sentenceValues>[1]) => {
      sum += sentenceValues(profile, sentence).values.length;
    };
    const finder = new SentenceFinder(true, take, fail);
    return {
      frames,
      once() {
        sum = 0;
        for (const chunk of chunks) finder.push(chunk);
        return sum;
      },
    };
  },
  plain: {
    what: 'split at line ends and commas, nothing checked',
    run() {
      const { chunks, frames } = sentences();
      const whole = Buffer.concat(chunks);
      return {
        frames,
        once: () =>
          whole
            .toString('latin1')
            .split('\r\n')
            .reduce((sum, line) => sum + line.split(',').length, 0),
      };
    },
  },
};
