/** Alerts as points of a time series: where they began and where they ended. */
import { expect, test } from 'vitest';
import { type AlertRow, NEW_LIFE } from '../alerts/alert-row.ts';
import { alertNotes } from './alert-note.ts';

const words = { title: { en: 'Dry', zh: '干' }, severity: 'warning' as const };
const alert: AlertRow = {
  ...{ id: 7, farm: 'farm', rule: 'dry', subject: 'gw-1/a/soil.moisture@d10', by: 'gw-1', epoch: 'e', seq: 5 },
  ...{ revision: 3, firedMs: 1_000, endedMs: null, reason: null, state: 'firing', noData: false, raisedMs: 1_000 },
  ...{ late: false, value: 17.2, life: NEW_LIFE },
};

test('while it is on there is its beginning', () => {
  expect(alertNotes(alert, words)).toEqual([
    {
      measurement: 'alert',
      tags: { farm: 'farm', rule: 'dry', subject: 'gw-1/a/soil.moisture@d10', severity: 'warning' },
      timeMs: 1_000,
      fields: {
        ...{ id: 7, on: true, late: false, state: 'firing', title: 'Dry', value: 17.2 },
        ...{ lasted: undefined, acknowledged: false },
      },
    },
  ]);
});

test('over, it has a beginning and an end, also where it is told only once', () => {
  const over: AlertRow = { ...alert, endedMs: 61_000, state: 'over', reason: 'reading' };
  expect(alertNotes(over, words).map(({ timeMs, fields }) => [timeMs, fields.on, fields.lasted])).toEqual([
    [1_000, true, undefined],
    [61_000, false, 60],
  ]);
  expect(alertNotes({ ...over, endedMs: 1_000 }, words)).toMatchObject([{ fields: { on: false, lasted: 0 } }]);
});
