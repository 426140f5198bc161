import type { Board } from '../board.ts';
import { noteQuery } from '../influx-query.ts';
import { ON_OR_OVER } from '../looks.ts';
import { lines, stat, states, table } from '../panels.ts';

const SUBJECTS = ['rule', 'subject'] as const;
const BEGAN = '"on" = true';
const ENDED = '"on" = false';
const FARM = '"farm" =~ /^$farm$/ AND $timeFilter';

/** What the farm's rules have said: the console's alerts as they began and ended. */
export const alertsBoard: Board = {
  uid: 'karez-alerts',
  title: 'Alerts history',
  description:
    'Which alerts there were, how long each lasted, which rules speak most. To acknowledge one, use the console.',
  from: 'now-7d',
  variables: ['farm'],
  panels: [
    stat(
      { title: 'Alerts', description: 'How many began within the range, by severity.', size: [8, 5] },
      { unit: 'none', decimals: 0 },
      [{ query: noteQuery('alert', 'count("id")', ['severity'], 'none', [BEGAN]), alias: '$tag_severity' }],
    ),
    stat(
      {
        title: 'Longest alert',
        description: 'The longest that was over within the range, by severity.',
        size: [8, 5],
      },
      { unit: 's', decimals: 0 },
      [{ query: noteQuery('alert', 'max("lasted")', ['severity'], 'none', [ENDED]), alias: '$tag_severity' }],
      'max',
    ),
    stat(
      {
        title: 'Time under alert',
        description: 'Summed over all alerts that were over within the range, by severity.',
        size: [8, 5],
      },
      { unit: 's', decimals: 0 },
      [{ query: noteQuery('alert', 'sum("lasted")', ['severity'], 'none', [ENDED]), alias: '$tag_severity' }],
      'sum',
    ),
    lines(
      {
        title: 'Alerts that began',
        description: 'By rule. A rule that speaks all day is worth a look at its threshold or its recovery value.',
        size: [24, 8],
      },
      { unit: 'none', decimals: 0 },
      [{ query: noteQuery('alert', 'count("id")', ['rule'], '$__interval', [BEGAN]), alias: '$tag_rule' }],
      'bars',
    ),
    states(
      {
        title: 'When alerts were on',
        description: 'A row for each rule and what it is about: red while it was on.',
        size: [24, 9],
      },
      [{ query: noteQuery('alert', 'last("on")', SUBJECTS), alias: '$tag_rule $tag_subject' }],
      ON_OR_OVER,
    ),
    table(
      {
        title: 'As it stands',
        description: 'The last word of each alert up to the end of the range.',
        size: [12, 9],
      },
      { unit: 'none', decimals: 2 },
      [
        {
          query: `SELECT last("on") AS "on", "value", "acknowledged" FROM "alert" WHERE ${FARM} GROUP BY "rule", "subject"`,
        },
      ],
      { Time: { title: 'since' }, on: { title: 'alert', looks: ON_OR_OVER } },
    ),
    table(
      {
        title: 'Alerts that ended',
        description:
          'Each with the value that began it and how long it was on; late ones were found in readings that came after newer ones.',
        size: [12, 9],
      },
      { unit: 'none', decimals: 2 },
      [
        {
          query: `SELECT "title", "subject", "severity", "value", "lasted", "late" FROM "alert" WHERE ${FARM} AND ${ENDED}`,
        },
      ],
      { Time: { title: 'ended' }, lasted: { unit: 's' } },
    ),
  ],
};
