import { createSocket } from 'node:dgram';
import { silentLogger, systemClock } from '@karez/model';
import { afterEach, expect, test } from 'vitest';
import { openPort } from './port.ts';

const deps = { clock: systemClock(), logger: silentLogger };
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function host() {
  const socket = createSocket('udp4');
  const heard: { text: string; port: number }[] = [];
  let wake = () => {};
  socket.on('message', (bytes, { port }) => {
    heard.push({ text: bytes.toString(), port });
    wake();
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  endings.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  const until = async (n: number) => {
    while (heard.length < n) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { socket, port: socket.address().port, heard, until };
}

async function open(port: Parameters<typeof openPort>[0]) {
  const heard: string[] = [];
  let wake = () => {};
  const it = await openPort(
    port,
    '.',
    (bytes) => {
      heard.push(Buffer.from(bytes).toString());
      wake();
    },
    deps,
  );
  endings.push(() => it.stop());
  const until = async (n: number) => {
    while (heard.length < n) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { it, heard, until };
}

test('two lines send to one port, each from its own, and hear what is answered there', async () => {
  const gateway = await host();
  const [one, two] = await Promise.all([
    open({ udp: `127.0.0.1:${gateway.port}` }),
    open({ udp: `127.0.0.1:${gateway.port}` }),
  ]);
  one.it.write(Buffer.from('one'));
  two.it.write(Buffer.from('two'));
  await gateway.until(2);
  const portOf = (text: string) => gateway.heard.find((h) => h.text === text)?.port as number;
  expect(portOf('one')).not.toBe(portOf('two'));
  gateway.socket.send('to two', portOf('two'), '127.0.0.1');
  await two.until(1);
  expect([one.heard, two.heard]).toEqual([[], ['to two']]);
});

test('one that waits says nothing until somebody speaks, and a port that is taken is said to be so', async () => {
  const drone = await open({ udpListen: 0 });
  drone.it.write(Buffer.from('lost'));
  const port = Number(drone.it.name.split(':')[1]);
  await expect(open({ udpListen: port })).rejects.toThrow(/UDP port \d+ on 127.0.0.1 is taken/);
  const gateway = await host();
  gateway.socket.send('hello', port, '127.0.0.1');
  await drone.until(1);
  drone.it.write(Buffer.from('here'));
  await gateway.until(1);
  expect(gateway.heard.map((h) => h.text)).toEqual(['here']);
});
