/** CRC-16/Modbus (MODBUS over Serial Line V1.02, section 6.2.2): polynomial 0xA001 reflected, start 0xFFFF, low byte first. */
export function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffff;
  for (let i = from; i < to; i++) {
    crc ^= bytes[i] as number;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}
