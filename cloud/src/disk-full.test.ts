/**
 * The cloud's own disk refuses writes: because it is full, or because no file may grow. Nothing is acknowledged,
 * the cloud goes on answering, and it resumes by itself. The cloud is a process of its own, and the kernel says no.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCredential } from './registry/credentials.ts';
import { ownersToken } from './testing/owners-token.ts';
import { EPOCH, FARM, until } from './testing/test-cloud.ts';
import { connectGateway, type TestGateway } from './testing/test-gateway.ts';
import { openVault } from './vault/open-vault.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const FLAG = '--disable-warning=ExperimentalWarning';
/** A namespace in which we may mount: as root at once, as somebody else with users of its own. */
const NAMESPACE = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];

/** Whether this machine lets us mount a small disk; in some containers it does not. */
function canMount(): boolean {
  try {
    execFileSync('unshare', [...NAMESPACE, 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Fault {
  /** Whether the cloud's data lie on a disk of their own. */
  ownDisk: boolean;
  begin(pid: number, data: string): void;
  end(pid: number, data: string): void;
}

/** The cloud's disk as the cloud sees it. */
const inside = (pid: number, data: string) => `/proc/${pid}/root${data}`;

const FAULTS: Record<string, Fault> = {
  'no file may grow': {
    ownDisk: false,
    begin(pid, data) {
      const size = Math.min(...['cloud.db', 'cloud.db-wal'].map((f) => statSync(join(data, f)).size));
      execFileSync('prlimit', ['--pid', `${pid}`, `--fsize=${size}:unlimited`]);
    },
    end: (pid) => execFileSync('prlimit', ['--pid', `${pid}`, '--fsize=unlimited:unlimited']),
  },
};
if (canMount()) {
  FAULTS['the disk is full'] = {
    ownDisk: true,
    begin(pid, data) {
      const { bavail, bsize } = statfsSync(inside(pid, data));
      for (let left = bavail * bsize, n = 0; left > 0; n++, left = statfsSync(inside(pid, data)).bavail * bsize)
        writeFileSync(join(inside(pid, data), `filler-${n}`), Buffer.alloc(left));
    },
    end: (pid, data) => execFileSync('sh', ['-c', `rm ${inside(pid, data)}/filler-*`]),
  };
}

describe.each(Object.keys(FAULTS))('%s', (name) => {
  const fault = FAULTS[name] as Fault;
  let folder: string;
  let data: string;
  let child: ChildProcess;
  let http: string;
  let headers: Record<string, string>;
  let gateway: TestGateway;
  let pid: number;
  let next = 1;
  const rows = (count: number) =>
    Array.from({ length: count }, () => ({ seq: next, timeMs: Date.now() - 60_000 + next, value: next++ }));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'karez-disk-'));
    data = join(folder, 'data');
    mkdirSync(data);
    const { password, credential } = await makeCredential();
    const vault = await openVault({ path: join(folder, 'cloud.db'), keepReadings: true });
    await vault.setCredential(FARM, 'gw-1', credential, 0);
    await vault.close();
    headers = { authorization: `Bearer ${await ownersToken(folder)}` };
    const start = `cp ${folder}/*.db ${data}/ && exec ${process.execPath} ${FLAG} ${MAIN} --data ${data} --http-port 0 --mqtt-port 0`;
    child = fault.ownDisk
      ? spawn('unshare', [...NAMESPACE, 'sh', '-c', `mount -t tmpfs -o size=3m tmpfs ${data} && ${start}`])
      : spawn('sh', ['-c', start]);
    pid = child.pid as number;
    let said = '';
    child.stdout?.on('data', (chunk) => (said += chunk));
    const ready = await until('the cloud to be ready', () => /\{"event":"ready".*\}/.exec(said)?.[0]);
    const { http: at, mqtt: url } = JSON.parse(ready) as { http: string; mqtt: string };
    http = at;
    gateway = await connectGateway({ url, farm: FARM, gateway: 'gw-1', password, epoch: EPOCH });
    await gateway.describe();
    await gateway.deliver(rows(100));
  });
  afterAll(async () => {
    await gateway?.close();
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await closed;
    expect(existsSync(join(data, 'cloud.db'))).toBe(!fault.ownDisk);
    rmSync(folder, { recursive: true });
  });

  test('nothing is acknowledged meanwhile, the cloud goes on answering, and all of it is stored afterwards', async () => {
    fault.begin(pid, data);
    const refused = () => gateway.retries.get('STORE_UNAVAILABLE') ?? 0;
    const delivering = Promise.all([gateway.deliver(rows(2_000)), gateway.deliver(rows(2_000))]);
    await until('the disk to refuse', () => (refused() >= 3 ? true : undefined));
    expect(gateway.stored.size).toBe(100);
    // A status is answered, and the page shows what there is.
    await gateway.say({ monoMs: 7 });
    await until('the time', () => gateway.acks.find((a) => a.echoMs === 7));
    const latest = await (await fetch(`${http}api/v1/farms/${FARM}/latest`, { headers })).json();
    expect(Object.keys((latest as { values: object }).values)).toHaveLength(1);
    fault.end(pid, data);
    await delivering;
    expect(gateway.stored.size).toBe(next - 1);
    await gateway.deliver(rows(10));
    const seen = await until('the ledger', async () => {
      const [found] = (await (await fetch(`${http}api/v1/gateways`, { headers })).json()) as {
        ledger: { stored: number }[];
      }[];
      return found?.ledger[0]?.stored === next - 1 ? found : undefined;
    });
    expect(seen).toMatchObject({ ledger: [{ ranges: [[1, next - 1]], conflicts: 0 }] });
  }, 90_000);
});
