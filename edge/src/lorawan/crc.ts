/** CRC-16/KERMIT: polynomial 0x1021 reflected, from 0 (SenseCAP S210x user guide, section 9; computed from its example packets). */
export function crcKermit(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return crc;
}
