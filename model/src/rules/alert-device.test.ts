import { expect, test } from 'vitest';
import { QUANTITIES } from '../quantities.ts';
import { QUALITY } from '../reading.ts';
import { ALERT_QUANTITIES, alertColumns, readAlertColumns } from './alert-device.ts';

const kind = { state: 'firing', noData: false, raised: true, late: false, reason: 'reading' } as const;

test('a transition comes back from its four numbers', () => {
  for (const value of [-0.83, 0, -0, Number.NaN]) {
    const transition = { ...kind, revision: 17, anchor: 65_535, value };
    const { values, qualities } = alertColumns(transition);
    expect(values).toHaveLength(ALERT_QUANTITIES.length);
    expect(readAlertColumns(values)).toEqual(transition);
    expect(qualities).toEqual([0, 0, 0, Number.isNaN(value) ? QUALITY.ABSENT : 0]);
    // What a journal carries: NaN only where it is marked absent.
    for (const [i, id] of ALERT_QUANTITIES.entries()) {
      const { min, max } = QUANTITIES[id];
      const v = values[i] as number;
      expect(Number.isNaN(v)).toBe(((qualities[i] as number) & QUALITY.ABSENT) !== 0);
      if (!Number.isNaN(v)) expect(v >= min && v <= max).toBe(true);
    }
  }
});

test.each([[[0, 1, 2, 0]], [[1, 0, 2, 0]], [[1.5, 1, 2, 0]], [[1, 1, 128, 0]], [[1, 1, Number.NaN, 0]], [[]]])(
  'numbers that say nothing are told: %j',
  (values) => {
    expect(readAlertColumns(values)).toBeUndefined();
  },
);
