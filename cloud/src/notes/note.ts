/**
 * Notes: what the system tells of itself for boards, beside the readings: gateways, the flow of readings, alerts. They are
 * written to the time series database where there is one. A note may be lost, and is counted then; nothing waits for it.
 */
export interface Note {
  /** Measurement: `gateway`, `flow`, `alert`. */
  measurement: string;
  tags: Readonly<Record<string, string>>;
  /** Whole numbers stay floats, so that a field has one type for good; texts are quoted. Undefined is left out. */
  fields: Readonly<Record<string, number | boolean | string | undefined>>;
  /** UTC milliseconds. */
  timeMs: number;
}

export type TakeNote = (note: Note) => void;
