/** A test's own way to a simulated Davis console and its archive, by the maker's reference (v2.6.1, sections IX.7, X.4, XI and XII). */
import type { VirtualGateway } from './virtual-gateway.ts';

/** Every record of the console's memory, read by hand: DMP, then a page for each ACK. */
export function dump(gateway: VirtualGateway): DataView[] {
  const records: DataView[] = [];
  gateway.onBytes = (_, bytes) => {
    for (let i = 0; bytes.length === 267 && i < 5; i++)
      records.push(new DataView(bytes.slice(1 + i * 52, 53 + i * 52).buffer));
  };
  gateway.farm.command({ fault: 'none', device: 'mast' });
  gateway.farm.take(0, new TextEncoder().encode('\n'));
  gateway.farm.take(0, new TextEncoder().encode('DMP\n'));
  for (let before = -1; before < records.length; ) {
    before = records.length;
    gateway.farm.take(0, Uint8Array.of(6));
  }
  gateway.onBytes = () => {};
  return records.filter((r) => r.getUint16(0, true) !== 0xffff);
}

/** The local time of a record, as if it were UTC. */
export function localOf(record: DataView): number {
  const [date, time] = [record.getUint16(0, true), record.getUint16(2, true)];
  return Date.UTC(2000 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, Math.floor(time / 100), time % 100);
}

const round = (value: number, decimals: number) => Math.round(value * 10 ** decimals) / 10 ** decimals;

/** What the journal must hold of a record, without the totals of the day. */
export function valuesOf(r: DataView): Record<string, number> {
  const celsius = (at: number) => round(((r.getInt16(at, true) / 10 - 32) * 5) / 9, 2);
  const point = r.getUint8(27);
  return {
    'air.pressure': round((r.getUint16(14, true) / 1000) * 33.8638866667, 2),
    'air.temperature': celsius(4),
    'air.humidity': r.getUint8(23),
    'wind.speed': round(r.getUint8(24) * 0.44704, 2),
    'wind.speed-average': round(r.getUint8(24) * 0.44704, 2),
    'wind.gust': round(r.getUint8(25) * 0.44704, 2),
    'wind.direction': point === 255 ? Number.NaN : point === 0 ? 360 : point * 22.5,
    'rain.rate': round(r.getUint16(12, true) * 0.254, 3),
    'solar.uv-index': r.getUint8(28) / 10,
    'solar.radiation': r.getUint16(16, true),
    'indoor.temperature': celsius(20),
    'indoor.humidity': r.getUint8(22),
  };
}

/** Sets the console's clock by hand, to a local time given as if it were UTC. */
export function setTime(gateway: VirtualGateway, localMs: number): void {
  const at = new Date(localMs);
  const bytes = [
    ...[at.getUTCSeconds(), at.getUTCMinutes(), at.getUTCHours()],
    ...[at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCFullYear() - 1900],
  ];
  gateway.farm.take(0, new TextEncoder().encode('\n'));
  gateway.farm.take(0, new TextEncoder().encode('SETTIME\n'));
  gateway.farm.take(0, Uint8Array.from([...bytes, ...crc(bytes)]));
}

/** CRC-CCITT, bit by bit, the high byte first. */
function crc(bytes: number[]): number[] {
  let c = 0;
  for (const byte of bytes) {
    c ^= byte << 8;
    for (let i = 0; i < 8; i++) c = c & 0x8000 ? ((c << 1) ^ 0x1021) & 0xffff : c << 1;
  }
  return [c >> 8, c & 255];
}
