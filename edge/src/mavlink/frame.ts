/**
 * MAVLink 1 and 2 frames (mavlink.io, guide "Serialization"). Definitions of messages come from node-mavlink; the
 * framing is ours, because every frame that is refused needs a reason, and the search for the next good one must not lose a
 * byte more than the start mark (docs/decisions/0003).
 */
import { KarezError } from '@karez/model';
import {
  ardupilotmega,
  common,
  type MavLinkData,
  type MavLinkDataConstructor,
  MavLinkProtocolV2,
  minimal,
  x25crc,
} from 'node-mavlink';

export interface MavlinkFrame {
  version: 1 | 2;
  sequence: number;
  system: number;
  component: number;
  id: number;
  name: string;
  /** Fields by their names in the definition; 64-bit numbers as bigint. */
  fields: Record<string, unknown>;
}

const MESSAGES: Record<number, MavLinkDataConstructor<MavLinkData>> = {
  ...minimal.REGISTRY,
  ...common.REGISTRY,
  ...ardupilotmega.REGISTRY,
};
const protocol = new MavLinkProtocolV2();
const MAGIC_1 = 0xfe;
const MAGIC_2 = 0xfd;
const SIGNED = 0x01;

/** Bytes of the frame that starts at `at`; undefined while its header is not there. */
function frameLength(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] === MAGIC_1) return at + 2 > bytes.length ? undefined : 8 + (bytes[at + 1] as number);
  if (at + 3 > bytes.length) return undefined;
  return 12 + (bytes[at + 1] as number) + ((bytes[at + 2] as number) & SIGNED ? 13 : 0);
}

/** Reads one whole frame. Throws FRAME_* with the reason, FRAME_UNEXPECTED for a message that no dialect here has. */
export function readFrame(bytes: Uint8Array): MavlinkFrame {
  if (bytes[0] !== MAGIC_1 && bytes[0] !== MAGIC_2)
    throw new KarezError('FRAME_MALFORMED', 'a frame starts with fe (version 1) or fd (version 2)', { where: 'start' });
  const length = frameLength(bytes, 0);
  if (length === undefined || bytes.length < length)
    throw new KarezError(
      'FRAME_TOO_SHORT',
      `${bytes.length} bytes${length === undefined ? '' : `; its header asks for ${length}`}`,
      { where: 'length' },
    );
  if (bytes.length > length)
    throw new KarezError('FRAME_TOO_LONG', `${bytes.length} bytes; its header asks for ${length}`, { where: 'length' });
  const version = bytes[0] === MAGIC_1 ? 1 : 2;
  const header = version === 1 ? 6 : 10;
  const size = bytes[1] as number;
  if (version === 2 && ((bytes[2] as number) & ~SIGNED) !== 0)
    throw new KarezError('FRAME_MALFORMED', `incompatibility flags ${bytes[2]} are not known`, { where: 'flags' });
  const id =
    version === 1
      ? (bytes[5] as number)
      : (bytes[7] as number) | ((bytes[8] as number) << 8) | ((bytes[9] as number) << 16);
  const message = MESSAGES[id];
  if (message === undefined)
    throw new KarezError('FRAME_UNEXPECTED', `message ${id} is not known here, so its checksum cannot be checked`, {
      where: 'message',
    });
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, header + size + 2);
  const expected = x25crc(buffer, 1, 2, message.MAGIC_NUMBER);
  const found = buffer.readUInt16LE(header + size);
  if (expected !== found) {
    const hex = (n: number) => n.toString(16).padStart(4, '0');
    throw new KarezError('FRAME_CHECKSUM', `${message.MSG_NAME}: checksum ${hex(found)}, expected ${hex(expected)}`, {
      where: 'checksum',
    });
  }
  const data = protocol.data(Buffer.from(buffer.subarray(header, header + size)), message) as unknown as Record<
    string,
    unknown
  >;
  const fields = Object.fromEntries(message.FIELDS.map((field) => [field.source, data[field.name]]));
  const at = version === 1 ? 2 : 4;
  return {
    version,
    sequence: bytes[at] as number,
    system: bytes[at + 1] as number,
    component: bytes[at + 2] as number,
    id,
    name: message.MSG_NAME,
    fields,
  };
}

/** Finds frames in a stream. A frame that is refused gives up its start mark only; messages of other dialects are skipped whole. */
export class FrameFinder {
  #buffer = new Uint8Array(0);
  readonly #frame: (frame: MavlinkFrame) => void;
  readonly #bad: (error: KarezError, bytes: Uint8Array) => void;

  constructor(frame: (frame: MavlinkFrame) => void, bad: (error: KarezError, bytes: Uint8Array) => void) {
    this.#frame = frame;
    this.#bad = bad;
  }

  push(chunk: Uint8Array): void {
    let bytes = new Uint8Array(this.#buffer.length + chunk.length);
    bytes.set(this.#buffer);
    bytes.set(chunk, this.#buffer.length);
    let at = 0;
    for (; at < bytes.length; ) {
      if (bytes[at] !== MAGIC_1 && bytes[at] !== MAGIC_2) {
        at++;
        continue;
      }
      const length = frameLength(bytes, at);
      if (length === undefined || at + length > bytes.length) break;
      const candidate = bytes.slice(at, at + length);
      try {
        this.#frame(readFrame(candidate));
        at += length;
      } catch (error) {
        if (!(error instanceof KarezError)) throw error;
        // A message of another dialect is most likely whole when another frame, or nothing, follows it.
        const follows = bytes[at + length];
        const isForeign =
          error.code === 'FRAME_UNEXPECTED' && (follows === undefined || follows === MAGIC_1 || follows === MAGIC_2);
        if (!isForeign) this.#bad(error, candidate);
        at += isForeign ? length : 1;
      }
    }
    bytes = bytes.slice(at);
    this.#buffer = bytes;
  }
}
