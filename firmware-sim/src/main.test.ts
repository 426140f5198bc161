/** The simulator as a process: ready line, commands, record, ends of both kinds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Aedes } from 'aedes';
import { afterEach, describe, expect, test, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const folders: string[] = [];
const children = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of children) await ended(child, 'SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const isGone = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;
async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  children.delete(child);
  if (isGone(child)) return child.exitCode;
  const closed = new Promise((resolve) => child.once('close', resolve));
  if (signal !== undefined) child.kill(signal);
  await closed;
  return child.exitCode;
}

/** A farm of one probe, with a node where a broker is named. */
function makeFolder(broker?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'karez-sim-'));
  folders.push(folder);
  writeFileSync(
    join(folder, 'sim.yaml'),
    JSON.stringify({
      ...{ seed: 1, start: 'now', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
      fields: [
        {
          id: 'north',
          soil: 'loam',
          outline: [
            [86, 44],
            [86.1, 44],
            [86.1, 44.1],
          ],
        },
      ],
      lines: [
        {
          ...{ type: 'modbus', port: { pty: 'run/tty-soil' } },
          probes: [{ device: 'soil-1', address: 1, field: 'north', depthCm: 10 }],
        },
        { type: 'davis', device: 'weather', port: { tcp: 0 } },
      ],
      ...(broker === undefined
        ? {}
        : { nodes: { broker, intervalS: 1, devices: [{ device: 'node-1', field: 'north', depthsCm: [10, 30] }] } }),
    }),
  );
  writeFileSync(join(folder, 'secrets.yaml'), JSON.stringify({ devices: { 'node-1': 'password-1' } }));
  return folder;
}

function start(folder: string, more: string[] = []) {
  const child = spawn(
    process.execPath,
    [MAIN, '--config', join(folder, 'sim.yaml'), '--secrets', join(folder, 'secrets.yaml'), ...more],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  children.add(child);
  const lines: string[] = [];
  const errors: string[] = [];
  const waiting: { match: (line: string) => boolean; done: (line: string) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const w of waiting) if (w.match(line)) w.done(line);
  });
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const line = (event: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const match = (text: string) => text.startsWith(`{"event":"${event}"`);
      const done = (text: string) => resolve(JSON.parse(text) as Record<string, unknown>);
      waiting.push({ match, done });
      const there = lines.find(match);
      if (there !== undefined) done(there);
      child.once('close', () => reject(new Error(errors.join('\n'))));
    });
  return { child, line, errors };
}

describe('karez sim', () => {
  test('is ready when its ports are there, obeys commands, ends with status 0', async () => {
    const folder = makeFolder();
    const { child, line } = start(folder, ['--seed', '42', '--speed', '10']);
    const ready = await line('ready');
    expect(ready).toMatchObject({ seed: 42, speed: 10, nodes: 0 });
    expect(ready.lines).toMatchObject([
      { type: 'modbus', port: join(folder, 'run/tty-soil') },
      { type: 'davis', port: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
    ]);
    expect(lstatSync(join(folder, 'run/tty-soil')).isSymbolicLink()).toBe(true);
    child.stdin?.write('{"fault":"silence","device":"soil-1"}\nnonsense\n');
    expect(await line('fault')).toEqual({ event: 'fault', fault: 'silence', device: 'soil-1', fired: 0 });
    expect((await line('refused')).reason).toMatch(/JSON/);
    child.stdin?.write('{"report":"faults"}\n{"world":"rest"}\n');
    expect(await line('faults')).toMatchObject({ faults: [{ fault: 'silence', strikes: 0 }], nodes: { waiting: 0 } });
    expect(await line('rest')).toMatchObject({ simulatedMs: expect.any(Number) });
    expect(await ended(child, 'SIGTERM')).toBe(0);
    expect(existsSync(join(folder, 'run/tty-soil'))).toBe(false);
  });

  test('its tty goes with it even when it is killed', async () => {
    const folder = makeFolder();
    const { child, line } = start(folder);
    await line('ready');
    await ended(child, 'SIGKILL');
    await vi.waitFor(
      () => expect(lstatSync(join(folder, 'run/tty-soil'), { throwIfNoEntry: false })).toBeUndefined(),
      10_000,
    );
  });

  test('says in one line what is wrong and ends with status 1', async () => {
    const folder = makeFolder();
    const wrong: [string[], RegExp][] = [
      [['--speed', 'fast'], /--speed must be a number from 0.01 to 10000, not \\"fast\\"/],
      [['--seed', '-1'], /--seed/],
      [['--config', join(folder, 'none.yaml')], /cannot read/],
    ];
    for (const [args, words] of wrong) {
      const { child, errors } = start(folder, args);
      expect(await ended(child)).toBe(1);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatch(words);
    }
  });

  test('records what was acknowledged, and never uses a number twice after a start anew', async () => {
    const aedes = await Aedes.createBroker();
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      aedes.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const folder = makeFolder(`mqtt://127.0.0.1:${(server.address() as { port: number }).port}`);
    const record = ['--record', join(folder, 'sim')];
    const acked = () =>
      existsSync(join(folder, 'sim/acked.ndjson'))
        ? readFileSync(join(folder, 'sim/acked.ndjson'), 'utf8')
            .trim()
            .split('\n')
            .filter(Boolean)
            .map((text) => JSON.parse(text) as { device: string; n: number; t: number })
        : [];

    const first = start(folder, record);
    await vi.waitFor(() => expect(acked().length).toBeGreaterThanOrEqual(2), 30_000);
    await ended(first.child, 'SIGKILL');
    const before = acked();
    const second = start(folder, record);
    await vi.waitFor(() => expect(acked().length).toBeGreaterThanOrEqual(before.length + 2), 30_000);
    expect(await ended(second.child, 'SIGINT')).toBe(0);

    const all = acked();
    expect(all.slice(0, before.length)).toEqual(before);
    expect(new Set(all.map((m) => m.n)).size).toBe(all.length);
    for (const [i, m] of all.entries()) {
      expect(m.device).toBe('node-1');
      if (i > 0) expect(m.n).toBeGreaterThan((all[i - 1] as (typeof all)[number]).n);
      if (i > 0) expect(m.t).toBeGreaterThan((all[i - 1] as (typeof all)[number]).t);
    }
    const closed = new Promise((resolve) => server.close(resolve));
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
});
