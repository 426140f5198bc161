import type { Board } from '../board.ts';
import { derivedQuery, seriesQuery } from '../influx-query.ts';
import { lines } from '../panels.ts';

const by = ['device'] as const;
const alias = '$tag_device';

/** The weather at the farm's stations, with what follows from it. */
export const weatherBoard: Board = {
  uid: 'karez-weather',
  title: 'Weather',
  description: 'Air, wind, rain and sun at the stations, with dew point and vapour pressure deficit (FAO-56).',
  from: 'now-3d',
  variables: ['farm', 'field', 'device'],
  panels: [
    lines(
      {
        title: 'Air temperature and dew point',
        description:
          'Where the two lines meet there is dew or fog. The dew point is measured, or follows from temperature and humidity. Dashes are thresholds of rules.',
      },
      { quantity: 'air.temperature' },
      [
        { query: seriesQuery({ quantity: 'air.temperature', by }), alias: `${alias} air` },
        { query: seriesQuery({ quantity: 'air.dew-point', by }), alias: `${alias} dew point` },
        { query: derivedQuery('air.dew-point', by), alias: `${alias} dew point` },
      ],
      'line',
      'air.temperature',
    ),
    lines(
      {
        title: 'Vapour pressure deficit',
        description:
          'How much the air draws from leaves: below 0.4 kPa fungi thrive, above 1.6 kPa most crops close their pores.',
      },
      { quantity: 'air.vapour-pressure-deficit' },
      [{ query: derivedQuery('air.vapour-pressure-deficit', by), alias }],
    ),
    lines({ title: 'Air humidity', description: 'Relative humidity.' }, { quantity: 'air.humidity' }, [
      { query: seriesQuery({ quantity: 'air.humidity', by }), alias },
    ]),
    lines(
      { title: 'Rain', description: 'Amount in each step.' },
      { quantity: 'rain.amount' },
      [{ query: seriesQuery({ quantity: 'rain.amount', by }), alias }],
      'bars',
    ),
    lines(
      { title: 'Wind', description: 'Mean speed and the highest gust of each step. Dashes are thresholds of rules.' },
      { quantity: 'wind.speed' },
      [
        { query: seriesQuery({ quantity: 'wind.speed', by }), alias: `${alias} mean` },
        { query: seriesQuery({ quantity: 'wind.gust', by, aggregate: 'max' }), alias: `${alias} gust` },
      ],
    ),
    lines(
      {
        title: 'Wind direction',
        description: 'Where the wind comes from, the last of each step: 0° is north, 90° east.',
      },
      { quantity: 'wind.direction' },
      [{ query: seriesQuery({ quantity: 'wind.direction', by }), alias }],
    ),
    lines({ title: 'Solar radiation', description: 'Global radiation.' }, { quantity: 'solar.radiation' }, [
      { query: seriesQuery({ quantity: 'solar.radiation', by }), alias },
    ]),
    lines(
      { title: 'Air pressure', description: 'As the station gives it, mostly reduced to sea level.' },
      { quantity: 'air.pressure' },
      [{ query: seriesQuery({ quantity: 'air.pressure', by }), alias }],
    ),
  ],
};
