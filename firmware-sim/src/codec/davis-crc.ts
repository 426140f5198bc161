/** CRC-CCITT with start 0, by table; the sender puts the high byte first (Davis reference v2.6.1, section XII). */
const TABLE = Uint16Array.from({ length: 256 }, (_, n) => {
  let c = n << 8;
  for (let k = 0; k < 8; k++) c = c & 0x8000 ? (c << 1) ^ 0x1021 : c << 1;
  return c;
});

export function davisCrc(bytes: Uint8Array): number {
  return bytes.reduce((crc, byte) => ((crc << 8) & 0xffff) ^ (TABLE[(crc >>> 8) ^ byte] as number), 0);
}

/** Bytes with their CRC behind them. */
export function davisSealed(bytes: ArrayLike<number>): number[] {
  const plain = Uint8Array.from(bytes);
  const crc = davisCrc(plain);
  return [...plain, crc >>> 8, crc & 255];
}
