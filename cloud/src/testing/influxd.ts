/** A real InfluxDB 1.x on free loopback ports with an empty folder, for tests and benchmarks. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Influxd {
  url: string;
  port: number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts influxd. Throws in words where the program is missing. */
export async function startInfluxd(parent = tmpdir()): Promise<Influxd> {
  const program = ['/usr/bin/influxd', '/usr/local/bin/influxd'].find((path) => existsSync(path));
  if (program === undefined)
    throw new Error('influxd is missing: install InfluxDB 1.x (Debian: apt-get install influxdb)');
  const folder = mkdtempSync(join(parent, 'karez-influxd-'));
  const [http, rpc] = await Promise.all([freePort(), freePort()]);
  const config = join(folder, 'influxdb.conf');
  writeFileSync(
    config,
    `reporting-disabled = true
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
`,
  );
  const child = spawn(program, ['-config', config], { stdio: 'ignore' });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const base = `http://127.0.0.1:${http}`;
  for (let tries = 0; ; tries++) {
    const up = await fetch(`${base}/ping`).then(
      (r) => r.status === 204,
      () => false,
    );
    if (up) break;
    if (tries > 300 || child.exitCode !== null) throw new Error('influxd did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: `${base}/karez`,
    port: http,
    async stop() {
      child.kill('SIGKILL');
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
