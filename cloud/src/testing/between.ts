/**
 * Stands between the cloud and its InfluxDB, for tests: passes requests on, late, or answers in InfluxDB's place. Counts
 * what it did, so that a test can prove that a fault fired.
 */
import { createServer, request } from 'node:http';

/** What happens to writes; everything else passes. */
export type Between =
  | 'pass'
  /** Passed on after a while. */
  | 'slow'
  /** Answered 500 without being passed on. */
  | 'fail'
  /** Passed on, then answered 500: stored, and nobody knows. */
  | 'fail after'
  /** Cut without an answer, after it was passed on. */
  | 'cut';

export interface InfluxBetween {
  url: string;
  counts: Record<Between, number>;
  set(mode: Between): void;
  close(): Promise<void>;
}

const SLOW_MS = 400;

/** Listens on a free loopback port and passes on to `target`. */
export async function startBetween(target: number, database = 'karez'): Promise<InfluxBetween> {
  let mode: Between = 'pass';
  const counts: InfluxBetween['counts'] = { pass: 0, slow: 0, fail: 0, 'fail after': 0, cut: 0 };
  const server = createServer((incoming, outgoing) => {
    const isWrite = incoming.url?.startsWith('/write') === true;
    const how = isWrite ? mode : 'pass';
    if (isWrite) counts[how]++;
    const failed = () => outgoing.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"timeout"}');
    if (how === 'fail') {
      incoming.resume().on('end', failed);
      return;
    }
    const { method, url, headers } = incoming;
    const passed = request({ host: '127.0.0.1', port: target, method, path: url, headers }, (answer) => {
      if (how === 'fail after') answer.resume().on('end', failed);
      else if (how === 'cut') answer.resume().on('end', () => incoming.socket.resetAndDestroy());
      else {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      }
    });
    passed.on('error', () => incoming.socket.resetAndDestroy());
    if (how === 'slow') setTimeout(() => incoming.pipe(passed), SLOW_MS);
    else incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/${database}`,
    counts,
    set(next) {
      mode = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
