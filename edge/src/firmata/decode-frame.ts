/**
 * Recorded bytes of what hangs on a board, for `karez decode`: an analog message; a BME280's registers 0x88 to 0x9F, 0xA1, 0xE1
 * to 0xE7 and 0xF7 to 0xFE; four bytes of a DHT's backpack; digital messages of one port, whose falling edges are tips.
 */
import { type FirmataProfile, type FirmataReading, KarezError, scaleRaw } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { CALIBRATION_BYTES, readCalibration, readMeasurement } from './bme280.ts';
import { readBackpack } from './dht-backpack.ts';
import { FIRMATA, MessageFinder, valueOf14 } from './message-finder.ts';

/** A converter of ten bits, as of the Uno. */
const HIGHEST = 1023;

type Values = Partial<Record<FirmataReading, number>>;

const READ: Record<FirmataProfile['sensor'], (bytes: Uint8Array, profile: FirmataProfile) => Values> = {
  analog(bytes, { endsAbsent }) {
    const [message] = messages(bytes, FIRMATA.analog);
    if (message === undefined) throw none('analog', 'E0 to EF');
    const raw = valueOf14(message);
    return { raw: endsAbsent && (raw === 0 || raw === HIGHEST) ? Number.NaN : raw };
  },
  bme280: (bytes) => ({
    ...readMeasurement(bytes.subarray(CALIBRATION_BYTES), readCalibration(bytes.subarray(0, CALIBRATION_BYTES))),
  }),
  'dht-backpack': readBackpack,
  'tipping-bucket'(bytes, { tipMm = 0 }) {
    const levels = messages(bytes, FIRMATA.digital).map(valueOf14);
    if (levels.length === 0) throw none('digital', '90 to 9F');
    const fallen = levels.map((level, i) => (i === 0 ? 0 : (levels[i - 1] as number) & ~level));
    return { rain: fallen.filter((pins) => pins !== 0).length * tipMm };
  },
};

/** @throws KarezError FRAME_*. */
export function decodeFirmata(profile: FirmataProfile, text: string): DecodedFrame {
  const said = READ[profile.sensor](fromHex(text), profile);
  const channels: number[] = [];
  const values: number[] = [];
  for (const [position, channel] of profile.channels.entries()) {
    channels.push(position);
    values.push(scaleRaw(said[channel.reading] ?? Number.NaN, channel));
  }
  return { profile: profile.id, kind: profile.sensor, values: byChannel(profile, channels, values) };
}

/** Whole messages of one kind. */
function messages(bytes: Uint8Array, kind: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const finder = new MessageFinder(
    (message) => {
      if (((message[0] as number) & 0xf0) === kind) found.push(message);
    },
    (error) => {
      throw error;
    },
  );
  finder.push(bytes);
  return found;
}

const none = (what: string, first: string) =>
  new KarezError('FRAME_MALFORMED', `no ${what} message: it begins with ${first} and has two bytes below 80`, {
    where: 'hex',
  });
