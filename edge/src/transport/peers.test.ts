/** Ports on which several may speak, over real sockets. */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { connect as connectSocket } from 'node:net';
import { type Clock, LIMITS, seededRandom, silentLogger, systemClock } from '@karez/model';
import { freePort } from '@karez/model/testing';
import { afterEach, describe, expect, test } from 'vitest';
import type { AnyPort } from '../config/port.ts';
import { PeerList } from './peer-list.ts';
import { startTransport, type Transport } from './transport.ts';

/** The real clock, a hundred times as fast for delays. */
const hasty: Clock = { ...systemClock(), after: (ms, run) => systemClock().after(ms / 100, run) };
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

function start(port: AnyPort) {
  const it = startTransport(port, 0, { clock: hasty, random: seededRandom(1), logger: silentLogger });
  endings.push(() => it.stop());
  const heard: [from: string | undefined, text: string][] = [];
  let wake = () => {};
  it.onBytes = (bytes, from) => {
    heard.push([from, Buffer.from(bytes).toString()]);
    wake();
  };
  it.onOpen = () => wake();
  it.onClose = () => wake();
  const until = async (is: (it: Transport) => boolean) => {
    while (!is(it)) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { it, heard, until };
}

async function udpSocket(port = 0) {
  const socket: Socket = createSocket('udp4');
  const heard: { text: string; peer: RemoteInfo }[] = [];
  let wake = () => {};
  socket.on('message', (bytes, peer) => {
    heard.push({ text: bytes.toString(), peer });
    wake();
  });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= new Promise<void>((resolve) => socket.close(() => resolve()));
    return closed;
  };
  endings.push(close);
  const until = async (n: number) => {
    while (heard.length < n) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { socket, port: socket.address().port, heard, until, close };
}

test('several speak on one UDP port and are told apart; an answer goes to the one that is meant, or to all', async () => {
  const port = await freePort();
  const { it, heard, until } = start({ udpListen: `127.0.0.1:${port}` });
  await until((t) => t.open);
  const drones = await Promise.all([udpSocket(), udpSocket(), udpSocket()]);
  for (const [i, { socket }] of drones.entries()) socket.send(`drone ${i}`, port, '127.0.0.1');
  await until(() => heard.length === 3);
  const names = drones.map((drone) => `127.0.0.1:${drone.port}`);
  expect(Object.fromEntries(heard)).toEqual(Object.fromEntries(names.map((name, i) => [name, `drone ${i}`])));
  it.write(Buffer.from('to the second'), names[1]);
  it.write(Buffer.from('to all'));
  it.write(Buffer.from('to nobody'), '127.0.0.1:1');
  await Promise.all(drones.map((drone, i) => drone.until(i === 1 ? 2 : 1)));
  expect(drones.map((drone) => drone.heard.map(({ text }) => text).sort())).toEqual([
    ['to all'],
    ['to all', 'to the second'],
    ['to all'],
  ]);
  expect(drones[0]?.heard[0]?.peer.port).toBe(port);
});

test('a UDP port that is taken is said to be so, and opened when it is free', async () => {
  const taken = await udpSocket();
  const { until, it } = start({ udpListen: `127.0.0.1:${taken.port}` });
  while (it.trouble === 'not opened yet') await new Promise((resolve) => setImmediate(resolve));
  expect(it.trouble).toMatch(/udp 127.0.0.1:\d+ is taken by another program/);
  await taken.close();
  await until((t) => t.open);
});

test('UDP to an address: both ways, nobody there is noticed, and heard again when somebody is', async () => {
  const drone = await udpSocket();
  const { it, heard, until } = start({ udp: `127.0.0.1:${drone.port}` });
  await until((t) => t.open);
  it.write(Buffer.from('who is there'));
  await drone.until(1);
  const own = drone.heard[0]?.peer.port as number;
  const stranger = await udpSocket();
  stranger.socket.send('not I', own, '127.0.0.1');
  drone.socket.send('I', own, '127.0.0.1');
  await until(() => heard.length > 0);
  expect(heard).toEqual([[undefined, 'I']]);
  await drone.close();
  // The refusal comes by ICMP, after something was sent.
  const asking = setInterval(() => it.open && it.write(Buffer.from('?')), 1);
  endings.push(() => clearInterval(asking));
  await until((t) => !t.open);
  expect(it.trouble).toMatch(/nobody answers/);
  const again = await udpSocket(drone.port);
  await again.until(1);
  again.socket.send('I again', again.heard[0]?.peer.port as number, '127.0.0.1');
  await until(() => heard.length > 1);
  expect(heard[1]).toEqual([undefined, 'I again']);
});

test('devices connect to a TCP port, come and go, and are told apart', async () => {
  const port = await freePort();
  const { it, heard, until } = start({ tcpListen: `127.0.0.1:${port}` });
  await until((t) => t.open);
  const client = async () => {
    const socket = connectSocket(port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    endings.push(() => socket.destroy());
    return socket;
  };
  const [one, two] = [await client(), await client()];
  one.write('one');
  two.write('two');
  await until(() => heard.length === 2);
  expect(new Set(heard.map(([from]) => from)).size).toBe(2);
  const answered = new Promise<string>((resolve) => one.once('data', (bytes) => resolve(bytes.toString())));
  it.write(Buffer.from('yes, one'), heard.find(([, text]) => text === 'one')?.[0]);
  expect(await answered).toBe('yes, one');
  two.destroy();
  const three = await client();
  three.write('three');
  await until(() => heard.length === 3);
  expect(it.open).toBe(true);
});

describe('peers', () => {
  test('are remembered up to a limit; who was silent longest gives way', () => {
    const peers = new PeerList<number>();
    for (let i = 0; i < LIMITS.linePeers; i++) peers.heard(`p${i}`, i);
    peers.heard('p0', 0);
    peers.heard('new', 99);
    expect(peers.named(undefined).length).toBe(LIMITS.linePeers);
    expect([peers.named('p0'), peers.named('p1'), peers.named('new')]).toEqual([[0], [], [99]]);
    peers.gone('new');
    expect(peers.named('new')).toEqual([]);
  });
});

test('stopped while it opens, a port is free afterwards', async () => {
  const port = await freePort();
  for (const key of ['udpListen', 'tcpListen'] as const) {
    for (let i = 0; i < 4; i++) {
      const { it } = start({ [key]: `127.0.0.1:${port}` } as AnyPort);
      for (let turns = 0; turns < i; turns++) await new Promise((resolve) => setImmediate(resolve));
      await it.stop();
    }
    const last = start({ [key]: `127.0.0.1:${port}` } as AnyPort);
    await last.until((t) => t.open);
    await last.it.stop();
  }
});
