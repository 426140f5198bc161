import type { Board } from '../board.ts';
import { PLACE, seriesQuery } from '../influx-query.ts';
import { depthMap, lines } from '../panels.ts';

const byProbe = ['device', 'place'] as const;
const alias = '$tag_device $tag_place';

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
    lines({ title: 'Soil moisture', description: 'Each probe.', size: [24, 9] }, { quantity: 'soil.moisture' }, [
      { query: seriesQuery({ quantity: 'soil.moisture', by: byProbe, where: [PLACE] }), alias },
    ]),
    lines({ title: 'Soil temperature', description: 'Each probe.' }, { quantity: 'soil.temperature' }, [
      { query: seriesQuery({ quantity: 'soil.temperature', by: byProbe, where: [PLACE] }), alias },
    ]),
    lines(
      {
        title: 'Soil conductivity',
        description: 'Each probe. It rises with salt and with water; look at it beside the moisture.',
      },
      { quantity: 'soil.ec' },
      [{ query: seriesQuery({ quantity: 'soil.ec', by: byProbe, where: [PLACE] }), alias }],
    ),
    lines({ title: 'Soil pH', description: 'Probes that measure it.', size: [8, 7] }, { quantity: 'soil.ph' }, [
      { query: seriesQuery({ quantity: 'soil.ph', by: byProbe, where: [PLACE] }), alias },
    ]),
    ...(['soil.nitrogen', 'soil.phosphorus', 'soil.potassium'] as const).map((quantity) =>
      lines(
        {
          title: { 'soil.nitrogen': 'Nitrogen', 'soil.phosphorus': 'Phosphorus', 'soil.potassium': 'Potassium' }[
            quantity
          ],
          description: 'As a probe estimates it from conductivity: a trend, not a laboratory value.',
          size: [8, 7],
        },
        { quantity },
        [{ query: seriesQuery({ quantity, by: byProbe, where: [PLACE] }), alias }],
      ),
    ),
  ],
};
