/** Notes written to InfluxDB in small groups, with no promise: what does not fit or is refused is dropped and counted. */
import type { Cancel, Clock } from '@karez/model';
import type { Note } from '../notes/note.ts';
import type { InfluxHttp } from './influx-http.ts';

const EVERY_MS = 5_000;
const WAITING = 5_000;

const escapeTag = (text: string) => text.replace(/[,= ]/g, '\\$&');

/** One line of line protocol; undefined where no field has a value. */
export function noteLine({ measurement, tags, fields, timeMs }: Note): string | undefined {
  const head = [
    measurement,
    ...Object.entries(tags)
      .map(([key, tag]) => `${key}=${escapeTag(tag)}`)
      .sort(),
  ].join(',');
  const values = Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return [];
    return [`${key}=${typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : value}`];
  });
  return values.length === 0 ? undefined : `${head} ${values.join(',')} ${timeMs}000000`;
}

export class InfluxNotes {
  readonly #http: InfluxHttp;
  readonly #stop: Cancel;
  #lines: string[] = [];
  dropped = 0;

  constructor(http: InfluxHttp, clock: Clock) {
    this.#http = http;
    this.#stop = clock.every(EVERY_MS, () => void this.flush());
  }

  take(note: Note): void {
    const line = noteLine(note);
    if (line === undefined) return;
    if (this.#lines.length >= WAITING) {
      this.#lines.shift();
      this.dropped++;
    }
    this.#lines.push(line);
  }

  async flush(): Promise<void> {
    const lines = this.#lines.splice(0);
    if (lines.length === 0) return;
    const refusal = await this.#http.write(`${lines.join('\n')}\n`).catch(() => {
      // InfluxDB is away: they wait for the next turn, as far as there is room.
      this.dropped += Math.max(0, this.#lines.length + lines.length - WAITING);
      this.#lines = [...lines, ...this.#lines].slice(-WAITING);
      return undefined;
    });
    if (refusal !== undefined) this.dropped += refusal.dropped ?? lines.length;
  }

  async close(): Promise<void> {
    this.#stop();
    await this.flush();
  }
}
