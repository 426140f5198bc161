/** What recorded bytes say, by a profile: for `karez decode`, for trying a device, for tests of the profiles. */
import type { Profile, Protocol } from '@karez/model';
import type { DecodedFrame } from './decoded-frame.ts';

type ProfileFor<P extends Protocol> = Extract<Profile, { protocol: P }>;
type Decoder<P extends Protocol> = (profile: ProfileFor<P>, text: string) => DecodedFrame | Promise<DecodedFrame>;

/** One decoder a protocol, loaded where it is used: some bring large tables. */
const DECODERS: { [P in Protocol]: () => Promise<Decoder<P>> } = {
  modbus: async () => (await import('../modbus/decode-frame.ts')).decodeModbus,
  davis: async () => (await import('../davis/decode-frame.ts')).decodeDavis,
  mavlink: async () => (await import('../mavlink/decode-frame.ts')).decodeMavlink,
  nmea: async () => (await import('../nmea/decode-frame.ts')).decodeNmea,
  lorawan: async () => (await import('../lorawan/decode-frame.ts')).decodeLorawan,
  sparkplug: async () => (await import('../sparkplug/decode-frame.ts')).decodeSparkplug,
  'mqtt-json': async () => (await import('../mqtt/decode-json.ts')).decodeJson,
  sdi12: async () => (await import('../sdi12/decode-frame.ts')).decodeSdi12,
  firmata: async () => (await import('../firmata/decode-frame.ts')).decodeFirmata,
};

/**
 * Decodes one frame given as hexadecimal digits (JSON devices also as plain JSON text).
 * @throws KarezError with the reason: FRAME_*, DEVICE_EXCEPTION, PAYLOAD_INVALID.
 */
export async function decodeFrame(profile: Profile, text: string): Promise<DecodedFrame> {
  const decode = (await DECODERS[profile.protocol]()) as (
    profile: Profile,
    text: string,
  ) => DecodedFrame | Promise<DecodedFrame>;
  return decode(profile, text);
}
