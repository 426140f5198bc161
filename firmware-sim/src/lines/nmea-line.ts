/** A weather instrument that speaks NMEA 0183. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { nmeaSentences } from '../codec/nmea-instrument.ts';
import { WEATHER_VALUES } from '../world/world.ts';
import { closed, lineKind, SimPort } from './line-kind.ts';

const EVERY_MS = 1_000;
const bytesOf = (text: string) => new TextEncoder().encode(text);
/** The checksum stands before the line end. */
const spoilt = (text: string) => bytesOf(text.replace(/\*(.)/, (_, digit) => `*${digit === '0' ? '1' : '0'}`));

export const nmeaLine = lineKind({
  schema: Type.Object({ type: Type.Literal('nmea'), device: Id, port: SimPort }, closed),
  devices: ({ device }) => [
    { id: device, key: 'device', traits: ['bytes', 'checksum', 'clock', 'values', 'absent'], values: WEATHER_VALUES },
  ],
  open({ device }, { world, felt, clockMs }) {
    return {
      everyMs: EVERY_MS,
      tick: () =>
        nmeaSentences({
          ...{ weather: felt(device, world.weather()), clockMs: clockMs(device) },
          ...{ latitude: world.site.latitude, longitude: world.site.longitude, elevationM: world.site.elevationM },
        }).map((text) => ({ device, bytes: bytesOf(text), framed: true, spoiled: () => spoilt(text) })),
      take: () => [],
    };
  },
});
