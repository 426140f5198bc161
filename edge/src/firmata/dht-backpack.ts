/**
 * What the I2C backpack of johnny-five says of its DHT (firmwares/dht_i2c_nano_backpack.ino): it is told the pin that the DHT
 * is on and which DHT it is, and gives hundredths of a percent and of a degree, each with a sign, high byte first.
 */
import { KarezError } from '@karez/model';

export const DHT_BACKPACK = { pin: 2, dataBytes: 4, /** One of its rounds. */ measureMs: 2_000 } as const;

/** @throws KarezError FRAME_TOO_SHORT, FRAME_MALFORMED. NaN where the DHT says nothing: the backpack then gives zeros. */
export function readBackpack(bytes: Uint8Array): { temperature: number; humidity: number } {
  if (bytes.length !== DHT_BACKPACK.dataBytes)
    throw new KarezError('FRAME_TOO_SHORT', `${bytes.length} bytes of a backpack instead of ${DHT_BACKPACK.dataBytes}`);
  if (bytes.every((byte) => byte === 0xff))
    throw new KarezError('FRAME_MALFORMED', 'nothing but 255: is the backpack connected?');
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [humidity, temperature] = [at.getInt16(0), at.getInt16(2)];
  if (humidity === 0 && temperature === 0) return { temperature: Number.NaN, humidity: Number.NaN };
  return { temperature: temperature / 100, humidity: humidity / 100 };
}
