import { FrameFinder, frameValues } from '@karez/edge';
import { type MavlinkProfile, profileOf } from '@karez/model';
import {
  ardupilotmega,
  common,
  type MavLinkData,
  type MavLinkDataConstructor,
  type MavLinkPacket,
  MavLinkPacketParser,
  MavLinkPacketSplitter,
  minimal,
} from 'node-mavlink';
import type { DecoderRow } from './rows.ts';
import { fail, type Run, recorded, stream } from './speed.ts';

const profile = profileOf('mavlink-sprayer') as MavlinkProfile;

export const mavlinkRow: DecoderRow = {
  id: 'mavlink',
  what: 'frames in chunks of 64 bytes',
  ours() {
    const { chunks, frames } = stream(recorded(profile));
    let sum = 0;
    const finder = new FrameFinder((frame) => {
      sum += frameValues(profile, frame).values.length;
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
  plain: { what: 'the streams of node-mavlink, to messages', run: nodeMavlink },
};

/** The same bytes through node-mavlink's splitter and parser, each packet made a message. */
function nodeMavlink(): Run {
  const { chunks, frames } = stream(recorded(profile));
  const messages: Record<number, MavLinkDataConstructor<MavLinkData>> = {
    ...minimal.REGISTRY,
    ...common.REGISTRY,
    ...ardupilotmega.REGISTRY,
  };
  const splitter = new MavLinkPacketSplitter();
  const parser = splitter.pipe(new MavLinkPacketParser());
  let left = 0;
  let done = () => {};
  parser.on('data', (packet: MavLinkPacket) => {
    const message = messages[packet.header.msgid];
    if (message !== undefined) packet.protocol.data(packet.payload, message);
    if (--left === 0) done();
  });
  return {
    frames,
    async once() {
      left = frames;
      const all = new Promise<void>((resolve) => {
        done = resolve;
      });
      for (const chunk of chunks) splitter.write(Buffer.from(chunk));
      await all;
      return frames;
    },
    end() {
      splitter.destroy();
      parser.destroy();
    },
  };
}
