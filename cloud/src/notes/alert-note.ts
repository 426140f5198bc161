/** An alert as notes: a point where it began, and one where it ended with how long it was on. Said again, they are the same points. */
import type { Rule } from '@karez/model';
import type { AlertRow } from '../alerts/alert-row.ts';
import type { Note } from './note.ts';

export function alertNotes(alert: AlertRow, { title, severity }: Pick<Rule, 'title' | 'severity'>): Note[] {
  const { id, farm, rule, subject, state, firedMs, endedMs, late, value, life } = alert;
  const note = (on: boolean, timeMs: number, lasted?: number): Note => ({
    ...{ measurement: 'alert', tags: { farm, rule, subject, severity }, timeMs },
    fields: { id, on, late, state, title: title.en, value, lasted, acknowledged: life.acknowledged !== null },
  });
  // Where it ended in the millisecond in which it began, its end says both.
  const began = endedMs === firedMs ? [] : [note(true, firedMs)];
  return endedMs === null ? began : [...began, note(false, endedMs, (endedMs - firedMs) / 1_000)];
}
