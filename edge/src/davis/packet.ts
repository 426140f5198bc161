/**
 * LOOP and LOOP2 packets of Davis Vantage consoles (Vantage Serial Communication Reference Manual v2.6.1, sections X.1,
 * X.2 and XII): 99 bytes, "LOO" in front, packet type in byte 4, LF CR in bytes 95 and 96, CRC-CCITT over all gives 0.
 */
import { type DavisProfile, KarezError, scaleRaw } from '@karez/model';
import { crcCcitt } from './crc.ts';

export const PACKET_BYTES = 99;
export type PacketKind = 'LOOP' | 'LOOP2';

/** What one tip of the usual rain collector holds, in mm: a hundredth of an inch. */
export const USUAL_CLICK_MM = 0.254;

/** Which packet it is. Throws FRAME_TOO_SHORT, FRAME_TOO_LONG, FRAME_MALFORMED, FRAME_CHECKSUM. */
export function packetKind(bytes: Uint8Array): PacketKind {
  if (bytes[0] !== 0x4c || bytes[1] !== 0x4f || bytes[2] !== 0x4f)
    throw new KarezError('FRAME_MALFORMED', 'a packet starts with LOO (4c4f4f)', { where: 'start' });
  if (bytes.length !== PACKET_BYTES) {
    const code = bytes.length < PACKET_BYTES ? 'FRAME_TOO_SHORT' : 'FRAME_TOO_LONG';
    throw new KarezError(code, `${bytes.length} bytes; a packet has ${PACKET_BYTES}`, { where: 'length' });
  }
  if (crcCcitt(bytes, 0, PACKET_BYTES) !== 0) {
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

type Channel = DavisProfile['channels'][number];
type Fields = { position: number; field: Channel }[];

/** A LOOP packet between LOOP2 packets leaves to these what they resolve finer. */
type Source = PacketKind | 'LOOP beside LOOP2';

/** What each kind of packet carries, for each profile once. */
const fields = new WeakMap<DavisProfile, Record<Source, Fields>>();

function fieldsOf(profile: DavisProfile, source: Source): Fields {
  let known = fields.get(profile);
  if (known === undefined) {
    const all = profile.channels.map((field, position) => ({ position, field }));
    const of = (packet: PacketKind) => all.filter(({ field }) => field.packet === packet || field.packet === 'both');
    const inLoop2 = of('LOOP2').map(({ position, field }) => ({ position, field: { ...field, ...field.inLoop2 } }));
    const coarse = of('LOOP').filter(({ field }) => field.inLoop2 === undefined);
    known = { LOOP: of('LOOP'), LOOP2: inLoop2, 'LOOP beside LOOP2': coarse };
    fields.set(profile, known);
  }
  return known[source];
}

/**
 * Positions of a profile's channels that a packet carries, and their values.
 * @param clickMm what one tip of the console's rain collector holds.
 */
export function packetValues(
  profile: DavisProfile,
  source: Source,
  bytes: Uint8Array,
  clickMm = USUAL_CLICK_MM,
): { channels: number[]; values: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels: number[] = [];
  const values: number[] = [];
  for (const { position, field } of fieldsOf(profile, source)) {
    const raw = readField(view, field);
    channels.push(position);
    values.push(scaleRaw(raw, field.clicks === true ? { ...field, multiply: (field.multiply ?? 1) * clickMm } : field));
  }
  return { channels, values };
}

export function readField(
  view: DataView,
  { byte, type }: Pick<DavisProfile['channels'][number], 'byte' | 'type'>,
): number {
  switch (type) {
    case 'uint8':
      return view.getUint8(byte);
    case 'int8':
      return view.getInt8(byte);
    case 'uint16':
      return view.getUint16(byte, true);
    case 'int16':
      return view.getInt16(byte, true);
  }
}

/**
 * Finds packets in a stream. What stands before "LOO" is skipped; a packet that is refused gives up its first byte only,
 * so that the good one that begins inside it (a byte was lost) is found. Holds less than one packet's bytes.
 */
export class PacketFinder {
  #held = new Uint8Array(0);
  /** Up to there in the held bytes, what looks like a packet is the content of one that was refused. */
  #quietTo = 0;
  readonly #packet: (kind: PacketKind, bytes: Uint8Array) => void;
  readonly #bad: (error: KarezError, bytes: Uint8Array) => void;

  constructor(
    packet: (kind: PacketKind, bytes: Uint8Array) => void,
    bad: (error: KarezError, bytes: Uint8Array) => void,
  ) {
    this.#packet = packet;
    this.#bad = bad;
  }

  /** Bytes that may be the beginning of a packet. */
  get waiting(): number {
    return this.#held.length;
  }

  push(chunk: Uint8Array): void {
    const bytes = this.#held.length === 0 ? chunk : joined(this.#held, chunk);
    let at = startOfPacket(bytes, 0);
    try {
      while (at + PACKET_BYTES <= bytes.length) {
        const start = at;
        const isSound = crcCcitt(bytes, start, start + PACKET_BYTES) === 0;
        at = startOfPacket(bytes, start + (isSound ? PACKET_BYTES : 1));
        if (isSound || start >= this.#quietTo) this.#tell(bytes.slice(start, start + PACKET_BYTES), start);
      }
    } finally {
      this.#held = bytes.slice(at);
      this.#quietTo = Math.max(0, this.#quietTo - at);
    }
  }

  #tell(packet: Uint8Array, start: number): void {
    const kind = judge(packet);
    if (kind instanceof KarezError) {
      this.#quietTo = start + PACKET_BYTES - MOST_LOST;
      this.#bad(kind, packet);
    } else this.#packet(kind, packet);
  }

  reset(): void {
    this.#held = new Uint8Array(0);
    this.#quietTo = 0;
  }
}

/** Bytes that a packet may have lost for the next one, which then begins early, to be told when it is damaged too. */
const MOST_LOST = 16;

function judge(bytes: Uint8Array): PacketKind | KarezError {
  try {
    return packetKind(bytes);
  } catch (error) {
    if (error instanceof KarezError) return error;
    throw error;
  }
}

function joined(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(held.length + chunk.length);
  bytes.set(held);
  bytes.set(chunk, held.length);
  return bytes;
}

/** Where the next "LOO", or the beginning of one at the end of the bytes, stands. */
function startOfPacket(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] !== 0x4c) continue;
    if ((at + 1 >= bytes.length || bytes[at + 1] === 0x4f) && (at + 2 >= bytes.length || bytes[at + 2] === 0x4f))
      return at;
  }
  return bytes.length;
}
