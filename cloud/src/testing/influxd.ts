/** A real InfluxDB 1.x on free loopback ports with an empty folder, for tests and benchmarks. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@karez/model/testing';

export interface Influxd {
  url: string;
  port: number;
  /** Its process, while it runs. */
  pid(): number;
  /** Ends it as a power cut does; its folder stays. */
  kill(): Promise<void>;
  /** Starts it again on what is in its folder. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts influxd. Throws in words where the program is missing. */
export async function startInfluxd(parent = tmpdir()): Promise<Influxd> {
  const program = influxdProgram();
  const folder = mkdtempSync(join(parent, 'karez-influxd-'));
  const [http, rpc] = (await freePorts(2)) as [number, number];
  const config = join(folder, 'influxdb.conf');
  writeFileSync(config, influxdConfig(folder, http, rpc));
  const base = `http://127.0.0.1:${http}`;
  let child: ChildProcess | undefined;
  const kill = async () => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const closed = new Promise((resolve) => running.once('close', resolve));
    running.kill('SIGKILL');
    await closed;
  };
  const stop = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const start = async () => {
    const started = spawn(program, ['-config', config], { stdio: 'ignore' });
    child = started;
    for (let tries = 0; !(await answers(`${base}/ping`)); tries++) {
      if (tries > 300 || started.exitCode !== null) {
        await stop();
        throw new Error('influxd did not start');
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await start();
  return { url: `${base}/karez`, port: http, pid: () => child?.pid ?? 0, kill, start, stop };
}

async function answers(url: string): Promise<boolean> {
  return await fetch(url).then(
    (r) => r.status === 204,
    () => false,
  );
}

/** The installed program. Throws in words where it is missing. */
export function influxdProgram(): string {
  const program = ['/usr/bin/influxd', '/usr/local/bin/influxd'].find((path) => existsSync(path));
  if (program === undefined)
    throw new Error('influxd is missing: install InfluxDB 1.x (Debian: apt-get install influxdb)');
  return program;
}

/** A configuration that keeps everything in the folder and listens on two loopback ports. */
export function influxdConfig(folder: string, http: number, rpc: number): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
  index-version = "inmem"
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
[logging]
  level = "error"
[monitor]
  store-enabled = false
`;
}
