import type { Board } from '../board.ts';
import { noteQuery, seriesQuery } from '../influx-query.ts';
import { lines, stat } from '../panels.ts';

/** Is anything wrong, and how is the weather: the first board. */
export const farmBoard: Board = {
  uid: 'karez-farm',
  title: 'Farm overview',
  description: 'The farm in one look: gateways, soil, air, rain, and whether readings arrive.',
  from: 'now-24h',
  variables: ['farm', 'field', 'device'],
  panels: [
    stat(
      {
        title: 'Gateways connected',
        description:
          'How many gateways said within the range that their link is up. The console names those that are silent.',
      },
      { unit: 'none', decimals: 0 },
      [
        {
          query: noteQuery('gateway', 'count(distinct("link.up"))', ['gateway'], 'none', ['"link.up" = true']),
          alias: '$tag_gateway',
        },
      ],
    ),
    stat(
      {
        title: 'Devices in trouble',
        description: 'Devices that do not answer or answer wrongly, by gateway, as last told.',
      },
      { unit: 'none', decimals: 0 },
      [{ query: noteQuery('gateway', 'last("devices.trouble")', ['gateway'], 'none'), alias: '$tag_gateway' }],
    ),
    stat(
      {
        title: 'Readings waiting at gateways',
        description: 'Accepted and not yet in the cloud. It falls when the link is back; nothing of it is lost.',
      },
      { unit: 'short', decimals: 0 },
      [{ query: noteQuery('gateway', 'last("waiting")', ['gateway'], 'none'), alias: '$tag_gateway' }],
    ),
    stat({ title: 'Rain', description: 'Sum over the range, by device.' }, { quantity: 'rain.amount' }, [
      { query: seriesQuery({ quantity: 'rain.amount', by: ['device'], step: 'none' }), alias: '$tag_device' },
    ]),
    lines(
      {
        title: 'Soil moisture by field',
        description: 'Mean over all probes and depths of a field. The field board has each of them.',
      },
      { quantity: 'soil.moisture' },
      [{ query: seriesQuery({ quantity: 'soil.moisture', by: ['field'] }), alias: '$tag_field' }],
    ),
    lines({ title: 'Air temperature', description: 'Each station and shelter.' }, { quantity: 'air.temperature' }, [
      { query: seriesQuery({ quantity: 'air.temperature', by: ['device'] }), alias: '$tag_device' },
    ]),
    lines(
      { title: 'Soil temperature by field', description: 'Mean over all probes and depths of a field.' },
      { quantity: 'soil.temperature' },
      [{ query: seriesQuery({ quantity: 'soil.temperature', by: ['field'] }), alias: '$tag_field' }],
    ),
    lines(
      {
        title: 'Readings stored a minute',
        description:
          'By gateway. A hole here is a gateway without link; what it kept comes later and stands in the charts where it belongs.',
      },
      { unit: 'short', decimals: 0 },
      [{ query: noteQuery('flow', 'sum("readings")', ['gateway'], '$__interval'), alias: '$tag_gateway' }],
      'bars',
    ),
  ],
};
