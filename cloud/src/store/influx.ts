/**
 * The InfluxDB store (1.x API). Queries go through `influx`; points are written as line protocol over a kept-alive
 * connection, because building an object for every point costs more than the database does (docs/decisions/0005).
 * The ledger stays in the vault and is written after InfluxDB has answered 204: a crash in between makes the gateway
 * send again, and the same points are written over themselves.
 */
import { Agent, request } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { KarezError, messageOf, type Series } from '@karez/model';
import { InfluxDB } from 'influx';
import type { OpenVault } from '../vault/open-vault.ts';
import { toVault } from './embedded.ts';
import { measurementOf, toLines } from './line-protocol.ts';
import type { HistoryRequest, Store, StoreBatch, StoreChannel } from './store.ts';
import { Summary } from './summary.ts';

const zip = promisify(gzip);
/** Lines in one write: InfluxDB's documentation advises 5,000 to 10,000. */
const LINES_PER_WRITE = 10_000;
/** Writes under way at once. */
const WRITERS = 2;
const TIMEOUT_MS = 15_000;
/** Readings fetched to be summed up here; beyond, the database sums up. */
const FETCH_AT_MOST = 200_000;

export interface InfluxAddress {
  host: string;
  port: number;
  database: string;
  username?: string;
  password?: string;
}

/**
 * `http://[user:password@]host:port/database`.
 * @throws KarezError CONFIG_INVALID naming what was expected.
 */
export function parseInfluxUrl(text: string): InfluxAddress {
  const url = URL.parse(text);
  const database = url?.pathname.slice(1) ?? '';
  if (url === null || url.protocol !== 'http:' || !/^[A-Za-z0-9_-]{1,64}$/.test(database)) {
    throw new KarezError('CONFIG_INVALID', `the store must be like http://127.0.0.1:8086/karez, not "${text}"`, {
      where: 'store',
    });
  }
  return {
    host: url.hostname,
    port: Number(url.port || 8086),
    database,
    ...(url.username === ''
      ? {}
      : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
  };
}

/** Opens the store and makes its database. Throws STORE_UNAVAILABLE when InfluxDB does not answer. */
export async function openInfluxStore(address: InfluxAddress, vault: OpenVault): Promise<Store> {
  const { host, port, database } = address;
  const influx = new InfluxDB({
    host,
    port,
    database,
    ...(address.username === undefined ? {} : { username: address.username, password: address.password ?? '' }),
  });
  try {
    await influx.createDatabase(database);
  } catch (cause) {
    throw unavailable(`InfluxDB at ${host}:${port} does not answer`, cause);
  }
  const agent = new Agent({ keepAlive: true, maxSockets: WRITERS });

  async function write(lines: string[]): Promise<void> {
    const body = await zip(lines.join('\n'), { level: 1 });
    const auth = address.username === undefined ? {} : { auth: `${address.username}:${address.password}` };
    const options = {
      ...{
        host,
        port,
        agent,
        method: 'POST',
        path: `/write?db=${database}&precision=ns`,
        timeout: TIMEOUT_MS,
        ...auth,
      },
      headers: { 'content-encoding': 'gzip', 'content-length': body.length },
    };
    await new Promise<void>((resolve, reject) => {
      const sent = request(options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          if (response.statusCode === 204) resolve();
          else
            reject(
              unavailable(`InfluxDB answered ${response.statusCode}`, Buffer.concat(parts).toString().slice(0, 300)),
            );
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      sent.on('error', (cause) => reject(unavailable('InfluxDB did not take the points', cause)));
      sent.end(body);
    });
  }

  async function writeAll(batches: readonly StoreBatch[]): Promise<void> {
    const lines = batches.flatMap(toLines);
    const parts = Array.from({ length: Math.ceil(lines.length / LINES_PER_WRITE) }, (_, i) =>
      lines.slice(i * LINES_PER_WRITE, (i + 1) * LINES_PER_WRITE),
    );
    const next = parts.values();
    const worker = async () => {
      for (const part of next) await write(part);
    };
    await Promise.all(Array.from({ length: WRITERS }, worker));
  }

  return {
    async commit(batches) {
      await writeAll(batches);
      await vault.commit(batches.map(toVault));
    },
    history: (wanted) => readHistory(influx, wanted),
    async close() {
      agent.destroy();
    },
  };
}

function unavailable(what: string, cause: unknown): KarezError {
  return new KarezError('STORE_UNAVAILABLE', `${what}: ${messageOf(cause)}`, { cause, where: 'influx' });
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;

function where(c: StoreChannel, fromMs: number, toMs: number): string {
  const tags = [
    `farm = ${quoted(c.farm)}`,
    `gateway = ${quoted(c.gateway)}`,
    `device = ${quoted(c.device)}`,
    `place = ${quoted(c.place ?? '')}`,
  ];
  return `${tags.join(' AND ')} AND time >= ${fromMs}ms AND time < ${toMs}ms`;
}

async function readHistory(
  influx: InfluxDB,
  { channel, id, aggregate, fromMs, toMs, points }: HistoryRequest,
): Promise<Series> {
  const from = `"${measurementOf(channel.quantity)}"`;
  const value = `"${channel.quantity}"`;
  const quality = `"${channel.quantity}.q"`;
  const range = where(channel, fromMs, toMs);
  try {
    const rows = await influx.query<{ time: { getTime(): number }; v: number | null; q: number }>(
      `SELECT ${value} AS v, ${quality} AS q FROM ${from} WHERE ${range} ORDER BY time LIMIT ${FETCH_AT_MOST + 1}`,
    );
    if (rows.length <= FETCH_AT_MOST) {
      const summary = new Summary(id, aggregate, fromMs, toMs, points);
      for (const row of rows) summary.add(row.time.getTime(), row.v ?? null, row.q);
      return summary.result();
    }
    return await summedUp(influx, { channel, id, aggregate, fromMs, toMs, points });
  } catch (cause) {
    throw unavailable('InfluxDB did not answer a query', cause);
  }
}

/** So many readings that the database must sum up; quality is then the highest set of bits, not all of them. */
async function summedUp(
  influx: InfluxDB,
  { channel, id, aggregate, fromMs, toMs, points }: HistoryRequest,
): Promise<Series> {
  const stepMs = Math.max(1, Math.ceil((toMs - fromMs) / points));
  const value = `"${channel.quantity}"`;
  const quality = `"${channel.quantity}.q"`;
  const middle = { mean: 'mean', sum: 'sum', last: 'last', circular: 'last' }[aggregate];
  const rows = await influx.query<{
    time: { getTime(): number };
    m: number | null;
    lo: number | null;
    hi: number | null;
    n: number;
    q: number | null;
  }>(
    `SELECT ${middle}(${value}) AS m, min(${value}) AS lo, max(${value}) AS hi, count(${quality}) AS n, max(${quality}) AS q FROM "${measurementOf(channel.quantity)}" WHERE ${where(channel, fromMs, toMs)} GROUP BY time(${stepMs}ms, ${fromMs % stepMs}ms) FILL(none)`,
  );
  const steps = rows.filter((row) => row.n > 0);
  return {
    id,
    stepMs,
    timeMs: steps.map((r) => r.time.getTime()),
    mean: steps.map((r) => r.m),
    lo: steps.map((r) => r.lo),
    hi: steps.map((r) => r.hi),
    n: steps.map((r) => r.n),
    quality: steps.map((r) => r.q ?? 0),
  };
}
