/** The road between gateway and cloud in each of its states, against an echo. */
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { seededRandom } from '@karez/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Lane, startWeakLink, type WeakLink } from './weak-link.ts';

let server: Server;
let link: WeakLink;
const ends = new Set<Socket>();

beforeEach(async () => {
  server = createServer((socket) => {
    ends.add(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  link = await startWeakLink((server.address() as { port: number }).port, seededRandom(1));
});

afterEach(async () => {
  await link.close();
  for (const socket of ends) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** A connection through the road, and what came back over it. */
async function connect() {
  const socket = createConnection({ port: link.port, host: '127.0.0.1' });
  const heard: Buffer[] = [];
  let wake = () => {};
  socket.on('data', (chunk) => {
    heard.push(chunk);
    wake();
  });
  const closed = new Promise<string>((resolve) => {
    let code = 'closed';
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code as string;
    });
    socket.on('close', () => resolve(code));
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  const bytes = () => Buffer.concat(heard);
  const until = async (n: number) => {
    while (bytes().length < n) await new Promise<void>((resolve) => (wake = resolve));
    return bytes();
  };
  return { socket, closed, until, bytes };
}

test('open, it carries both ways and counts', async () => {
  const { socket, until } = await connect();
  const sent = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i & 0xff));
  socket.write(sent);
  expect((await until(sent.length)).equals(sent)).toBe(true);
  expect(link.bytes).toEqual({ up: 200_000, down: 200_000 });
});

test('cut, it resets what is open and refuses what comes', async () => {
  const before = await connect();
  link.become({ state: 'cut' });
  expect(await before.closed).toBe('ECONNRESET');
  const during = createConnection({ port: link.port, host: '127.0.0.1' });
  during.on('error', () => {});
  await new Promise((resolve) => during.once('close', resolve));
  expect(link.struck.cut).toBe(2);
  link.become({ state: 'open' });
  const { socket, until } = await connect();
  socket.write('again');
  expect((await until(5)).toString()).toBe('again');
});

test('silent, nothing passes and nobody is told; afterwards those connections are reset', async () => {
  const before = await connect();
  before.socket.write('one');
  await before.until(3);
  link.become({ state: 'silent' });
  before.socket.write('two');
  const during = await connect();
  during.socket.write('three');
  await new Promise((resolve) => setImmediate(resolve));
  expect([before.bytes().toString(), during.bytes().toString()]).toEqual(['one', '']);
  expect(link.struck.silent).toBe(2);
  link.become({ state: 'open' });
  expect(await before.closed).toBe('ECONNRESET');
  expect(await during.closed).toBe('ECONNRESET');
});

test('a slow lane delays each piece once, and carries no more than it can', () => {
  const lane = new Lane(seededRandom(1));
  const slow = { state: 'slow', bytesPerSecond: 1_000, delayMs: 400 } as const;
  const due = [0, 10, 20, 3_000].map((now) => lane.send(now, 100, slow).dueMs);
  expect(due).toEqual([500, 600, 700, 3_500]);
  expect(lane.send(3_000, 100, { state: 'open' }).dueMs, 'nothing overtakes').toBe(3_500);
});

test('a lossy lane lets what is lost come after a second, two, four, and the rest behind it', () => {
  const lane = new Lane(seededRandom(1));
  const sent = Array.from({ length: 2_000 }, (_, i) => ({
    i,
    ...lane.send(i * 100_000, 1, { state: 'lossy', share: 0.25 }),
  }));
  const waits = sent.map(({ i, dueMs }) => dueMs - i * 100_000);
  const share = (is: (wait: number) => boolean) => waits.filter(is).length / waits.length;
  expect(new Set(waits)).toContain(7_000);
  expect(share((w) => w > 0)).toBeCloseTo(0.25, 1);
  expect(share((w) => w > 1_000)).toBeCloseTo(0.0625, 1);
  expect(sent.filter((s) => s.struck)).toHaveLength(waits.filter((w) => w > 0).length);
});

test('slow and lossy, everything arrives, later and in order', async () => {
  const sent = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % 251));
  for (const road of [
    { state: 'slow', bytesPerSecond: 200_000, delayMs: 20 },
    { state: 'lossy', share: 0.05 },
  ] as const) {
    link.become(road);
    const { socket, until } = await connect();
    socket.write(sent);
    expect((await until(sent.length)).equals(sent), road.state).toBe(true);
    expect(link.struck[road.state]).toBeGreaterThan(0);
    socket.destroy();
  }
});
