/**
 * Frames that one core turns into values, by protocol: recorded frames as a stream of small chunks through the gateway's
 * own framing, checksums and profiles. Beside it, where there is one, what others do with the same bytes.
 */
import {
  FrameFinder,
  findReply,
  frameValues,
  groupRegisters,
  PacketFinder,
  packetValues,
  readJson,
  registerValue,
} from '@karez/edge';
import {
  type DavisProfile,
  type JsonProfile,
  type MavlinkProfile,
  type ModbusProfile,
  type Profile,
  profileOf,
} from '@karez/model';
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
import type { BenchContext } from './context.ts';
import { type Figure, figure } from './figure.ts';

/** A serial port hands over so many bytes at a time. */
const CHUNK_BYTES = 64;
const MEASURED_MS = 400;
const WARM_UP_MS = 200;

export async function decodeFigures(_context: BenchContext): Promise<Figure[]> {
  return [modbus(), davis(), await mavlink(), json()];
}

/** Frames per second of `run`, which handles `frames` frames each time. */
function speed(frames: number, run: () => void): number {
  const spin = (forMs: number) => {
    const began = performance.now();
    let times = 0;
    let ms = 0;
    for (; ms < forMs; ms = performance.now() - began) {
      run();
      times++;
    }
    return (times * frames * 1000) / ms;
  };
  spin(WARM_UP_MS);
  return spin(MEASURED_MS);
}

function modbus(): Figure {
  const profile = profileOf('cwt-soil-7in1') as ModbusProfile;
  const [reply] = recorded(profile);
  const [group] = groupRegisters(profile);
  if (reply === undefined || group === undefined) throw new Error(`${profile.id} has no recorded frame`);
  const request = {
    address: reply[0] as number,
    function: profile.function,
    register: group.register,
    count: group.count,
  };
  let sum = 0;
  const rate = speed(1_000, () => {
    for (let i = 0; i < 1_000; i++) {
      const data = findReply(reply, request) as Uint8Array;
      for (const position of group.channels)
        sum += registerValue(profile.channels[position] as ModbusProfile['channels'][number], group, data);
    }
  });
  checkUsed(sum);
  return figure('decode.modbus', rate, 'frames/s', 'one core, replies with seven registers, to values');
}

function davis(): Figure {
  const profile = profileOf('davis-vantage-pro2') as DavisProfile;
  const { chunks, frames } = stream(recorded(profile));
  let sum = 0;
  const finder = new PacketFinder((kind, bytes) => {
    sum += packetValues(profile, kind, bytes).values.length;
  }, fail);
  const rate = speed(frames, () => {
    for (const chunk of chunks) finder.push(chunk);
  });
  checkUsed(sum);
  return figure('decode.davis', rate, 'frames/s', 'one core, LOOP and LOOP2 in chunks of 64 bytes, to values');
}

async function mavlink(): Promise<Figure> {
  const profile = profileOf('mavlink-sprayer') as MavlinkProfile;
  const { chunks, frames } = stream(recorded(profile));
  let sum = 0;
  const finder = new FrameFinder((frame) => {
    sum += frameValues(profile, frame).values.length;
  }, fail);
  const rate = speed(frames, () => {
    for (const chunk of chunks) finder.push(chunk);
  });
  checkUsed(sum);
  const theirs = await nodeMavlink(chunks, frames);
  return figure(
    'decode.mavlink',
    rate,
    'frames/s',
    'one core, in chunks of 64 bytes, to values; limit: the streams of node-mavlink, to messages',
    theirs,
  );
}

/** The same bytes through node-mavlink's splitter and parser, each packet made a message. */
async function nodeMavlink(chunks: Uint8Array[], frames: number): Promise<number> {
  const messages: Record<number, MavLinkDataConstructor<MavLinkData>> = {
    ...minimal.REGISTRY,
    ...common.REGISTRY,
    ...ardupilotmega.REGISTRY,
  };
  let seen = 0;
  const splitter = new MavLinkPacketSplitter();
  const parser = splitter.pipe(new MavLinkPacketParser());
  const waiting: { until: number; resolve(): void }[] = [];
  parser.on('data', (packet: MavLinkPacket) => {
    const message = messages[packet.header.msgid];
    if (message !== undefined) packet.protocol.data(packet.payload, message);
    seen++;
    if (waiting[0] !== undefined && seen >= waiting[0].until) waiting.shift()?.resolve();
  });
  const spin = async (forMs: number) => {
    const began = performance.now();
    const from = seen;
    let ms = 0;
    for (; ms < forMs; ms = performance.now() - began) {
      const done = new Promise<void>((resolve) => waiting.push({ until: seen + frames, resolve }));
      for (const chunk of chunks) splitter.write(Buffer.from(chunk));
      await done;
    }
    return ((seen - from) * 1000) / ms;
  };
  await spin(WARM_UP_MS);
  const rate = await spin(MEASURED_MS);
  splitter.destroy();
  parser.destroy();
  return rate;
}

function json(): Figure {
  const profile = profileOf('wifi-soil-node') as JsonProfile;
  const text = profile.frames.flatMap(({ json: payload }) => payload ?? [])[0];
  if (text === undefined) throw new Error(`${profile.id} has no recorded payload`);
  const bytes = new TextEncoder().encode(text);
  let sum = 0;
  const rate = speed(1_000, () => {
    for (let i = 0; i < 1_000; i++) sum += readJson(profile, bytes).values.length;
  });
  const decoder = new TextDecoder();
  const parse = speed(1_000, () => {
    for (let i = 0; i < 1_000; i++) sum += JSON.parse(decoder.decode(bytes)).soil.length;
  });
  checkUsed(sum);
  return figure(
    'decode.json',
    rate,
    'frames/s',
    'one core, payloads of a soil node, to values; limit: JSON.parse',
    parse,
  );
}

function recorded(profile: Profile): Uint8Array[] {
  return (profile.frames as { hex?: string }[]).flatMap(({ hex }) =>
    hex === undefined ? [] : [Buffer.from(hex.replace(/\s/g, ''), 'hex')],
  );
}

/** A thousand of the frames after one another, in chunks. */
function stream(frames: Uint8Array[]): { chunks: Uint8Array[]; frames: number } {
  const all = Array.from({ length: 1_000 }, (_, i) => frames[i % frames.length] as Uint8Array);
  const bytes = Buffer.concat(all);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return { chunks, frames: all.length };
}

/** Keeps the compiler from leaving out work whose result nobody looks at, and notices decoders that gave nothing. */
function checkUsed(sum: number): void {
  if (!(sum > 0)) throw new Error('nothing was decoded');
}

function fail(error: unknown): never {
  throw error;
}
