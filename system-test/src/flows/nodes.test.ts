/** Each node in a real Node-RED runtime (node-red-node-test-helper), with a real gateway and cloud. */
import { createServer, type Server } from 'node:http';
import { CommandRequest, checker } from '@karez/model/schemas';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { GATEWAY, passwordOf } from '../farm.ts';
import { type FlowFarm, type FlowNode, flowFarm, type Message, requireRed } from './red.ts';

const helper = requireRed('node-red-node-test-helper');
helper.init(requireRed.resolve('node-red'));
const karez = requireRed('./nodes/karez.js');

interface RedNode {
  on(event: string, hear: (msg: Message) => void): void;
  receive(msg: Message): void;
}

let place: FlowFarm;
beforeAll(async () => {
  place = await flowFarm();
  await new Promise<void>((resolve) => helper.startServer(resolve));
});
afterEach(() => helper.unload());
afterAll(async () => {
  await new Promise<void>((resolve) => helper.stopServer(resolve));
  await place.farm.close();
});

/** Starts a flow of one node `n` whose output, or error, comes to `out`. */
async function load(node: FlowNode, credentials: object = {}): Promise<{ n: RedNode; next: () => Promise<Message> }> {
  const flow = [
    { id: 'f', type: 'tab', label: 'test' },
    { id: 'gw', type: 'karez-gateway', ...place.gateway },
    { id: 'cl', type: 'karez-cloud', ...place.cloud },
    { z: 'f', x: 1, y: 1, wires: [['out']], gateway: 'gw', cloud: 'cl', ...node },
    { id: 'out', z: 'f', type: 'helper', wires: [] },
    { id: 'c', z: 'f', type: 'catch', scope: null, wires: [['out']] },
  ];
  const catcher = requireRed('@node-red/nodes/core/common/25-catch.js');
  await new Promise<void>((resolve) => helper.load([karez, catcher], flow, credentials, resolve));
  const came: Message[] = [];
  const waiting: ((msg: Message) => void)[] = [];
  helper.getNode('out').on('input', (msg: Message) => {
    const next = waiting.shift();
    if (next === undefined) came.push(msg);
    else next(msg);
  });
  return {
    n: helper.getNode(node.id),
    next: () => {
      const msg = came.shift();
      return msg === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(msg);
    },
  };
}

const device = { id: 'd', type: 'karez-device', device: 'own-1' };
const secret = { d: { password: passwordOf('own-1') } };
const soil = (vwc: number) => ({ soil: [{ d: 30, vwc, temp: 12.5, ec: 300 }], bat: 3.9, rssi: -60 });

test('a home-made device: on disk before it is said to be accepted, and in the cloud once', async () => {
  const { n, next } = await load(device, secret);
  n.receive({ payload: soil(17.3) });
  const msg = await next();
  expect(msg).toMatchObject({ accepted: true, payload: { soil: [{ vwc: 17.3 }] } });
  const { t } = msg.payload as { t: number };
  await expect
    .poll(
      async () => (await place.farm.api.history([`${GATEWAY}/own-1/soil.moisture@d30`], t - 1, t + 1)).series[0]?.mean,
      { timeout: 60_000, interval: 500 },
    )
    .toEqual([17.3]);
  n.receive({ payload: 17.3 });
  expect(JSON.stringify(await next())).toContain('must be an object with the values of the device’s profile, not 17.3');
});

test('a reading comes in with its names, those that were not asked for do not', async () => {
  const { next } = await load({
    id: 'r',
    type: 'karez-reading',
    quantity: 'soil.moisture@d30',
    device: 'own-1',
    quality: 'value',
  });
  const { DeviceLink } = requireRed('./lib/device-link.js');
  const link = new DeviceLink({ url: place.gateway.mqtt, device: 'own-1', password: passwordOf('own-1'), told() {} });
  // The first look finds what is there already; whatever comes later is news.
  let vwc = 20;
  const send = setInterval(() => void link.publish(soil(vwc++)), 700);
  try {
    const msg = await next();
    expect(msg).toMatchObject({
      topic: 'own-1/soil.moisture@d30',
      reading: { field: 'North', unit: '%', place: 'd30' },
    });
    expect(msg.payload).toBeGreaterThanOrEqual(20);
    expect((await next()).payload).toBeGreaterThan(msg.payload as number);
  } finally {
    clearInterval(send);
    await link.close();
  }
});

test('a threshold is set, an alert comes in, history is read', async () => {
  const rule = {
    ...{ id: 'dry', title: { en: 'Dry', zh: '干旱' }, enabled: true, scope: {}, severity: 'warning', tell: [] },
    condition: { type: 'below', input: { quantity: 'soil.moisture', place: 'd30' }, unit: '%', value: 5, recover: 6 },
    message: { en: '{device} is dry: {value}', zh: '{device} 干旱：{value}' },
  };
  const made = await place.farm.api.get(`/farms/${place.cloud.farm}/rules`, {
    ...{ method: 'POST', body: JSON.stringify(rule), headers: { 'content-type': 'application/json' } },
  });
  expect(made.status, await made.clone().text()).toBe(200);
  const threshold = await load({ id: 't', type: 'karez-threshold', rule: 'dry' }, { cl: { token: place.token } });
  threshold.n.receive({ payload: 40 });
  expect(await threshold.next()).toMatchObject({ rule: 'dry', payload: 40 });
  threshold.n.receive({ payload: 'wet' });
  expect(JSON.stringify(await threshold.next())).toContain('a threshold must be a number, not \\"wet\\"');
  threshold.n.receive({ payload: 40, rule: 'cold' });
  expect(JSON.stringify(await threshold.next())).toContain('there is no rule');
  const after = (await (await place.farm.api.get(`/farms/${place.cloud.farm}/rules`)).json()) as {
    rules: { rule: typeof rule }[];
  };
  expect(after.rules.find((r) => r.rule.id === 'dry')?.rule.condition).toMatchObject({ value: 40, recover: 41 });
  await helper.unload();

  const alerts = await load({ id: 'a', type: 'karez-alert', rule: 'dry', when: 'raised', language: 'zh' });
  const { DeviceLink } = requireRed('./lib/device-link.js');
  const link = new DeviceLink({ url: place.gateway.mqtt, device: 'own-1', password: passwordOf('own-1'), told() {} });
  const send = setInterval(() => void link.publish(soil(12)), 700);
  try {
    expect(await alerts.next()).toMatchObject({
      payload: 'Wi-Fi soil node 干旱：12.0',
      alert: { rule: 'dry', raised: true, severity: 'warning' },
    });
  } finally {
    clearInterval(send);
    await link.close();
  }
  await helper.unload();

  const channels = `${GATEWAY}/own-1/soil.moisture@d30`;
  const history = await load(
    { id: 'h', type: 'karez-history', channels, hours: 1, points: 10 },
    { cl: { token: place.token } },
  );
  await expect
    .poll(
      async () => {
        history.n.receive({});
        return (await history.next()).payload;
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toMatchObject([{ id: channels, n: expect.arrayContaining([expect.any(Number)]) }]);
});

test('a command is asked for as the contract says, each phase comes, a wrong one is refused here', async () => {
  const asked: unknown[] = [];
  const phases = ['acting', 'running', 'done'];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      if (request.method === 'POST') asked.push([request.url, request.headers.authorization, JSON.parse(body)]);
      const phase = request.method === 'POST' ? 'waiting' : phases.shift();
      response.end(JSON.stringify({ id: 'command-1', phase, steps: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  const settings = { gatewayId: 'gw-1', actuator: 'valve-1', runS: 600, expiresInS: 60 };
  const before = place.cloud;
  place.cloud = { ...before, url };
  try {
    const { n, next } = await load({ id: 'v', type: 'karez-command', ...settings }, { cl: { token: 'karez_x' } });
    n.receive({ payload: 'open' });
    expect(JSON.stringify(await next())).toContain('must be \\"on\\", \\"off\\" or a percent');
    n.receive({ payload: 'on', commandId: 'command-1' });
    const came = [await next(), await next(), await next(), await next()].map((msg) => msg.payload);
    expect(came).toEqual(['waiting', 'acting', 'running', 'done']);
    const [path, authorization, request] = asked[0] as [string, string, Record<string, unknown>];
    expect([asked.length, path, authorization]).toEqual([1, `/api/v1/farms/${before.farm}/commands`, 'Bearer karez_x']);
    expect(checker(CommandRequest, 'REQUEST_INVALID').problems(request)).toEqual([]);
  } finally {
    place.cloud = before;
    server.closeAllConnections();
    server.close();
  }
});
