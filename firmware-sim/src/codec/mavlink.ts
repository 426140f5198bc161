/**
 * MAVLink frames of a sprayer drone, versions 1 and 2 (mavlink.io: guides "Serialization" and "Message Signing", message
 * sets common and ardupilotmega). Fields stand in wire order, largest first, extensions behind them; version 2 leaves out
 * zero bytes at the end, version 1 the extensions and what has a number above 255; the checksum is CRC-16/MCRF4XX over all
 * but the start mark, with the message's CRC_EXTRA behind it.
 */
import { createHash } from 'node:crypto';

/** Message id, CRC_EXTRA, bytes of the payload, and of it without extensions. */
export const MAVLINK_MESSAGES = {
  HEARTBEAT: [0, 50, 9, 9],
  SYSTEM_TIME: [2, 137, 12, 12],
  GPS_RAW_INT: [24, 24, 52, 30],
  GLOBAL_POSITION_INT: [33, 104, 28, 28],
  SERVO_OUTPUT_RAW: [36, 222, 37, 21],
  MISSION_CURRENT: [42, 28, 18, 2],
  VFR_HUD: [74, 20, 20, 20],
  COMMAND_ACK: [77, 143, 10, 3],
  DISTANCE_SENSOR: [132, 85, 39, 14],
  TERRAIN_REPORT: [136, 1, 22, 22],
  ALTITUDE: [141, 47, 32, 32],
  BATTERY_STATUS: [147, 154, 54, 36],
  RANGEFINDER: [173, 83, 8, 8],
  RPM: [226, 207, 8, 8],
  NAMED_VALUE_FLOAT: [251, 170, 18, 18],
  ESC_STATUS: [291, 10, 57, 57],
  FUEL_STATUS: [371, 10, 26, 26],
  ESC_TELEMETRY_9_TO_12: [11032, 85, 44, 44],
} as const satisfies Record<string, readonly [id: number, crcExtra: number, bytes: number, baseBytes: number]>;

export type MavlinkMessageName = keyof typeof MAVLINK_MESSAGES;

const V1 = 0xfe;
const V2 = 0xfd;
const SIGNED = 1;

/** CRC-16/MCRF4XX: polynomial 0x1021 reflected, start 0xFFFF. */
export function x25(bytes: Iterable<number>): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    let t = (byte ^ crc) & 0xff;
    t = (t ^ (t << 4)) & 0xff;
    crc = ((crc >>> 8) ^ (t << 8) ^ (t << 3) ^ (t >>> 4)) & 0xffff;
  }
  return crc;
}

/** Writes fields one after another, little-endian. */
export class Payload {
  readonly view: DataView;
  #at = 0;
  constructor(bytes: number) {
    this.view = new DataView(new ArrayBuffer(bytes));
  }
  #move(bytes: number): number {
    this.#at += bytes;
    return this.#at - bytes;
  }
  u8(...values: number[]): this {
    for (const v of values) this.view.setUint8(this.#move(1), v & 0xff);
    return this;
  }
  u16(...values: number[]): this {
    for (const v of values) this.view.setUint16(this.#move(2), Math.round(v) & 0xffff, true);
    return this;
  }
  u32(...values: number[]): this {
    for (const v of values) this.view.setUint32(this.#move(4), Math.round(v) >>> 0, true);
    return this;
  }
  i32(...values: number[]): this {
    for (const v of values) this.view.setInt32(this.#move(4), Math.round(v), true);
    return this;
  }
  u64(value: number): this {
    this.view.setBigUint64(this.#move(8), BigInt(Math.round(value)), true);
    return this;
  }
  f32(...values: number[]): this {
    for (const v of values) this.view.setFloat32(this.#move(4), v, true);
    return this;
  }
  text(value: string, bytes: number): this {
    for (let i = 0; i < bytes; i++) this.view.setUint8(this.#move(1), value.charCodeAt(i) || 0);
    return this;
  }
}

export interface SenderOptions {
  version?: 1 | 2;
  /** Signs each frame with the SHA-256 of it; only version 2 can. */
  passphrase?: string;
  /** UTC milliseconds, for signatures. */
  nowMs?: () => number;
}

/** Frames with rising sequence numbers from one system. */
export class MavlinkSender {
  #sequence = 0;
  #signedAt = 0;
  readonly #system: number;
  readonly #component: number;
  readonly #version: 1 | 2;
  readonly #key: Uint8Array | undefined;
  readonly #nowMs: () => number;

  constructor(system: number, component: number, { version = 2, passphrase, nowMs = () => 0 }: SenderOptions = {}) {
    this.#system = system;
    this.#component = component;
    this.#version = version;
    this.#key = passphrase === undefined ? undefined : createHash('sha256').update(passphrase).digest();
    this.#nowMs = nowMs;
  }

  /** Whether its version has a number for this message. */
  can(name: MavlinkMessageName): boolean {
    return this.#version === 2 || MAVLINK_MESSAGES[name][0] < 256;
  }

  /** A frame of `name` with the payload that `fill` writes. */
  frame(name: MavlinkMessageName, fill: (payload: Payload) => Payload): Uint8Array {
    const [id, crcExtra, bytes, baseBytes] = MAVLINK_MESSAGES[name];
    const payload = new Uint8Array(fill(new Payload(bytes)).view.buffer);
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xff;
    if (this.#version === 1)
      return sealed(
        [V1, baseBytes, sequence, this.#system, this.#component, id, ...payload.subarray(0, baseBytes)],
        crcExtra,
      );
    let length = payload.length;
    while (length > 1 && payload[length - 1] === 0) length--;
    const flags = this.#key === undefined ? 0 : SIGNED;
    const head = [
      V2,
      length,
      flags,
      0,
      sequence,
      this.#system,
      this.#component,
      id & 0xff,
      (id >>> 8) & 0xff,
      id >>> 16,
    ];
    const frame = sealed([...head, ...payload.subarray(0, length)], crcExtra);
    return this.#key === undefined ? frame : this.#signed(frame, this.#key);
  }

  #signed(frame: Uint8Array, key: Uint8Array): Uint8Array {
    const tail = new Uint8Array(13);
    // Tens of microseconds since 2015, each later than the last.
    this.#signedAt = Math.max(this.#signedAt + 1, Math.round((this.#nowMs() - Date.UTC(2015, 0, 1)) * 100));
    const view = new DataView(tail.buffer);
    view.setUint32(1, this.#signedAt % 2 ** 32, true);
    view.setUint16(5, Math.floor(this.#signedAt / 2 ** 32), true);
    const hash = createHash('sha256').update(key).update(frame).update(tail.subarray(0, 7)).digest();
    tail.set(hash.subarray(0, 6), 7);
    return Uint8Array.from([...frame, ...tail]);
  }
}

/** A frame without its checksum, and the checksum behind it. */
function sealed(frame: number[], crcExtra: number): Uint8Array {
  const crc = x25([...frame.slice(1), crcExtra]);
  return Uint8Array.from([...frame, crc & 0xff, crc >>> 8]);
}

/** A frame of this file as another system would send it, unsigned. */
export function asFrom(frame: Uint8Array, system: number): Uint8Array {
  const isFirst = frame[0] === V1;
  const head = isFirst ? 6 : 10;
  const body = [...frame.subarray(0, head + (frame[1] as number))];
  body[isFirst ? 3 : 5] = system;
  if (!isFirst) body[2] = 0;
  return sealed(body, extraOf(frame));
}

/** The frame with a wrong checksum, which stands before the signature where there is one. */
export function spoiled(frame: Uint8Array): Uint8Array {
  const at = (frame[0] === V1 ? 6 : 10) + (frame[1] as number);
  return frame.map((byte, i) => (i === at ? byte ^ 0x5a : byte));
}

function extraOf(frame: Uint8Array): number {
  const at = frame[0] === V1 ? 5 : 7;
  const id =
    frame[0] === V1
      ? (frame[at] as number)
      : (frame[at] as number) | ((frame[at + 1] as number) << 8) | ((frame[at + 2] as number) << 16);
  const [, crcExtra] = Object.values(MAVLINK_MESSAGES).find(
    ([own]) => own === id,
  ) as (typeof MAVLINK_MESSAGES)[MavlinkMessageName];
  return crcExtra;
}
