/**
 * InfluxDB's HTTP interface as far as `influx` does not serve us: writes of line protocol and answers as CSV, over a few
 * kept-alive connections (InfluxDB 1.x documentation, "InfluxDB API reference"). An answer that is neither a success nor
 * the points' own fault is STORE_UNAVAILABLE: nothing is known about what was stored, and repeating is right.
 */
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { KarezError, messageOf } from '@karez/model';
import type { Refusal } from './find-guilty.ts';
import type { InfluxAddress } from './influx-address.ts';

const zip = promisify(gzip);
const TIMEOUT_MS = 15_000;
/** Bytes of an answer that are read; a longer one is not understood. */
const LONGEST_ANSWER = 16 * 1024 * 1024;
/** On the same machine packing and unpacking costs more than it saves (docs/decisions/0005). */
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[?::1\]?)$/;
/** Answers to a write that speak of its points: malformed, of another type, too old, too many tags (1.x: 400, 2.x: 422 too). */
const POINTS_AT_FAULT = new Set([400, 422]);
/** The same statuses where the request was damaged on its way, which says nothing about its points. */
const DAMAGED = /\bEOF\b|gzip|time-?out|content-length|truncated/i;

export interface InfluxHttp {
  /** Writes lines of line protocol, into a retention policy or the default one; undefined when all are on disk. */
  write(lines: string, policy?: string): Promise<Refusal | undefined>;
  /** Runs a query; the answer as CSV with times in nanoseconds, or undefined where it is too long. */
  csv(query: string): Promise<string | undefined>;
  /** The same as series with their tags, times in milliseconds. */
  series(query: string): Promise<InfluxSeries[] | undefined>;
  close(): void;
}

export interface InfluxSeries {
  columns: string[];
  tags: Record<string, string>;
  /** Time, then the columns asked for. */
  values: (number | string | boolean | null)[][];
}

/** @param missing called when the database is not there (any more). */
export function influxHttp(address: InfluxAddress, connections: number, missing: () => Promise<void>): InfluxHttp {
  const { host, port, database, token } = address;
  const isTls = address.protocol === 'https';
  const agent = new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: connections });
  const send = isTls ? tlsRequest : request;
  const db = encodeURIComponent(database);
  const isNear = LOOPBACK.test(host);

  function ask(path: string, headers: OutgoingHttpHeaders, body?: Buffer): Promise<[number, string | undefined]> {
    const auth = address.username === undefined ? {} : { auth: `${address.username}:${address.password}` };
    const all = token === undefined ? headers : { ...headers, authorization: `Token ${token}` };
    return new Promise((resolve, reject) => {
      const sent = send(
        { host, port, agent, method: 'POST', path, timeout: TIMEOUT_MS, headers: all, ...auth },
        (response) => {
          read(response).then((text) => resolve([response.statusCode ?? 0, text]), reject);
        },
      );
      // The whole exchange, not only silence: an answer that trickles in holds up everybody behind it.
      const timer = AbortSignal.timeout(TIMEOUT_MS * 2);
      const tooLong = () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`));
      timer.addEventListener('abort', tooLong);
      sent.on('timeout', tooLong);
      sent.on('error', reject);
      sent.on('close', () => timer.removeEventListener('abort', tooLong));
      sent.end(body);
    });
  }

  async function answerTo(query: string, epoch: 'ms' | 'ns', accept: string): Promise<string | undefined> {
    const body = Buffer.from(`q=${encodeURIComponent(query)}`);
    const headers = { accept, 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
    const [status, text] = await ask(`/query?db=${db}&epoch=${epoch}`, headers, body).catch((cause) => {
      throw unavailable('InfluxDB did not answer', cause);
    });
    if (status !== 200) throw unavailable(`InfluxDB answered ${status}`, errorOf(text ?? ''));
    return text;
  }

  return {
    async write(lines, policy) {
      const body = isNear ? Buffer.from(lines) : await zip(lines, { level: 1 });
      const headers = { 'content-length': body.length, ...(isNear ? {} : { 'content-encoding': 'gzip' }) };
      const [status, text] = await ask(
        `/write?db=${db}&precision=ns${policy === undefined ? '' : `&rp=${policy}`}`,
        headers,
        body,
      ).catch((cause) => {
        throw unavailable('InfluxDB did not take the points', cause);
      });
      if (status === 204 || status === 200) return undefined;
      if (POINTS_AT_FAULT.has(status) && !DAMAGED.test(errorOf(text ?? ''))) return refusalOf(text ?? '');
      if (status === 404) await missing().catch(() => {});
      throw unavailable(`InfluxDB answered ${status}`, errorOf(text ?? ''));
    },
    csv: (query) => answerTo(query, 'ns', 'application/csv'),
    async series(query) {
      const text = await answerTo(query, 'ms', 'application/json');
      return text === undefined ? undefined : seriesIn(text);
    },
    close: () => agent.destroy(),
  };
}

async function read(response: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > LONGEST_ANSWER) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

export function unavailable(what: string, cause: unknown): KarezError {
  return new KarezError('STORE_UNAVAILABLE', `${what}: ${messageOf(cause)}`, { cause, where: 'influx' });
}

/**
 * What `influx` was asked, or STORE_UNAVAILABLE after a while: where the server dies in the middle of an answer, `influx`
 * waits for the rest for ever.
 */
export function answered<T>(asked: Promise<T>, limitMs: number): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  return new Promise((resolve, reject) => {
    const tooLong = () =>
      reject(unavailable('InfluxDB did not answer', new Error(`nothing within ${limitMs / 1000} s`)));
    limit.addEventListener('abort', tooLong);
    asked.then(resolve, reject).finally(() => limit.removeEventListener('abort', tooLong));
  });
}

/** InfluxDB's own words: `error` (1.x) or `message` (2.x) of its JSON. */
function errorOf(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { error?: string; message?: string };
    return (error ?? message ?? text).slice(0, 300);
  } catch {
    return text.slice(0, 300);
  }
}

/** The series of the one statement that was asked. */
function seriesIn(text: string): InfluxSeries[] {
  const { results } = JSON.parse(text) as {
    results?: { error?: string; partial?: boolean; series?: Partial<InfluxSeries>[] }[];
  };
  const [result] = results ?? [];
  if (result?.error !== undefined) throw unavailable('InfluxDB did not answer a question', result.error);
  if (result?.partial) throw unavailable('InfluxDB cuts its answers', 'set max-row-limit = 0 in its configuration');
  return (result?.series ?? []).map(({ columns = [], tags = {}, values = [] }) => ({ columns, tags, values }));
}

function refusalOf(text: string): Refusal {
  const words = errorOf(text);
  const dropped = /\s*dropped=(\d+)$/.exec(words);
  return {
    reason: dropped === null ? words : words.slice(0, dropped.index),
    dropped: dropped === null ? undefined : Number(dropped[1]),
  };
}
