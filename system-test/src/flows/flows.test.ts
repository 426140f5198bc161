/** The flows that are shipped, each imported and run in a real Node-RED beside a real gateway; one that loops; the editor in Chromium. */
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passwordOf } from '../farm.ts';
import { ROOT } from '../process.ts';
import { type Flows, startFlows } from './beside.ts';
import { example, type FlowFarm, type FlowNode, flowFarm, requireRed } from './red.ts';

const { DeviceLink } = requireRed('./lib/device-link.js');
const PATIENCE = { timeout: 90_000, interval: 300 };

let place: FlowFarm;
let flows: Flows;
/** A provider of text messages, and a cloud that is asked for commands. */
let outside: Server;
const texts: { to: string; text: string }[] = [];
const commands: Record<string, unknown>[] = [];
let link: InstanceType<typeof DeviceLink>;
/** Publishes a reading again and again, as a device does. */
let reading = { vwc: 30, temp: 12 };
let ticking: NodeJS.Timeout;

beforeAll(async () => {
  outside = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      if (request.url === '/sms') texts.push(JSON.parse(body));
      else if (request.method === 'POST') commands.push(JSON.parse(body));
      response.end(JSON.stringify({ id: 'x', phase: 'done', steps: [] }));
    });
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  place = await flowFarm();
  flows = await startFlows({ KAREZ_SMS_URL: `${outsideUrl()}sms`, KAREZ_PHONE: '+86 139' });
  link = new DeviceLink({ url: place.gateway.mqtt, device: 'own-1', password: passwordOf('own-1'), told() {} });
  const send = () => link.publish({ soil: [{ d: 30, ...reading, ec: 300 }], bat: 3.9, rssi: -60 }).catch(() => {});
  ticking = setInterval(send, 700);
});
afterAll(async () => {
  clearInterval(ticking);
  await link?.close();
  await flows?.close();
  await place?.farm.close();
  outside.closeAllConnections();
  outside.close();
});

const outsideUrl = () => `http://127.0.0.1:${(outside.address() as { port: number }).port}/`;

/** As it is shipped, but for the addresses that somebody fills in. */
function filledIn(name: string, change: (node: FlowNode) => object = () => ({})): FlowNode[] {
  return example(name).map((node) => {
    if (node.type === 'karez-gateway') return { ...node, ...place.gateway };
    if (node.type === 'karez-cloud') return { ...node, url: outsideUrl(), credentials: { token: 'karez_x' } };
    return { ...node, ...change(node) };
  });
}

test('nobody gets in without the password', async () => {
  expect((await fetch(new URL('flows', flows.url))).status).toBe(401);
  const body = new URLSearchParams({
    client_id: 'node-red-admin',
    grant_type: 'password',
    scope: '*',
    username: 'karez',
    password: 'karez',
  });
  expect((await fetch(new URL('auth/token', flows.url), { method: 'POST', body })).status).toBe(403);
  expect((await flows.admin('flows')).status).toBe(200);
});

test('frost: one text message for each alert, none again after Node-RED was started again', async () => {
  const rule = {
    ...{
      id: 'frost-test',
      title: { en: 'Frost', zh: '霜冻' },
      enabled: true,
      scope: {},
      severity: 'critical',
      tell: [],
    },
    condition: {
      type: 'below',
      input: { quantity: 'soil.temperature', place: 'd30' },
      unit: 'Cel',
      value: 0,
      recover: 1,
    },
    message: { en: 'Frost at {device}: {value}', zh: '{device} 霜冻：{value}' },
  };
  const init = { method: 'POST', body: JSON.stringify(rule), headers: { 'content-type': 'application/json' } };
  expect((await place.farm.api.get(`/farms/${place.gateway.farm}/rules`, init)).status).toBe(200);
  await flows.deploy(filledIn('frost-text-message'));
  reading = { vwc: 30, temp: -1.5 };
  await expect.poll(() => texts, PATIENCE).toEqual([{ to: '+86 139', text: 'Frost at Wi-Fi soil node: −1.5' }]);
  // The context reaches the disk after a second; then the alert stands when the flow starts again.
  await expect
    .poll(async () => await (await flows.admin('context/node/kzfrost2?store=disk')).text(), PATIENCE)
    .toContain('frost-test');
  const marker =
    'return { payload: { to: "marker", text: String(msg.alert.atStart) }, headers: { "content-type": "application/json" } }';
  const again = filledIn('frost-text-message');
  const alert = again.find((node) => node.id === 'kzfrost1') as FlowNode;
  const once = again.find((node) => node.id === 'kzfrost2') as FlowNode;
  alert.wires = [['kzfrost2', 'marker']];
  again.push({ ...once, id: 'marker', func: marker });
  await flows.deploy(again);
  await expect
    .poll(() => texts.filter(({ to }) => to === 'marker'), PATIENCE)
    .toEqual([{ to: 'marker', text: 'true' }]);
  expect(texts.filter(({ to }) => to !== 'marker')).toHaveLength(1);
}, 240_000);

test('irrigation: dry soil asks once; looking at the link does nothing; the button asks for one command', async () => {
  texts.length = 0;
  await flows.deploy(filledIn('irrigation-advice'));
  reading = { vwc: 11.5, temp: 12 };
  await expect.poll(() => texts.length, PATIENCE).toBe(1);
  expect(texts[0]?.text).toContain('Wi-Fi soil node: 11.5 %. Irrigate? ');
  const address = new URL(new URL((texts[0]?.text ?? '').split('Irrigate? ')[1] as string).pathname, flows.url);
  const page = await fetch(address);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<button>Irrigate</button>')]);
  expect((await fetch(new URL('irrigate/0123', flows.url), { method: 'POST' })).status).toBe(410);
  expect(commands).toEqual([]);
  // A wrong code ends the question: whoever guesses has one try.
  expect((await fetch(address, { method: 'POST' })).status).toBe(410);
  expect(commands).toEqual([]);

  await flows.deploy([]);
  await flows.deploy(filledIn('irrigation-advice'));
  await expect.poll(() => texts.length, PATIENCE).toBe(2);
  const right = new URL(new URL((texts[1]?.text ?? '').split('Irrigate? ')[1] as string).pathname, flows.url);
  expect((await fetch(right, { method: 'POST' })).status).toBe(200);
  expect((await fetch(right, { method: 'POST' })).status).toBe(410);
  await expect.poll(() => commands, PATIENCE).toHaveLength(1);
  expect(commands[0]).toMatchObject({ gateway: 'gw-1', actuator: 'valve-1', state: 'on', runS: 1_200, expiresInS: 60 });
  expect(right.pathname).toBe(`/irrigate/${commands[0]?.id}`);
}, 240_000);

test('sprayer: low once, and again only after it was filled', async () => {
  texts.length = 0;
  // A probe stands in for the tank: what the flow does with a level is the same.
  await flows.deploy(
    filledIn('sprayer-refuel', ({ id }) => (id === 'kzspray1' ? { quantity: 'soil.moisture@d30' } : {})),
  );
  reading = { vwc: 12, temp: 12 };
  await expect.poll(() => texts.length, PATIENCE).toBe(1);
  expect(texts[0]?.text).toBe('Wi-Fi soil node: soil.moisture 12 %, refuel');
  const seen = async (level: number) => {
    reading = { vwc: level, temp: 12 };
    await expect
      .poll(
        async () => (await place.farm.local())?.values.find((v) => v.channel === 'soil.moisture@d30')?.value,
        PATIENCE,
      )
      .toBe(level);
  };
  await seen(25);
  await seen(13);
  const low = async () => (await (await flows.admin('context/node/kzspray2')).text()).includes('true');
  await seen(55);
  await expect.poll(low, PATIENCE).toBe(false);
  await seen(14);
  await expect.poll(() => texts.length, PATIENCE).toBe(2);
  expect(texts[1]?.text).toContain('14 %, refuel');
}, 240_000);

test('the editor in Chromium: the example is imported, deployed, and a reading arrives', async () => {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await (
      await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' })
    ).newPage();
    page.setDefaultTimeout(60_000);
    await flows.deploy([]);
    await page.goto(flows.url);
    await page.fill('#node-dialog-login-username', 'karez');
    await page.fill('#node-dialog-login-password', flows.password);
    await page.click('#node-dialog-login-submit');
    await page.waitForSelector('.red-ui-palette-node[data-palette-type="karez-reading"]');
    await page.evaluate("RED.actions.invoke('core:show-import-dialog')");
    await page.fill('#red-ui-clipboard-dialog-import-text', JSON.stringify(filledIn('readings')));
    await page.press('#red-ui-clipboard-dialog-import-text', 'End');
    await page.click('#red-ui-clipboard-dialog-ok');
    await page.evaluate("RED.workspaces.show('kzread')");
    await page.evaluate("RED.sidebar.show('debug')");
    await page.click('#red-ui-header-button-deploy');
    await page.waitForSelector('.red-ui-debug-msg');
    await expect.poll(() => page.locator('.red-ui-debug-msg').first().textContent(), PATIENCE).toContain('own-1/');
    await expect
      .poll(() => page.locator('.red-ui-flow-node-status-label').allTextContents(), PATIENCE)
      .toContain('connected');
    await page.waitForSelector('.red-ui-notification', { state: 'detached' });
    if (process.env.KAREZ_PICTURES) await page.screenshot({ path: join(ROOT, 'docs/pictures/node-red.png') });
    // Help and labels are there in Chinese too.
    const zh = await (
      await flows.admin('nodes', { headers: { accept: 'text/html', 'accept-language': 'zh-CN' } })
    ).text();
    expect(zh).toContain('网关每存下一条新读数就送出一条消息');
  } finally {
    await browser.close();
  }
}, 240_000);

// Takes a minute: three times Node-RED has to stand still for as long as the watchdog waits.
test('a flow that loops for ever: the gateway goes on, Node-RED is killed, at last it starts without its flows', async () => {
  const loop = 'setTimeout(() => { for (;;) {} }, 100)';
  const flow = [
    { id: 'l', type: 'tab', label: 'loop' },
    {
      ...{ id: 'i', type: 'inject', z: 'l', x: 100, y: 100, once: true, onceDelay: 0.5, repeat: '', wires: [['fn']] },
      props: [{ p: 'payload' }],
    },
    {
      ...{
        id: 'fn',
        type: 'function',
        z: 'l',
        x: 300,
        y: 100,
        func: loop,
        outputs: 0,
        wires: [],
        libs: [],
        timeout: 0,
      },
    },
  ];
  await flows.deploy(flow);
  const said = () => flows.running.log.join('\n');
  let accepted = 0;
  await expect
    .poll(
      async () => {
        const at = { soil: [{ d: 30, vwc: 30, temp: 12, ec: 300 }], bat: 3.9, rssi: -60 };
        await link.publish(at);
        accepted++;
        return said();
      },
      { timeout: 200_000, interval: 500 },
    )
    .toContain('it is started again without its flows');
  expect(said().match(/Node-RED (stands still|ended)/g)?.length, said()).toBe(6);
  expect(accepted).toBeGreaterThan(20);
  await expect.poll(async () => (await flows.admin('flows').catch(() => undefined))?.status, PATIENCE).toBe(200);
  await flows.deploy(filledIn('readings'));
}, 300_000);
