import { MapLayerOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as Geomap } from '@grafana/grafana-foundation-sdk/geomap';
import type { Board } from '../board.ts';
import { asOfQuery, SCOPE, seriesQuery } from '../influx-query.ts';
import { DATASOURCE, influxTarget } from '../influx-target.ts';
import { fieldPanel, lines, stat } from '../panels.ts';

const by = ['device'] as const;
const alias = '$tag_device';

/** Fixes of a track: the last of every step in which there was one. */
const TRACK = `SELECT last("position.latitude") AS "latitude", last("position.longitude") AS "longitude" FROM "$rp"."position" WHERE ${SCOPE.join(' AND ')} GROUP BY time($__interval), "device" fill(none)`;

/** Single readings of a job, since a minute's mean says nothing of where a section was open. */
function jobQuery(measurement: string, columns: Record<string, string>): string {
  const picked = Object.entries(columns).map(([name, quantity]) => `last("${quantity}") AS "${name}"`);
  return `SELECT ${picked.join(', ')} FROM "autogen"."${measurement}" WHERE ${SCOPE.join(' AND ')} GROUP BY time($__interval), "device" fill(none)`;
}

/** A spraying: where, how much, from which sections. */
export const sprayerBoard: Board = {
  uid: 'karez-sprayer',
  title: 'Sprayer job',
  description: 'Track, flow, tank, sections and battery of the drones in the range.',
  from: 'now-2h',
  variables: ['farm', 'field', 'device'],
  panels: [
    fieldPanel(
      {
        title: 'Swaths and dose',
        description:
          'Field, sensors by state, and what was sprayed where: dose, what was sprayed twice, what was left out. Needs the panel "Karez field". Set the width of the boom in its options.',
        size: [24, 16],
      },
      [
        { refId: 'A', query: asOfQuery('field', ['outline', 'title'], ['field'], '1d') },
        {
          refId: 'B',
          query: asOfQuery('device', ['latitude', 'longitude', 'state'], ['gateway', 'device'], '1h', [
            '"latitude" >= -90',
          ]),
        },
        { refId: 'C', query: jobQuery('position', { latitude: 'position.latitude', longitude: 'position.longitude' }) },
        { refId: 'D', query: jobQuery('sprayer', { flow: 'sprayer.flow', sections: 'sprayer.sections' }) },
      ],
      { swathWidthM: 6, sections: 4, doseUnit: 'L/ha', longestGapS: 5 },
    ),
    new Geomap()
      .title('Track')
      .description(
        'Where the drone was. Without a tile server the ground stays plain; the panel above draws swaths and dose.',
      )
      .datasource(DATASOURCE)
      .span(12)
      .height(12)
      .unit('degree')
      .decimals(6)
      .layers([
        new MapLayerOptionsBuilder()
          .type('route')
          .name('Track')
          .config({ style: { size: { fixed: 2 } }, arrow: 0 }),
      ])
      .withTarget(influxTarget({ query: TRACK, format: 'table' })),
    lines(
      {
        title: 'Spray flow',
        description: 'What the flow meter says. The pump may run while a nozzle is blocked.',
        size: [12, 6],
      },
      { quantity: 'sprayer.flow' },
      [{ query: seriesQuery({ quantity: 'sprayer.flow', by }), alias }],
    ),
    lines(
      { title: 'Tank', description: 'What is left. It falls while spraying; a jump up is a refill.', size: [12, 6] },
      { quantity: 'tank.volume' },
      [{ query: seriesQuery({ quantity: 'tank.volume', by }), alias }],
    ),
    lines(
      {
        title: 'Boom sections',
        description: 'Which sections are open, as a bit mask: 1 is the first, 2 the second, 3 both.',
        size: [8, 6],
      },
      { quantity: 'sprayer.sections' },
      [{ query: seriesQuery({ quantity: 'sprayer.sections', by }), alias }],
      'steps',
    ),
    lines(
      { title: 'Pump', description: 'Output that the autopilot gives to the pump.', size: [8, 6] },
      { quantity: 'sprayer.pump' },
      [{ query: seriesQuery({ quantity: 'sprayer.pump', by }), alias }],
    ),
    lines(
      {
        title: 'Ground speed',
        description: 'Dose is flow over speed and width: a drone that flies faster gives less.',
        size: [8, 6],
      },
      { quantity: 'motion.ground-speed' },
      [{ query: seriesQuery({ quantity: 'motion.ground-speed', by }), alias }],
    ),
    lines(
      { title: 'Height above take-off', description: 'Drift grows with height.', size: [8, 6] },
      { quantity: 'position.height' },
      [{ query: seriesQuery({ quantity: 'position.height', by }), alias }],
    ),
    lines({ title: 'Battery', description: 'Voltage under load.', size: [8, 6] }, { quantity: 'battery.voltage' }, [
      { query: seriesQuery({ quantity: 'battery.voltage', by }), alias },
    ]),
    stat(
      { title: 'Satellites', description: 'Below about ten, swaths are not to be trusted to a metre.', size: [8, 6] },
      { quantity: 'gnss.satellites' },
      [{ query: seriesQuery({ quantity: 'gnss.satellites', by, step: 'none' }), alias }],
    ),
  ],
};
