/** A recorded weather row as a station's weather. */
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import type { Senses } from '../senses.ts';
import { type StationWeather, WEATHER_VALUES } from '../world/world.ts';
import { Column, numbersNow } from './columns.ts';
import type { NextRow } from './recording.ts';

const closed = { additionalProperties: false } as const;

export const StationReplay = Type.Object(
  {
    recording: Id,
    values: Type.Object(
      Object.fromEntries(WEATHER_VALUES.map((name) => [name, Type.Optional(Column)])) as Record<
        (typeof WEATHER_VALUES)[number],
        Type.TOptional<typeof Column>
      >,
      {
        ...closed,
        minProperties: 1,
        description: 'Columns by the simulator’s name for what they hold; others are absent.',
      },
    ),
  },
  {
    ...closed,
    description: 'Sends what was recorded, as finely as its packets can, in place of what the world is like.',
  },
);
export type StationReplay = Static<typeof StationReplay>;

/** A station without any sensor. */
export const NOTHING: StationWeather = {
  ...(Object.fromEntries(WEATHER_VALUES.map((name) => [name, Number.NaN])) as Omit<StationWeather, 'cloud'>),
  cloud: 0,
};

/** The weather of the row that is now; undefined where the recording has none. */
export function playedWeather(
  device: string,
  { recording, values }: StationReplay,
  { felt, play }: Senses,
): { next: NextRow; now(): StationWeather | undefined } {
  const player = play(recording);
  const entries = Object.entries(values) as [keyof StationWeather, Column][];
  const now = () => {
    const numbers = numbersNow(
      player,
      entries.map(([, column]) => column),
    );
    if (numbers === undefined) return undefined;
    const there = Object.fromEntries(entries.map(([name], i) => [name, numbers[i] as number]));
    return felt(device, { ...NOTHING, ...there });
  };
  return { next: player.next, now };
}
