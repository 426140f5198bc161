/** CRC-16/MCRF4XX of MAVLink (mavlink.io, guide "Serialization", Checksum): polynomial 0x1021 reflected, start 0xFFFF. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  return crc;
});

/** Over the bytes from `from` up to, not including, `to`, and then the message's CRC_EXTRA. */
export function crcMavlink(bytes: Uint8Array, from: number, to: number, extra: number): number {
  let crc = 0xffff;
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return (crc >>> 8) ^ (TABLE[(crc ^ extra) & 0xff] as number);
}
