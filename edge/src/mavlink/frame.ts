/**
 * MAVLink 1 and 2 frames (mavlink.io, guide "Serialization"). Definitions of messages come from node-mavlink; the
 * framing is ours, because every frame that is refused needs a reason, and no frame may wait behind a false start mark for
 * longer than a second (docs/decisions/0003). Signatures are left to signing.ts.
 */
import { KarezError } from '@karez/model';
import { crcMavlink } from './crc.ts';
import { crcExtraOf, type MessageDefinition, messageById, readField } from './messages.ts';

export const MAGIC_1 = 0xfe;
export const MAGIC_2 = 0xfd;
export const SIGNED = 0x01;
export const SIGNATURE_BYTES = 13;
const MOST_PAYLOAD = 255;

type FieldValue = ReturnType<typeof readField>;

/** A frame whose checksum is right. Fields are read when they are asked for: most frames are for somebody else. */
export class MavlinkFrame {
  /** The whole frame as it came. */
  readonly bytes: Uint8Array;
  readonly version: 1 | 2;
  readonly sequence: number;
  readonly system: number;
  readonly component: number;
  readonly #message: MessageDefinition;
  #view: DataView;

  constructor(bytes: Uint8Array, message: MessageDefinition) {
    const isFirst = bytes[0] === MAGIC_1;
    const at = isFirst ? 2 : 4;
    this.bytes = bytes;
    this.version = isFirst ? 1 : 2;
    this.sequence = bytes[at] as number;
    this.system = bytes[at + 1] as number;
    this.component = bytes[at + 2] as number;
    this.#message = message;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset + (isFirst ? 6 : 10), bytes[1] as number);
  }

  /** As it stands in the frame. */
  get checksum(): number {
    const at = sumOffset(this.bytes, 0);
    return (this.bytes[at] as number) | ((this.bytes[at + 1] as number) << 8);
  }

  /** The thirteen bytes behind a signed frame. */
  get signature(): Uint8Array | undefined {
    return isSigned(this.bytes, 0) ? this.bytes.subarray(-SIGNATURE_BYTES) : undefined;
  }

  get id(): number {
    return this.#message.id;
  }

  get name(): string {
    return this.#message.name;
  }

  /** A field by its name in the definition: numbers, 64-bit ones as bigint, text, arrays; undefined where there is none. */
  field(name: string): FieldValue | undefined {
    const field = this.#message.fields.get(name);
    if (field === undefined) return undefined;
    // Zeros at the end are not sent.
    if (field.offset + field.bytes > this.#view.byteLength) this.#pad();
    return readField(this.#view, field);
  }

  /** All fields by name. */
  get fields(): Record<string, FieldValue> {
    const names = [...this.#message.fields.keys()];
    return Object.fromEntries(names.map((name) => [name, this.field(name) as FieldValue]));
  }

  #pad(): void {
    const { buffer, byteOffset, byteLength } = this.#view;
    const padded = new Uint8Array(MOST_PAYLOAD);
    padded.set(new Uint8Array(buffer, byteOffset, byteLength));
    this.#view = new DataView(padded.buffer);
  }
}

/** Bytes of the frame that starts at `at`, from its header; undefined while that is not there. */
export function frameLength(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] === MAGIC_1) return at + 2 > bytes.length ? undefined : 8 + (bytes[at + 1] as number);
  if (at + 3 > bytes.length) return undefined;
  return 12 + (bytes[at + 1] as number) + (isSigned(bytes, at) ? SIGNATURE_BYTES : 0);
}

/** Whether the frame that starts at `at` says that a signature follows it. */
export function isSigned(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === MAGIC_2 && ((bytes[at + 2] as number) & SIGNED) !== 0;
}

/** What a frame is worth: to be read, whole but for somebody else, not to be checked by anybody here, or damaged. */
export type Verdict = 'good' | 'other dialect' | 'unknown message' | 'bad flags' | 'bad checksum';

/** Judges the frame of `length` bytes at `at`, without taking anything into memory. */
export function judge(bytes: Uint8Array, at: number, length: number): Verdict {
  const isFirst = bytes[at] === MAGIC_1;
  if (!isFirst && ((bytes[at + 2] as number) & ~SIGNED) !== 0) return 'bad flags';
  const id = messageId(bytes, at);
  const extra = crcExtraOf(id);
  if (extra === undefined) return 'unknown message';
  const end = at + sumOffset(bytes, at);
  const found = (bytes[end] as number) | ((bytes[end + 1] as number) << 8);
  if (end + 2 > at + length || crcMavlink(bytes, at + 1, end, extra) !== found) return 'bad checksum';
  return messageById(id) === undefined ? 'other dialect' : 'good';
}

/** The number of the message of the frame that starts at `at`. */
export function messageId(bytes: Uint8Array, at: number): number {
  if (bytes[at] === MAGIC_1) return bytes[at + 5] as number;
  return (bytes[at + 7] as number) | ((bytes[at + 8] as number) << 8) | ((bytes[at + 9] as number) << 16);
}

/** Where the checksum stands in the frame. */
function sumOffset(bytes: Uint8Array, at: number): number {
  return (bytes[at] === MAGIC_1 ? 6 : 10) + (bytes[at + 1] as number);
}

/**
 * Reads one whole frame.
 * @throws KarezError FRAME_* with the reason; FRAME_UNEXPECTED for a message that the dialects here do not have.
 */
export function readFrame(bytes: Uint8Array): MavlinkFrame {
  if (bytes[0] !== MAGIC_1 && bytes[0] !== MAGIC_2)
    throw new KarezError('FRAME_MALFORMED', 'a frame starts with fe (version 1) or fd (version 2)', { where: 'start' });
  const length = frameLength(bytes, 0);
  if (length === undefined || bytes.length !== length) {
    const isShort = length === undefined || bytes.length < length;
    const asked = length === undefined ? '' : `; its header asks for ${length}`;
    throw new KarezError(isShort ? 'FRAME_TOO_SHORT' : 'FRAME_TOO_LONG', `${bytes.length} bytes${asked}`, {
      where: 'length',
    });
  }
  const verdict = judge(bytes, 0, length);
  if (verdict === 'good') return new MavlinkFrame(bytes, messageById(messageId(bytes, 0)) as MessageDefinition);
  throw refusal(verdict, bytes);
}

/** Why a frame that has its whole length is not read. */
export function refusal(verdict: Exclude<Verdict, 'good'>, bytes: Uint8Array): KarezError {
  const id = messageId(bytes, 0);
  switch (verdict) {
    case 'bad flags':
      return new KarezError('FRAME_MALFORMED', `incompatibility flags ${bytes[2]} are not known`, { where: 'flags' });
    case 'unknown message':
      return new KarezError('FRAME_UNEXPECTED', `message ${id} is in no dialect, so its checksum cannot be checked`, {
        where: 'message',
      });
    case 'other dialect':
      return new KarezError('FRAME_UNEXPECTED', `message ${id} is of a dialect that is not read here`, {
        where: 'message',
      });
    case 'bad checksum': {
      const end = sumOffset(bytes, 0);
      const hex = (n: number) => n.toString(16).padStart(4, '0');
      const found = (bytes[end] as number) | ((bytes[end + 1] as number) << 8);
      const expected = crcMavlink(bytes, 1, end, crcExtraOf(id) as number);
      const name = messageById(id)?.name ?? `message ${id}`;
      const at = bytes[0] === MAGIC_1 ? 2 : 4;
      const from = `sequence ${bytes[at]}, system ${bytes[at + 1]}, component ${bytes[at + 2]}`;
      return new KarezError('FRAME_CHECKSUM', `${name} (${from}): checksum ${hex(found)}, expected ${hex(expected)}`, {
        where: 'checksum',
      });
    }
  }
}
