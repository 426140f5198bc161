/**
 * The CRC of SDI-12 (v1.4, sections 4.4.12.1 and 4.4.12.2): polynomial 0xA001 reflected, start 0, over everything from the
 * address on; sent as three characters that can be printed, high bits first.
 */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

export const CRC_LENGTH = 3;

/** The three characters for `text` from `from` up to, not including, `to`. */
export function crcOf(text: string, from = 0, to = text.length): string {
  let crc = 0;
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ text.charCodeAt(i)) & 0xff] as number);
  return String.fromCharCode(0x40 | (crc >> 12), 0x40 | ((crc >> 6) & 0x3f), 0x40 | (crc & 0x3f));
}
