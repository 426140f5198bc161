/** A weather console at the end of a cable. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { DavisConsole } from '../codec/davis-console.ts';
import { DavisLogger } from '../codec/davis-logger.ts';
import { DEFAULTS } from '../defaults.ts';
import { columnNames } from '../replay/columns.ts';
import { NOTHING, playedWeather, StationReplay } from '../replay/station.ts';
import { type StationWeather, WEATHER_VALUES } from '../world/world.ts';
import { closed, lineKind, SimPort } from './line-kind.ts';

const CONSOLE_EVERY_MS = 2_000;

export const davisLine = lineKind({
  schema: Type.Object(
    {
      type: Type.Literal('davis'),
      device: Id,
      port: SimPort,
      clickMm: Type.Optional(
        Type.Union([Type.Literal(0.254), Type.Literal(0.2), Type.Literal(0.1)], {
          description: 'Rain in one tip of its bucket, default 0.254 (a hundredth of an inch).',
        }),
      ),
      archiveMinutes: Type.Optional(
        Type.Union(
          [
            Type.Literal(1),
            Type.Literal(5),
            Type.Literal(10),
            Type.Literal(15),
            Type.Literal(30),
            Type.Literal(60),
            Type.Literal(120),
          ],
          { description: 'Period of the records in its own memory, default 5.' },
        ),
      ),
      archiveRevision: Type.Optional(
        Type.Union([Type.Literal('A'), Type.Literal('B')], {
          description: 'Type of its archive records; A before April 2002. Default B.',
        }),
      ),
      zone: Type.Optional(
        Type.Union(
          [
            Type.Object({ number: Type.Integer({ minimum: 0, maximum: 46 }), name: Type.String() }, closed),
            Type.Object({ offsetMinutes: Type.Integer({ minimum: -720, maximum: 840 }) }, closed),
          ],
          {
            description:
              'What its clock shows: a zone by its number in the console and its IANA name, with daylight saving, or an offset from UTC. Default UTC.',
          },
        ),
      ),
      replay: Type.Optional(StationReplay),
    },
    closed,
  ),
  devices: ({ device }) => [
    { id: device, key: 'device', traits: ['bytes', 'checksum', 'clock', 'values', 'absent'], values: WEATHER_VALUES },
  ],
  recorded: ({ replay }) =>
    replay === undefined
      ? []
      : [{ recording: replay.recording, columns: columnNames(Object.values(replay.values)), key: 'replay' }],
  open({ device, clickMm = DEFAULTS.clickMm, archiveMinutes, archiveRevision, zone, replay }, senses) {
    const { world, felt, clockMs } = senses;
    const logger = new DavisLogger(
      {
        ...{ clickMm, periodMinutes: archiveMinutes ?? DEFAULTS.archiveMinutes, revision: archiveRevision ?? 'B' },
        zone: zone ?? { offsetMinutes: 0 },
      },
      () => clockMs(device),
    );
    const played = replay === undefined ? undefined : playedWeather(device, replay, senses);
    let row: StationWeather | undefined;
    const weather = () => (played === undefined ? felt(device, world.weather()) : (row ?? NOTHING));
    const console = new DavisConsole(() => ({ ...weather(), clickMm }), logger);
    return {
      everyMs: CONSOLE_EVERY_MS,
      tick() {
        // Where each reading takes a row, that is a packet, not a look.
        if (played?.next === 'time' || console.isSending) row = played?.now();
        if (played !== undefined && row === undefined) return [];
        const packet = console.tick();
        return packet === undefined ? [] : [{ device, bytes: packet, framed: true }];
      },
      take: (bytes) => console.take(bytes).map((words) => ({ device, ...words })),
      restart: () => console.restart(),
    };
  },
});
