/** What a packet says besides the channels, for a person who looks at one frame (reference v2.6.1, sections X.1 and X.2). */
import { roundTo } from '@karez/model';
import type { PacketKind } from './packet.ts';

const MPH = 0.44704;
/** Byte 3: other values mean that the console has too little history, or an old one that knows none. */
const TRENDS: Record<number, string> = {
  [-60]: 'falling rapidly',
  [-20]: 'falling slowly',
  0: 'steady',
  20: 'rising slowly',
  60: 'rising rapidly',
};

/** Times are the console's local ones; null where the console has no value. */
export function packetDetails(kind: PacketKind, bytes: Uint8Array): Record<string, string | number | null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const trend = { pressureTrend: TRENDS[view.getInt8(3)] ?? null };
  if (kind === 'LOOP') return { ...trend, sunrise: clockTime(view, 91), sunset: clockTime(view, 93) };
  const celsius = (byte: number) => {
    const f = view.getInt16(byte, true);
    return f === 255 || f === 32767 ? null : roundTo(((f - 32) * 5) / 9, 1);
  };
  const metresPerSecond = (byte: number) => {
    const tenths = view.getUint16(byte, true);
    return tenths >= 32767 ? null : roundTo((tenths * MPH) / 10, 2);
  };
  const gustFrom = view.getUint16(24, true);
  return {
    ...trend,
    windSpeed2MinMs: metresPerSecond(20),
    gustDirectionDeg: gustFrom >= 1 && gustFrom <= 360 ? gustFrom : null,
    heatIndexC: celsius(35),
    windChillC: celsius(37),
    thswIndexC: celsius(39),
  };
}

/** Hours and minutes as hour × 100 + minute. */
function clockTime(view: DataView, byte: number): string | null {
  const value = view.getUint16(byte, true);
  const hour = Math.floor(value / 100);
  const minute = value % 100;
  if (hour > 23 || minute > 59) return null;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}
