/** Writes the few frames that a gateway ever sends: its heartbeat, and what asks for messages at a pace. */
import { crcMavlink } from './crc.ts';
import { MAGIC_1, MAGIC_2, SIGNED } from './frame.ts';
import { type MessageDefinition, messageByName } from './messages.ts';
import type { Signatures } from './signing.ts';

const WRITE: Record<string, ((view: DataView, at: number, value: number) => void) | undefined> = {
  uint8_t: (view, at, value) => view.setUint8(at, value),
  uint8_t_mavlink_version: (view, at, value) => view.setUint8(at, value),
  uint16_t: (view, at, value) => view.setUint16(at, value, true),
  uint32_t: (view, at, value) => view.setUint32(at, value, true),
  float: (view, at, value) => view.setFloat32(at, value, true),
};

/** MAV_COMP_ID_ONBOARD_COMPUTER. */
const COMPONENT = 191;
/** Not that of a ground station (255), whose silence autopilots take for the loss of their link. */
export const OWN_SYSTEM = 254;
/** Names this end in signatures. */
const LINK = 191;

export class FrameWriter {
  #sequence = 0;

  /** A frame of `name` with the given fields, others zero. Signed where there is something to sign with; only version 2 is. */
  frame(name: string, fields: Record<string, number>, version: 1 | 2, signatures?: Signatures): Uint8Array {
    const definition = messageByName(name) as MessageDefinition;
    const payload = payloadOf(definition, fields, version);
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xff;
    const { id } = definition;
    const isSigned = signatures !== undefined && version === 2;
    const head =
      version === 1
        ? [MAGIC_1, payload.length, sequence, OWN_SYSTEM, COMPONENT, id]
        : [
            MAGIC_2,
            payload.length,
            isSigned ? SIGNED : 0,
            0,
            sequence,
            OWN_SYSTEM,
            COMPONENT,
            id & 255,
            (id >> 8) & 255,
            id >> 16,
          ];
    const bytes = Uint8Array.from([...head, ...payload, 0, 0]);
    const sum = crcMavlink(bytes, 1, bytes.length - 2, definition.crcExtra);
    bytes.set([sum & 0xff, sum >> 8], bytes.length - 2);
    return isSigned ? Uint8Array.from([...bytes, ...signatures.sign(bytes, LINK)]) : bytes;
  }
}

function payloadOf({ fields }: MessageDefinition, values: Record<string, number>, version: 1 | 2): Uint8Array {
  const whole = new Uint8Array(255);
  const view = new DataView(whole.buffer);
  let length = 0;
  for (const { name, type, offset, bytes } of fields.values()) {
    length = Math.max(length, offset + bytes);
    if (values[name] !== undefined) WRITE[type]?.(view, offset, values[name]);
  }
  // Version 2 leaves out zeros at the end, but never the first byte.
  if (version === 2) while (length > 1 && whole[length - 1] === 0) length--;
  return whole.subarray(0, length);
}
