import { EventEmitter } from 'node:events';
import { MessageFinder, valueOf14 } from '@karez/edge';
import { profileOf, scaleRaw } from '@karez/model';
import firmata from 'firmata-io';
import type { DecoderRow } from './rows.ts';
import { fail, recorded, stream } from './speed.ts';

const profile = profileOf('analog-soil-probe');
const messages = () => stream(recorded(profile));
const VERSION = Uint8Array.of(0xf9, 2, 5);

export const firmataRow: DecoderRow = {
  id: 'firmata',
  what: 'analog messages of a board in chunks of 64 bytes',
  ours() {
    const { chunks, frames } = messages();
    const channel = profile.channels[0] as (typeof profile.channels)[number];
    let sum = 0;
    const finder = new MessageFinder((bytes) => {
      sum += scaleRaw(valueOf14(bytes), channel as Parameters<typeof scaleRaw>[1]) >= 0 ? 1 : 0;
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
  plain: {
    what: 'firmata-io, an event for each value',
    run() {
      const { chunks, frames } = messages();
      const wire = Object.assign(new EventEmitter(), { write: () => true });
      const board = new firmata.Firmata(wire, { reportVersionTimeout: 1e9, samplingInterval: 1_000 });
      let sum = 0;
      board.on('analog-read-0', () => sum++);
      wire.emit('data', VERSION);
      return {
        frames,
        once() {
          sum = 0;
          for (const chunk of chunks) wire.emit('data', chunk);
          return sum;
        },
      };
    },
  },
};
