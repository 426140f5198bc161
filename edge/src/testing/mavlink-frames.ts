/** Frames as node-mavlink writes them: another hand than the one that reads them here. */
import {
  ardupilotmega,
  common,
  type MavLinkData,
  MavLinkPacketSignature,
  MavLinkProtocolV1,
  MavLinkProtocolV2,
  minimal,
} from 'node-mavlink';

const REGISTRY = { ...minimal.REGISTRY, ...common.REGISTRY, ...ardupilotmega.REGISTRY };

export interface FrameOptions {
  version?: 1 | 2;
  sequence?: number;
  system?: number;
  component?: number;
  /** Signs it with the SHA-256 of this, as MAVLink 2 may. */
  key?: string;
  /** UTC milliseconds of the signature's time. */
  signedMs?: number;
  link?: number;
}

/** A frame of `message` with `fields` by their names in the definition; others are zero. */
export function mavlinkFrame(message: string, fields: Record<string, unknown>, options: FrameOptions = {}): Uint8Array {
  const { version = 2, sequence = 0, system = 1, component = 1, key } = options;
  const { link = 1, signedMs = Date.UTC(2026, 0, 1) } = options;
  const definition = Object.values(REGISTRY).find((m) => m.MSG_NAME === message);
  if (definition === undefined) throw new Error(`no message ${message}`);
  const data = new definition() as MavLinkData & Record<string, unknown>;
  for (const field of definition.FIELDS) {
    const zero = field.type.startsWith('char') ? '' : /int64/.test(field.type) ? 0n : field.length > 0 ? [] : 0;
    data[field.name] = fields[field.source] ?? zero;
  }
  if (version === 1) return Uint8Array.from(new MavLinkProtocolV1(system, component).serialize(data, sequence));
  const flags = key === undefined ? 0 : MavLinkProtocolV2.IFLAG_SIGNED;
  const protocol = new MavLinkProtocolV2(system, component, flags);
  const frame = protocol.serialize(data, sequence);
  return Uint8Array.from(
    key === undefined ? frame : protocol.sign(frame, link, MavLinkPacketSignature.key(key), signedMs),
  );
}
