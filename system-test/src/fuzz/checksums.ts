/**
 * Checksums bit by bit from their definitions, for readers that must not share a table or a line with the code under test.
 * Parameters as in the catalogue of parametrised CRC algorithms (reveng.sourceforge.io/crc-catalogue).
 */

/** A reflected CRC of 16 bits. `poly` is reflected. */
function reflected16(poly: number, start: number, bytes: Iterable<number>): number {
  let crc = start;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ poly : crc >>> 1;
  }
  return crc;
}

/** CRC-16/MODBUS: 0x8005 reflected, start 0xFFFF. Low byte first on the wire. */
export const modbusSum = (bytes: Iterable<number>): number => reflected16(0xa001, 0xffff, bytes);

/** CRC-16/MCRF4XX: 0x1021 reflected, start 0xFFFF. Low byte first on the wire. */
export const mavlinkSum = (bytes: Iterable<number>): number => reflected16(0x8408, 0xffff, bytes);

/** CRC-16/XMODEM: 0x1021, start 0. High byte first on the wire. */
export function davisSum(bytes: Iterable<number>): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}

/** CRC of SDI-12 (v1.4, section 4.4.12): 0x8005 reflected, start 0; as three characters, high bits first. */
export function sdi12Sum(bytes: Iterable<number>): string {
  const crc = reflected16(0xa001, 0, bytes);
  return String.fromCharCode(0x40 + (crc >> 12), 0x40 + ((crc >> 6) & 63), 0x40 + (crc & 63));
}

/** CRC-16/KERMIT: 0x1021 reflected, start 0. Low byte first in SenseCAP's frames. */
export const kermitSum = (bytes: Iterable<number>): number => reflected16(0x8408, 0, bytes);

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
