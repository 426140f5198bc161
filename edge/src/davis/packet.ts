/**
 * LOOP and LOOP2 packets of Davis Vantage consoles (Vantage Serial Communication Reference Manual v2.6.1, sections X.1,
 * X.2 and XII): 99 bytes, "LOO" in front, packet type in byte 4, LF CR in bytes 95 and 96, CRC-CCITT over all gives 0.
 */
import { type DavisProfile, KarezError, scaleRaw } from '@karez/model';

export const PACKET_BYTES = 99;
export type PacketKind = 'LOOP' | 'LOOP2';

/** CRC-CCITT: polynomial 0x1021, start 0, most significant bit first (section XII). */
export function crcCcitt(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) {
    crc ^= (bytes[i] as number) << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/** Which packet it is. Throws FRAME_TOO_SHORT, FRAME_TOO_LONG, FRAME_MALFORMED, FRAME_CHECKSUM. */
export function packetKind(bytes: Uint8Array): PacketKind {
  if (bytes.length < PACKET_BYTES)
    throw new KarezError('FRAME_TOO_SHORT', `${bytes.length} bytes; a packet has ${PACKET_BYTES}`, { where: 'length' });
  if (bytes.length > PACKET_BYTES)
    throw new KarezError('FRAME_TOO_LONG', `${bytes.length} bytes; a packet has ${PACKET_BYTES}`, { where: 'length' });
  if (bytes[0] !== 0x4c || bytes[1] !== 0x4f || bytes[2] !== 0x4f)
    throw new KarezError('FRAME_MALFORMED', 'a packet starts with LOO (4c4f4f)', { where: 'start' });
  const crc = crcCcitt(bytes, 0, PACKET_BYTES);
  if (crc !== 0) {
    const hex = (n: number) => n.toString(16).padStart(4, '0');
    const found = ((bytes[97] as number) << 8) | (bytes[98] as number);
    throw new KarezError('FRAME_CHECKSUM', `CRC ${hex(found)}, expected ${hex(crcCcitt(bytes, 0, 97))}`, {
      where: 'crc',
    });
  }
  const type = bytes[4];
  if (type === 0) return 'LOOP';
  if (type === 1) return 'LOOP2';
  throw new KarezError('FRAME_MALFORMED', `packet type ${type}; LOOP is 0, LOOP2 is 1`, { where: 'type' });
}

/** Positions of a profile's channels that a packet carries, and their values. */
export function packetValues(
  profile: DavisProfile,
  kind: PacketKind,
  bytes: Uint8Array,
): { channels: number[]; values: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels: number[] = [];
  const values: number[] = [];
  for (const [position, channel] of profile.channels.entries()) {
    if (channel.packet !== kind && channel.packet !== 'both') continue;
    const read = {
      uint8: () => view.getUint8(channel.byte),
      int8: () => view.getInt8(channel.byte),
      uint16: () => view.getUint16(channel.byte, true),
      int16: () => view.getInt16(channel.byte, true),
    };
    channels.push(position);
    values.push(scaleRaw(read[channel.type](), channel));
  }
  return { channels, values };
}

/**
 * Finds packets in a stream: whatever stands before "LOO" is skipped, a packet with a wrong checksum is told and only its
 * first byte given up, so that the good one that starts inside it is found.
 */
export class PacketFinder {
  #buffer = new Uint8Array(0);
  readonly #packet: (kind: PacketKind, bytes: Uint8Array) => void;
  readonly #bad: (error: unknown, bytes: Uint8Array) => void;

  constructor(packet: (kind: PacketKind, bytes: Uint8Array) => void, bad: (error: unknown, bytes: Uint8Array) => void) {
    this.#packet = packet;
    this.#bad = bad;
  }

  push(chunk: Uint8Array): void {
    let bytes = new Uint8Array(this.#buffer.length + chunk.length);
    bytes.set(this.#buffer);
    bytes.set(chunk, this.#buffer.length);
    for (;;) {
      const start = startOfPacket(bytes);
      bytes = bytes.subarray(start);
      if (bytes.length < PACKET_BYTES) break;
      const candidate = bytes.slice(0, PACKET_BYTES);
      try {
        this.#packet(packetKind(candidate), candidate);
        bytes = bytes.subarray(PACKET_BYTES);
      } catch (error) {
        this.#bad(error, candidate);
        bytes = bytes.subarray(1);
      }
    }
    this.#buffer = bytes.slice();
  }

  reset(): void {
    this.#buffer = new Uint8Array(0);
  }
}

/** Where "LOO", or the beginning of it at the end of the bytes, stands. */
function startOfPacket(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0x4c) continue;
    if ((at + 1 >= bytes.length || bytes[at + 1] === 0x4f) && (at + 2 >= bytes.length || bytes[at + 2] === 0x4f))
      return at;
  }
  return bytes.length;
}
