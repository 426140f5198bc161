/** A recorded MAVLink frame, or an entry of a telemetry log, for `karez decode`. */
import type { MavlinkProfile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { flightMode } from './flight-modes.ts';
import { type MavlinkFrame, readFrame } from './frame.ts';
import { placed } from './profile-places.ts';
import { frameValues } from './values.ts';

/** @throws KarezError FRAME_*. */
export function decodeMavlink(profile: MavlinkProfile, text: string): DecodedFrame {
  const entry = logEntry(fromHex(text));
  const frame = readFrame(entry.frame);
  const { channels, values } = frameValues(placed(profile, undefined), frame);
  const { version, sequence, system, component, name, fields } = frame;
  const plain = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'bigint' ? plainNumber(value) : value]),
  );
  return {
    profile: profile.id,
    kind: name,
    values: byChannel(profile, channels, values),
    details: {
      ...entry.details,
      version,
      sequence,
      system,
      component,
      ...signatureOf(frame),
      ...modeOf(frame),
      ...plain,
    },
  };
}

/** Whether it is signed can be seen, by whom only with the key. */
function signatureOf({ signature }: MavlinkFrame): { signedOnLink?: number } {
  return signature === undefined ? {} : { signedOnLink: signature[0] as number };
}

function modeOf(frame: MavlinkFrame): { mode?: string } {
  const mode = frame.name === 'HEARTBEAT' ? flightMode(frame)?.name : undefined;
  return mode === undefined ? {} : { mode };
}

/** JSON has no integers of 64 bits. */
function plainNumber(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

/** An entry of a telemetry log has the time in front: microseconds, eight bytes, the highest first. */
function logEntry(bytes: Uint8Array): { frame: Uint8Array; details: { loggedMs?: number } } {
  const isFrame = bytes[0] === 0xfe || bytes[0] === 0xfd;
  if (isFrame || bytes.length < 16 || (bytes[8] !== 0xfe && bytes[8] !== 0xfd)) return { frame: bytes, details: {} };
  const micros = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  return { frame: bytes.subarray(8), details: { loggedMs: Number(micros) / 1000 } };
}
