/**
 * Decentlab: protocol version 2. A frame is 02, the device's number, a word of flags, and for each flag the 16-bit words of
 * that sensor; the last sensor is the battery. Most words are offset by 32768. A word of 0 or 65535 there is the mark
 * of a sensor that does not answer (−327.68, 327.67, −5, …).
 */
import type { LorawanProfile } from '../../profile-schemas.ts';
import { RADIO } from './radio.ts';

export type Channel = LorawanProfile['channels'][number];
type Frame = LorawanProfile['frames'][number];

export const NO_SENSOR = [0, 65_535];
export const SOURCE = 'chirpstack-device-profiles, vendors/decentlab/codecs';
export const DECODERS = 'github.com/decentlab/decentlab-decoders';

interface Device {
  id: string;
  title: { en: string; zh: string };
  kind: LorawanProfile['kind'];
  /** Words of the measuring sensor. */
  words: number;
  channels: Channel[];
  frames: Frame[];
}

/** A device with one measuring sensor and its battery. */
export function decentlab({ id, words, channels, ...rest }: Device): LorawanProfile {
  return {
    id: `decentlab-${id}`,
    maker: 'Decentlab',
    intervalMs: 600_000,
    protocol: 'lorawan',
    source: `${DECODERS}, DL-${id.toUpperCase()}`,
    ports: [1],
    layout: { kind: 'flags', start: '02', flagsAt: 3, valuesAt: 5, words: [words, 1] },
    channels: [...channels, { quantity: 'battery.voltage', from: [{ sensor: 1 }], divide: 3, decimals: 3 }, ...RADIO],
    ...rest,
  };
}

/** `(word − 32768) / 10^divide`. */
export const signed = (word: number, divide: number): NonNullable<Channel['from']> => [
  { sensor: 0, word, formula: 'x - 32768', divide, absent: NO_SENSOR },
];
export const plain = (word: number, formula?: string): NonNullable<Channel['from']> => [
  { sensor: 0, word, ...(formula === undefined ? {} : { formula }) },
];
