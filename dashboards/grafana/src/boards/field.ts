import type { QuantityId } from '@karez/model';
import type { Board } from '../board.ts';
import { PLACE, seriesQuery } from '../influx-query.ts';
import { depthMap, lines } from '../panels.ts';

const byProbe = ['device', 'place'] as const;
const alias = '$tag_device $tag_place';

/** A line for each probe at each depth, with the thresholds that the farm's rules had at each time. */
const probes = (title: string, description: string, quantity: QuantityId, size: [number, number]) =>
  lines(
    { title, description, size },
    { quantity },
    [{ query: seriesQuery({ quantity, by: byProbe, where: [PLACE] }), alias }],
    'line',
    quantity,
  );

/** The soil of fields, by depth. */
export const fieldBoard: Board = {
  uid: 'karez-field',
  title: 'Field: soil',
  description: 'Soil water, temperature and salts of the chosen fields by depth.',
  from: 'now-7d',
  variables: ['farm', 'field', 'device', 'place'],
  panels: [
    depthMap(
      {
        title: 'Soil moisture by depth',
        description:
          'Mean of all probes at a depth; d30 is 30 cm. Water that goes down shows as a colour that wanders down.',
      },
      { quantity: 'soil.moisture' },
      [{ query: seriesQuery({ quantity: 'soil.moisture', by: ['place'], where: [PLACE] }), alias: '$tag_place' }],
    ),
    probes('Soil moisture', 'Each probe. Dashes are thresholds of rules.', 'soil.moisture', [24, 9]),
    probes('Soil temperature', 'Each probe. Dashes are thresholds of rules.', 'soil.temperature', [12, 8]),
    probes(
      'Soil conductivity',
      'Each probe. It rises with salt and with water; look at it beside the moisture. Dashes are thresholds of rules.',
      'soil.ec',
      [12, 8],
    ),
    probes('Soil pH', 'Probes that measure it. Dashes are thresholds of rules.', 'soil.ph', [8, 7]),
    ...(
      [
        ['Nitrogen', 'soil.nitrogen'],
        ['Phosphorus', 'soil.phosphorus'],
        ['Potassium', 'soil.potassium'],
      ] as const
    ).map(([title, quantity]) =>
      probes(
        title,
        'As a probe estimates it from conductivity: a trend, not a laboratory value. Dashes are thresholds of rules.',
        quantity,
        [8, 7],
      ),
    ),
  ],
};
