/** A real InfluxDB 1.x that can be killed, frozen and started again on its data; and what stands in it. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdsReadings } from '@karez/cloud';
import { influxdConfig, influxdProgram } from '@karez/cloud/testing';
import { freePorts } from '@karez/model/testing';
import type { StoredRows } from './books.ts';

export interface InfluxProcess {
  pid: number;
  whenReady: Promise<unknown>;
  ended: Promise<number | null>;
  log: string[];
  kill(): Promise<void>;
  /** SIGSTOP: it takes connections, and says nothing. */
  freeze(): void;
  thaw(): void;
}

export interface Influxd {
  /** As the cloud's --store wants it. */
  url: string;
  launch(): InfluxProcess;
  rows(): Promise<StoredRows>;
}

const DATABASE = 'karez';

/** Prepares a folder and ports for one; starts nothing. Throws in words where the program is missing. */
export async function makeInfluxd(folder: string): Promise<Influxd> {
  const program = influxdProgram();
  const [http, rpc] = (await freePorts(2)) as [number, number];
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'influxdb.conf');
  writeFileSync(config, influxdConfig(folder, http, rpc));
  const base = `http://127.0.0.1:${http}`;
  return {
    url: `${base}/${DATABASE}`,
    rows: () => readRows(base),
    launch() {
      const child = spawn(program, ['-config', config], { stdio: 'ignore' });
      const killAtExit = () => child.kill('SIGKILL');
      process.once('exit', killAtExit);
      const ended = new Promise<number | null>((resolve) => {
        child.once('close', (code) => {
          process.off('exit', killAtExit);
          resolve(code);
        });
      });
      return {
        ...{ pid: child.pid as number, ended, log: [], whenReady: answering(base, ended) },
        async kill() {
          child.kill('SIGKILL');
          await ended;
        },
        freeze: () => void child.kill('SIGSTOP'),
        thaw: () => void child.kill('SIGCONT'),
      };
    },
  };
}

/** Resolves once it answers; never where it ended before. */
async function answering(base: string, ended: Promise<unknown>): Promise<void> {
  let isGone = false;
  void ended.then(() => {
    isGone = true;
  });
  while (!isGone) {
    const isUp = await fetch(`${base}/ping`, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.status === 204,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Every reading: a point has its value, or, where the sensor is absent, a field that ends in .absent; .q says more of it. */
async function readRows(base: string): Promise<StoredRows> {
  const times = new Map<string, number[]>();
  let count = 0;
  for (const { name: measurement, values: fields } of await query(base, 'SHOW FIELD KEYS')) {
    for (const [field] of fields as [string, string][]) {
      if (!holdsReadings(measurement, field)) continue;
      const series = await query(base, `SELECT "${field}" FROM "${measurement}" GROUP BY device, place`);
      for (const { tags, values } of series) {
        const place = tags?.place ? `@${tags.place}` : '';
        const channel = `${tags?.device}/${field.replace(/\.absent$/, '')}${place}`;
        times.set(channel, [...(times.get(channel) ?? []), ...values.map(([time]) => Number(time))]);
        count += values.length;
      }
    }
  }
  return { count, times, numbers: undefined };
}

interface InfluxSeries {
  name: string;
  tags?: Record<string, string>;
  values: unknown[][];
}

async function query(base: string, q: string): Promise<InfluxSeries[]> {
  const response = await fetch(`${base}/query?${new URLSearchParams({ db: DATABASE, epoch: 'ms', q })}`);
  const { results } = (await response.json()) as { results?: { series?: InfluxSeries[]; error?: string }[] };
  const [result] = results ?? [];
  if (result === undefined || result.error !== undefined) throw new Error(`InfluxDB: ${q}: ${result?.error}`);
  return result.series ?? [];
}
