/**
 * MAVLink 2 frames of a sprayer drone (mavlink.io: guide "Serialization", message set common). Fields stand in wire
 * order, largest first; zero bytes at the end of a payload are left out; the checksum is CRC-16/MCRF4XX over all but the
 * start mark, with the message's CRC_EXTRA behind it.
 */

/** Message id, CRC_EXTRA and bytes of the payload. */
export const MAVLINK_MESSAGES = {
  HEARTBEAT: [0, 50, 9],
  GPS_RAW_INT: [24, 24, 30],
  GLOBAL_POSITION_INT: [33, 104, 28],
  SERVO_OUTPUT_RAW: [36, 222, 37],
  VFR_HUD: [74, 20, 20],
  BATTERY_STATUS: [147, 154, 36],
  NAMED_VALUE_FLOAT: [251, 170, 18],
  FUEL_STATUS: [371, 10, 26],
} as const satisfies Record<string, readonly [id: number, crcExtra: number, bytes: number]>;

export type MavlinkMessageName = keyof typeof MAVLINK_MESSAGES;

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

/** Frames with rising sequence numbers from one system. */
export class MavlinkSender {
  #sequence = 0;
  readonly #system: number;
  readonly #component: number;

  constructor(system: number, component: number) {
    this.#system = system;
    this.#component = component;
  }

  /** A frame of `name` with the payload that `fill` writes. */
  frame(name: MavlinkMessageName, fill: (payload: Payload) => Payload): Uint8Array {
    const [id, crcExtra, bytes] = MAVLINK_MESSAGES[name];
    const { view } = fill(new Payload(bytes));
    const payload = new Uint8Array(view.buffer);
    let length = payload.length;
    while (length > 1 && payload[length - 1] === 0) length--;
    const header = [
      length,
      0,
      0,
      this.#sequence,
      this.#system,
      this.#component,
      id & 0xff,
      (id >>> 8) & 0xff,
      id >>> 16,
    ];
    this.#sequence = (this.#sequence + 1) & 0xff;
    const body = [...header, ...payload.subarray(0, length)];
    const crc = x25([...body, crcExtra]);
    return Uint8Array.from([0xfd, ...body, crc & 0xff, crc >>> 8]);
  }
}

/** A frame of this file as another system would send it. */
export function asFrom(frame: Uint8Array, system: number): Uint8Array {
  const body = [...frame.subarray(1, -2)];
  body[4] = system;
  const id = (frame[7] as number) | ((frame[8] as number) << 8) | ((frame[9] as number) << 16);
  const [, crcExtra] = Object.values(MAVLINK_MESSAGES).find(
    ([own]) => own === id,
  ) as (typeof MAVLINK_MESSAGES)[MavlinkMessageName];
  const crc = x25([...body, crcExtra]);
  return Uint8Array.from([0xfd, ...body, crc & 0xff, crc >>> 8]);
}
