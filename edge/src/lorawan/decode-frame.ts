/** An uplink for `karez decode`: its payload as hexadecimal digits, or a whole event of a LoRaWAN server as JSON. */
import { readFile } from 'node:fs/promises';
import type { LorawanProfile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { describe, invalid, parseJson } from '../mqtt/json-path.ts';
import { readChirpstack } from './chirpstack.ts';
import { readTtn } from './ttn.ts';
import type { Fields, NetworkEvent, Uplink } from './uplink.ts';
import { type RunCodec, samplesOf } from './uplink-samples.ts';

/** @throws KarezError FRAME_*, PAYLOAD_INVALID, CODEC_FAILED. */
export async function decodeLorawan(profile: LorawanProfile, text: string): Promise<DecodedFrame> {
  const found = /^\s*[{[]/.test(text) ? eventOf(text) : { uplink: bare(fromHex(text)) };
  if ('ignored' in found)
    return {
      profile: profile.id,
      kind: found.ignored,
      values: {},
      details: { note: 'an event that measures nothing' },
    };
  const { uplink } = found;
  const { samples, unread, ignored } = await samplesOf('', profile, uplink, parseOrNothing(text), runHere);
  const [now] = samples.filter(({ historical }) => historical !== true);
  const history = samples
    .filter(({ historical }) => historical === true)
    .map(({ timeMs, channels, values }) => ({ timeMs, values: byChannel(profile, [...channels], [...values]) }));
  const details = {
    ...(uplink.devEui === undefined ? {} : { devEui: uplink.devEui, fCnt: uplink.fCnt }),
    ...(uplink.fPort === undefined ? {} : { fPort: uplink.fPort }),
    ...(now?.timeMs === undefined ? {} : { timeMs: now.timeMs }),
    ...(history.length === 0 ? {} : { history }),
    ...(unread.length === 0 ? {} : { unread }),
    ...(ignored === undefined ? {} : { note: `no readings: ${ignored}` }),
  };
  const values = now === undefined ? {} : byChannel(profile, [...now.channels], [...now.values]);
  return { profile: profile.id, kind: 'uplink', values, details };
}

function eventOf(text: string): NetworkEvent {
  const event = parseJson(new TextEncoder().encode(text));
  if (event === null || typeof event !== 'object' || Array.isArray(event))
    throw invalid('the event', `must be an object, not ${describe(event)}`);
  return 'end_device_ids' in event ? readTtn('', event as Fields) : readChirpstack('', event as Fields);
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Bytes of which nothing else is known. */
function bare(bytes: Uint8Array): Uplink {
  const nothing = { devEui: undefined, deviceId: undefined, fPort: undefined, timeMs: undefined, object: undefined };
  return { ...nothing, devAddr: '', fCnt: 0, bytes, rssi: undefined, snr: undefined, battery: undefined };
}

/** In this process: whoever decodes a frame waits for it, and nothing else does. */
const runHere: RunCodec = async (path, input) => {
  const { loadQuickjs, runCodec } = await import('../codec/sandbox.ts');
  return runCodec(await loadQuickjs(), await readFile(path, 'utf8'), input);
};
