/** What an uplink says of its device: samples by the device's profile. */
import type { LorawanProfile } from '@karez/model';
import type { CodecRunner } from '../codec/runner.ts';
import { contentHash } from '../content-hash.ts';
import { messageOfJson } from '../mqtt/json-path.ts';
import { readChannels, timeAt } from '../mqtt/json-values.ts';
import type { Sample } from '../ports.ts';
import { type FrameReading, type FrameSample, readBytes } from './byte-values.ts';
import type { Uplink } from './uplink.ts';

/** What a vendor's script makes of the bytes (edge/src/codec). */
export type RunCodec = CodecRunner['run'];

export interface UplinkSamples {
  samples: Sample[];
  unread: string[];
  /** Why there are none. */
  ignored?: string;
}

/**
 * The same frame heard by another gateway, or told by another server, carries another time: by minutes, as clocks go. A device
 * that counts its frames anew after a loss of power, under the same address, needs longer than this to say the very same again.
 */
const REPEAT_WITHIN_MS = 900_000;

/**
 * @param event the whole message, for paths that begin with `$.`.
 * @throws KarezError FRAME_*, PAYLOAD_INVALID, CODEC_FAILED.
 */
export async function samplesOf(
  device: string,
  profile: LorawanProfile,
  uplink: Uplink,
  event: unknown,
  run: RunCodec,
): Promise<UplinkSamples> {
  const { fPort, bytes } = uplink;
  if (bytes.length === 0 && !hasObject(profile, uplink)) return { samples: [], unread: [], ignored: 'empty' };
  if (fPort !== undefined && profile.ports?.includes(fPort) === false)
    return { samples: [], unread: [], ignored: `port ${fPort}` };
  const { samples, unread } =
    profile.layout === undefined ? await readObject(profile, uplink, event, run) : readBytes(profile, bytes);
  const radio = radioOf(profile, uplink);
  const now = samples.find(({ historical }) => historical !== true);
  if (now !== undefined) {
    now.channels.push(...radio.channels);
    now.values.push(...radio.values);
  } else if (radio.channels.length > 0 && samples.length > 0) samples.push(radio);
  if (samples.length === 0) return { samples: [], unread, ignored: 'no readings' };
  const counter = contentHash(
    uplink.devAddr,
    uplink.fCnt,
    fPort ?? '',
    bytes,
    ...(bytes.length === 0 ? [JSON.stringify(uplink.object)] : []),
  );
  return { samples: samples.map((sample, i) => asSample(device, uplink, sample, counter + i)), unread };
}

function asSample(device: string, { timeMs }: Uplink, found: FrameSample, counter: number): Sample {
  const own = found.timeMs;
  const at = own ?? timeMs;
  return {
    ...{ device, channels: found.channels, values: found.values, counter: counter % Number.MAX_SAFE_INTEGER },
    ...(at === undefined ? {} : { timeMs: at }),
    ...(own === undefined ? { repeatWithinMs: REPEAT_WITHIN_MS, isForeignTime: true } : {}),
    ...(found.historical === true ? { historical: true } : {}),
  };
}

/** Values of the object that a script, or the server's own codec, has made. */
async function readObject(
  profile: LorawanProfile,
  uplink: Uplink,
  event: unknown,
  run: RunCodec,
): Promise<FrameReading> {
  const object = profile.codec === undefined ? uplink.object : await run(profile.codec, codecInput(uplink));
  const message = messageOfJson(object, event, profile.numbersAsText);
  const sample: FrameSample = readChannels(profile.channels, message, profile.absentTexts);
  const timeMs = timeAt(profile, message);
  if (timeMs !== undefined) sample.timeMs = timeMs;
  return { samples: sample.channels.length === 0 ? [] : [sample], unread: [] };
}

function codecInput({ bytes, fPort, timeMs }: Uplink) {
  return {
    bytes: [...bytes],
    ...(fPort === undefined ? {} : { fPort }),
    ...(timeMs === undefined ? {} : { timeMs }),
  };
}

function hasObject({ codec, layout }: LorawanProfile, { object }: Uplink): boolean {
  return layout === undefined && codec === undefined && object !== undefined;
}

/** What the network says of the device. */
function radioOf({ channels }: LorawanProfile, uplink: Uplink): FrameSample {
  const sample: FrameSample = { channels: [], values: [] };
  for (const [position, { radio }] of channels.entries()) {
    const value = radio === undefined ? undefined : uplink[radio];
    if (value === undefined) continue;
    sample.channels.push(position);
    sample.values.push(value);
  }
  return sample;
}
