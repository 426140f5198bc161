import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, seededRandom, silentLogger, systemClock } from '@karez/model';
import { afterEach, expect, test } from 'vitest';
import type { LinePort } from '../config/port.ts';
import { openPty } from '../testing/pty.ts';
import { startTransport, type Transport } from './transport.ts';

/** The real clock, a hundred times as fast for delays. */
const hasty: Clock = { ...systemClock(), after: (ms, run) => systemClock().after(ms / 100, run) };
const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

function start(port: LinePort, clock: Clock = systemClock()) {
  const it = startTransport(port, 9_600, { clock, random: seededRandom(1), logger: silentLogger });
  endings.push(() => it.stop());
  let heard = '';
  let wake = () => {};
  const tell = () => wake();
  it.onBytes = (bytes) => {
    heard += Buffer.from(bytes).toString('latin1');
    tell();
  };
  it.onOpen = tell;
  it.onClose = tell;
  /** Waits for the line to be as wanted. */
  const until = async (is: (it: Transport, heard: string) => boolean) => {
    while (!is(it, heard)) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { it, until };
}

/**
 * Not 127.0.0.1: from there connections of all that run beside this test go out, and one of them may hold the port that a server
 * has just left; with enough attempts the line would even reach itself.
 */
const HOST = '127.0.0.2';

async function tcpServer(port = 0): Promise<{ server: Server; port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    socket.on('data', (bytes) => socket.write(Buffer.from(bytes.toString().toUpperCase())));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, HOST, resolve));
  return { server, port: (server.address() as { port: number }).port, sockets };
}

test('a real tty: bytes both ways, pulled out, noticed in words, free for others after stop', async () => {
  const pty = await openPty();
  pty.onBytes = (bytes) => pty.write(Uint8Array.from(bytes, (b) => b + 1));
  const { it, until } = start({ serial: pty.path });
  await until((t) => t.open);
  it.write(Uint8Array.from([0x41, 0x0a, 0x0d, 0x11, 0x13, 0x7f]));
  await until((_, heard) => heard === 'B\x0b\x0e\x12\x14\x80');
  await it.stop();
  const again = start({ serial: pty.path });
  await again.until((t) => t.open);
  await pty.unplug();
  await again.until((t) => !t.open);
  expect(again.it.trouble).toMatch(/unplugged|not there/);
  expect(() => again.it.write(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'TRANSPORT_CLOSED' }));
});

test('a port that somebody else holds is said to be in use, and opened when it is free', async () => {
  const pty = await openPty();
  endings.push(() => pty.unplug());
  const first = start({ serial: pty.path });
  await first.until((t) => t.open);
  const second = start({ serial: pty.path }, hasty);
  while (second.it.trouble === 'not opened yet') await new Promise((resolve) => setImmediate(resolve));
  expect(second.it.trouble).toMatch(/in use by another program/);
  await first.it.stop();
  await second.until((t) => t.open);
});

test('stopped while it opens, a port is free afterwards', async () => {
  const pty = await openPty();
  endings.push(() => pty.unplug());
  for (let i = 0; i < 5; i++) {
    const { it } = start({ serial: pty.path });
    for (let turns = 0; turns < i; turns++) await new Promise((resolve) => setImmediate(resolve));
    await it.stop();
  }
  const last = start({ serial: pty.path });
  await last.until((t) => t.open);
});

test('a serial server that restarts is connected to again', async () => {
  const one = await tcpServer();
  const { it, until } = start({ tcp: `${HOST}:${one.port}` }, hasty);
  await until((t) => t.open);
  it.write(Buffer.from('abc'));
  await until((_, heard) => heard === 'ABC');
  for (const socket of one.sockets) socket.resetAndDestroy();
  await new Promise((resolve) => one.server.close(resolve));
  await until((t) => !t.open);
  while (!/nobody answers/.test(it.trouble ?? '')) await new Promise((resolve) => setImmediate(resolve));
  const two = await tcpServer(one.port);
  endings.push(async () => {
    for (const socket of two.sockets) socket.destroy();
    await new Promise((resolve) => two.server.close(resolve));
  });
  await until((t) => t.open);
  it.write(Buffer.from('def'));
  await until((_, heard) => heard === 'ABCDEF');
});

test('a half-open connection, which never says a word, is given up', async () => {
  const mute = await tcpServer();
  mute.server.removeAllListeners('connection');
  let connections = 0;
  const sockets: Socket[] = [];
  mute.server.on('connection', (socket) => {
    connections++;
    sockets.push(socket.on('error', () => {}));
  });
  endings.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.server.close(resolve));
  });
  const fast: Clock = { ...hasty, monoMs: () => performance.now() * 100 };
  const { it, until } = start({ tcp: `${HOST}:${mute.port}` }, fast);
  await until((t) => t.open);
  await until((t) => !t.open);
  expect(it.trouble).toMatch(/nothing came from .* for \d+ s/);
  await until((t) => t.open);
  // Its own end may know of it first.
  while (connections < 2) await new Promise((resolve) => setImmediate(resolve));
});
