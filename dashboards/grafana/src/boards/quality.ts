import type { Board } from '../board.ts';
import { noteQuery, SCOPE } from '../influx-query.ts';
import { DEVICE_STATES } from '../looks.ts';
import { lines, states, table } from '../panels.ts';

const alias = '$tag_gateway';
const by = ['gateway'];
const bars = (title: string, description: string, field: string) =>
  lines(
    { title, description },
    { unit: 'short', decimals: 0 },
    [{ query: noteQuery('flow', `sum("${field}")`, by), alias }],
    'bars',
  );

/** Whether readings can be trusted: gaps, suspects, late ones. */
export const qualityBoard: Board = {
  uid: 'karez-quality',
  title: 'Data quality',
  description: 'What came late, what is suspect, which sensors say nothing.',
  from: 'now-24h',
  variables: ['farm', 'field', 'device'],
  panels: [
    bars('Late readings', 'Stored more than five minutes after they were taken: an outage that was made good.', 'late'),
    bars(
      'Suspect readings',
      'Outside what is possible, changed faster than it can, or stuck. They are stored and marked.',
      'suspect',
    ),
    bars('Absent sensors', 'The device says that it has no such sensor.', 'absent'),
    bars('Repaired times', 'Taken before the gateway knew the time, and dated afterwards.', 'estimated'),
    lines(
      { title: 'Oldest reading', description: 'How old the oldest reading of each minute was when it was stored.' },
      { unit: 's', decimals: 0 },
      [{ query: noteQuery('flow', 'max("oldest.age")', by), alias }],
    ),
    table(
      {
        title: 'Longest gap between soil readings',
        description:
          'The longest time within the range in which a probe said nothing, of those that spoke before and after.',
        size: [12, 8],
      },
      { unit: 's', decimals: 0 },
      [
        {
          query: `SELECT max("gap") AS "longest gap" FROM (SELECT elapsed("soil.moisture", 1s) AS "gap" FROM "$rp"."soil" WHERE ${SCOPE.join(' AND ')} GROUP BY "device", "place") GROUP BY "device", "place"`,
        },
      ],
    ),
    states(
      {
        title: 'State of devices',
        description:
          'Alert, silent for three intervals, trouble that the gateway tells of, or unknown because the gateway itself is away.',
        size: [24, 9],
      },
      [
        {
          query: noteQuery('device', 'last("state")', ['gateway', 'device'], '$__interval', [
            '"field" =~ /^$field$/',
            '"device" =~ /^$device$/',
          ]),
          alias: '$tag_gateway $tag_device',
        },
      ],
      DEVICE_STATES,
    ),
    table(
      {
        title: 'Soil readings by device',
        description: 'How many readings came in the range. One with far fewer than its neighbours has gaps.',
        size: [12, 8],
      },
      { unit: 'short', decimals: 0 },
      [
        {
          query: `SELECT count("soil.moisture") AS "readings" FROM "soil" WHERE ${SCOPE.join(' AND ')} GROUP BY "device", "place"`,
        },
      ],
    ),
  ],
};
