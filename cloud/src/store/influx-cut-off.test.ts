/** An InfluxDB that is killed in the middle of an answer: nobody waits for the rest. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { OpenVault } from '../vault/open-vault.ts';
import { openInfluxStore } from './influx.ts';
import { parseInfluxUrl } from './influx-address.ts';

const LIMIT_MS = 300;
let server: Server | undefined;
let asked: string[] = [];

afterEach(() => {
  server?.close();
  asked = [];
});

/** Answers with a head and half a body, then is gone. */
async function dyingInfluxd(): Promise<string> {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
    response.write('{"results":[');
    setImmediate(() => response.destroy());
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/karez`;
}

const vault = { known: async () => [[]], commit: async () => [] } as unknown as OpenVault;
const channel = {
  ...{ farm: 'farm', gateway: 'gw-1', device: 'soil-1', quantity: 'soil.moisture' },
  ...{ place: undefined, field: undefined },
};

test('a store opens, and says that it is late', async () => {
  const late: unknown[] = [];
  const store = await openInfluxStore(parseInfluxUrl(await dyingInfluxd()), vault, {
    ...{ late: (e) => late.push(e), limitMs: LIMIT_MS },
  });
  expect(asked).toHaveLength(1);
  expect(late).toMatchObject([{ code: 'STORE_UNAVAILABLE' }]);
  await store.close();
});

test('a history is refused, not awaited for ever', async () => {
  const store = await openInfluxStore(parseInfluxUrl(await dyingInfluxd()), vault, { limitMs: LIMIT_MS });
  const wanted = { channel, id: 'x', aggregate: 'mean' as const, fromMs: 0, toMs: 1_000, points: 10, most: 100 };
  await expect(store.history(wanted)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(asked).toHaveLength(2);
  await store.close();
});
