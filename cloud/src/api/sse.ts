/**
 * Live events of one farm to one browser (Server-sent events, HTML Living Standard section 9.2). Readings are gathered
 * for a moment, so that a phone is woken a few times a second and not for every device; a client that does not keep up is
 * cut, and asks for the latest values when it comes back.
 */
import type { ServerResponse } from 'node:http';
import { type Clock, LIMITS } from '@karez/model';
import type { Late, LiveBus, LiveRow } from '../live/live.ts';

const GATHER_MS = 200;
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 2_000;
/** Readings in one event; a draining backlog makes more of them, not larger ones. */
const ROWS_PER_EVENT = 2_000;

/** Streams until the client goes or is too slow. */
export function streamLive(farm: string, live: LiveBus, clock: Clock, response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const send = (text: string) => {
    if (response.destroyed) return;
    response.write(text);
    if (response.writableLength > LIMITS.liveClientBytes) response.destroy();
  };
  const event = (name: string, data: object) => send(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  let rows: LiveRow[] = [];
  let late: Late | undefined;
  let gathering: (() => void) | undefined;
  const flush = () => {
    gathering = undefined;
    for (let i = 0; i < rows.length; i += ROWS_PER_EVENT)
      event('readings', { nowMs: clock.wallMs(), rows: rows.slice(i, i + ROWS_PER_EVENT) });
    rows = [];
    if (late !== undefined) event('late', { nowMs: clock.wallMs(), ...late });
    late = undefined;
  };
  send(`retry: ${RETRY_MS}\n\n`);
  event('hello', { nowMs: clock.wallMs() });
  const stopListening = live.listen(farm, {
    readings(more) {
      for (const row of more) rows.push(row);
      gathering ??= clock.after(GATHER_MS, flush);
    },
    late(more) {
      late = late === undefined ? more : joined(late, more);
      gathering ??= clock.after(GATHER_MS, flush);
    },
    farm: () => event('farm', {}),
    gateway: (state) => event('gateway', state),
    alert: (alert) => event('alert', alert),
    rules: (revision) => event('rules', { revision }),
    command: (command) => event('command', command),
    actuators: () => event('actuators', {}),
  });
  const stopHeartbeat = clock.every(HEARTBEAT_MS, () => send(': still here\n\n'));
  response.on('close', () => {
    stopListening();
    stopHeartbeat();
    gathering?.();
  });
}

const joined = (a: Late, b: Late): Late => ({
  fromMs: Math.min(a.fromMs, b.fromMs),
  toMs: Math.max(a.toMs, b.toMs),
  readings: a.readings + b.readings,
});
