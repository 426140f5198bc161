/**
 * Transitions of alerts, or steps of commands, among committed readings: put together from their four readings in the transaction that commits them, and
 * kept until whoever they are for has taken them. So each reaches the alerts exactly once, even where two batches share one.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ALERT_QUANTITIES, type Readings } from '@karez/model';

/** A sample of a gateway's alert device. */
export interface InboxRow {
  farm: string;
  gateway: string;
  epoch: string;
  /** Number of its first reading. */
  seq: number;
  timeMs: number;
  /** In the order of ALERT_QUANTITIES; NaN where absent. */
  columns: number[];
}

const ALL = 2 ** ALERT_QUANTITIES.length - 1;
/** Samples of which parts never came; the oldest give way. */
const INCOMPLETE = 1_000;

export class AlertInbox {
  readonly #put: StatementSync[];
  readonly #read: StatementSync;
  readonly #remove: StatementSync;
  readonly #forget: StatementSync;

  /** @param table alert_inbox, or command_inbox for the steps of commands, which have four columns too. */
  constructor(db: DatabaseSync, table: 'alert_inbox' | 'command_inbox' = 'alert_inbox') {
    this.#put = ALERT_QUANTITIES.map((_, i) =>
      db.prepare(
        `INSERT INTO ${table} (source, seq, time, parts, v${i}) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (source, seq) DO UPDATE SET parts = parts | excluded.parts, v${i} = excluded.v${i}`,
      ),
    );
    this.#read = db.prepare(
      `SELECT farm, gateway, epoch, seq, time, v0, v1, v2, v3 FROM ${table} JOIN source ON source.id = ${table}.source
       WHERE parts = ${ALL} ORDER BY source.id, seq LIMIT ?`,
    );
    this.#remove = db.prepare(
      `DELETE FROM ${table} WHERE seq = ? AND source = (SELECT id FROM source WHERE farm = ? AND gateway = ? AND epoch = ?)`,
    );
    this.#forget = db.prepare(
      `DELETE FROM ${table} WHERE parts != ${ALL} AND (source, seq) NOT IN
       (SELECT source, seq FROM ${table} WHERE parts != ${ALL} ORDER BY time DESC LIMIT ${INCOMPLETE})`,
    );
  }

  /**
   * Takes what is new among readings; within a transaction of the caller.
   * @param columns by channel number, which of the four it is. @param isKnown whether a number was committed before.
   */
  take(
    source: number,
    readings: Readings,
    columns: ReadonlyMap<number, number>,
    isKnown: (seq: number) => boolean,
  ): void {
    for (let i = 0; i < readings.count; i++) {
      const column = columns.get(readings.channel[i] as number);
      const seq = readings.seq[i] as number;
      if (column === undefined || isKnown(seq)) continue;
      const value = readings.value[i] as number;
      const timeMs = readings.timeMs[i] as number;
      this.#put[column]?.run(source, seq - column, timeMs, 2 ** column, Number.isNaN(value) ? null : value);
    }
  }

  /** Whole ones, at most so many. */
  rows(most: number): InboxRow[] {
    const rows = this.#read.all(most) as unknown as (Omit<InboxRow, 'columns' | 'timeMs'> & {
      time: number;
      [column: `v${number}`]: number | null;
    })[];
    return rows.map(({ farm, gateway, epoch, seq, time, v0, v1, v2, v3 }) => ({
      ...{ farm, gateway, epoch, seq, timeMs: time },
      columns: [v0, v1, v2, v3].map((v) => v ?? Number.NaN),
    }));
  }

  /** These have been taken. */
  done(rows: readonly Pick<InboxRow, 'farm' | 'gateway' | 'epoch' | 'seq'>[]): void {
    for (const { farm, gateway, epoch, seq } of rows) this.#remove.run(seq, farm, gateway, epoch);
    this.#forget.run();
  }
}
