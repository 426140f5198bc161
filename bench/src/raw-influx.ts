/**
 * The raw limit of an InfluxDB store: the same readings as ready-made line protocol, posted in batches over kept-alive
 * connections, nothing else in the way. Tried with one and two connections, plain and gzipped; the best way counts.
 */
import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';

export const LINES_PER_WRITE = 10_000;

export interface RawInflux {
  /** Lines per second. */
  rate: number;
  /** Which way was the best. */
  way: string;
}

/** Writes `lines` in each way into a database of its own. `url` is the server's address without a database. */
export async function rawInflux(url: string, lines: readonly string[]): Promise<RawInflux> {
  const plain: Buffer[] = [];
  for (let i = 0; i < lines.length; i += LINES_PER_WRITE)
    plain.push(Buffer.from(lines.slice(i, i + LINES_PER_WRITE).join('\n')));
  const zipped = plain.map((body) => gzipSync(body, { level: 1 }));
  let best: RawInflux = { rate: 0, way: '' };
  for (const [name, bodies] of [
    ['plain', plain],
    ['gzip', zipped],
  ] as const) {
    for (const connections of [1, 2]) {
      const ms = await write(url, `raw_${name}_${connections}`, bodies, connections, name === 'gzip');
      const rate = (lines.length / ms) * 1000;
      const way = `${name}, ${connections} connection${connections === 1 ? '' : 's'}`;
      if (rate > best.rate) best = { rate, way };
    }
  }
  return best;
}

/** Milliseconds for all bodies, ready-made, until the last is answered. */
async function write(
  url: string,
  database: string,
  bodies: readonly Buffer[],
  connections: number,
  zipped: boolean,
): Promise<number> {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const post = (path: string, body: Buffer | string, headers = {}) =>
    new Promise<void>((resolve, reject) => {
      const sent = request({ hostname, port, agent, method: 'POST', path, headers }, (response) => {
        response.resume();
        response.on('end', () =>
          (response.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`${path}: ${response.statusCode}`)),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  try {
    await post(`/query?q=${encodeURIComponent(`CREATE DATABASE ${database}`)}`, '');
    const headers = zipped ? { 'content-encoding': 'gzip' } : {};
    const next = bodies.values();
    const began = performance.now();
    const writer = async () => {
      for (const body of next)
        await post(`/write?db=${database}&precision=ns`, body, { ...headers, 'content-length': body.length });
    };
    await Promise.all(Array.from({ length: connections }, writer));
    const ms = performance.now() - began;
    await post(`/query?q=${encodeURIComponent(`DROP DATABASE ${database}`)}`, '');
    return ms;
  } finally {
    agent.destroy();
  }
}
