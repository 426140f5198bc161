/**
 * A frost night while the link to the cloud is silent, with real processes: the gateway raises the alert itself, keeps it over a
 * SIGKILL, and once the link is back the cloud shows it, once, with its true time. Times are those that the processes wrote down.
 */
import type { ApiAlertDetail, ApiAlerts, ApiRules, Rule } from '@karez/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { visit } from './browser.ts';
import { FARM, GATEWAY, makeFarm, type TestFarm } from './farm.ts';
import { type Service, waitFor } from './process.ts';

const CHANNEL = `${GATEWAY}/weather/air.temperature`;
const FROST: Rule = {
  ...{ id: 'frost', enabled: true, severity: 'critical', tell: [{ role: 'operator' }] },
  scope: { channels: [CHANNEL] },
  title: { en: 'Frost', zh: '霜冻' },
  condition: { type: 'below', input: { quantity: 'air.temperature' }, unit: 'Cel', value: 0, recover: 1 },
  message: { en: 'Frost: {device} {value} {unit}', zh: '霜冻：{device} {value} {unit}' },
};

let farm: TestFarm;
let gateway: Service;
let sim: Service;
const beganMs = Date.now();

const api = async <T>(path: string, body?: unknown): Promise<T> => {
  const response = await farm.api.get(`/farms/${FARM}/${path}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
};
/** The alert as the gateway's own page shows it. */
const onPage = () =>
  waitFor('the alert on the gateway’s page', async () =>
    (await farm.local())?.alerts.find((a) => a.rule === 'frost' && a.raised && a.state === 'firing'),
  );

beforeAll(async () => {
  farm = await makeFarm({
    ...{ nodes: 1, probes: 1 },
    // Half a degree above zero, and falling by two degrees an hour of its sixty times faster world.
    world: { start: '2026-05-10T16:22:00Z', weather: '[{ kind: frost-night, forS: 30000 }]' },
    simArgs: ['--speed', '60', '--clocks', 'real'],
  });
  await farm.startCloud();
  gateway = await farm.startGateway();
});
afterAll(async () => {
  await farm?.close();
});

test('a rule that is made in the cloud is what the gateway works by', async () => {
  await waitFor('the farm', async () => await farm.api.farm().catch(() => undefined));
  await api('rules', FROST);
  await waitFor('the gateway to work by it', async () => {
    const { revision, gateways } = await api<ApiRules>('rules');
    return gateways.some((g) => g.revision === revision);
  });
});

test('the gateway raises the alert within two seconds of the reading while the link is silent', async () => {
  farm.link.goSilent();
  sim = await farm.startSim();
  const alert = await onPage();
  expect(alert.subject).toBe('weather/air.temperature');
  const line = gateway.log.map((text) => JSON.parse(text)).find(({ message }) => message === 'an alert is on');
  expect(line).toMatchObject({ rule: 'frost', subject: CHANNEL, firedMs: alert.firedMs });
  const raisedAfterMs = Date.parse(line.time) - line.firedMs;
  // The log has the machine's clock, the reading the gateway's own: they may differ by milliseconds.
  expect(raisedAfterMs).toBeGreaterThan(-200);
  expect(raisedAfterMs).toBeLessThan(2_000);
  // What was not on disk when it was killed was never accepted, and fires with the next reading.
  await waitFor('its commit', async () => ((await farm.local())?.alertCounts.written ?? 0) > 0);
  // Killed and started without a link, it goes on with the same alert.
  await gateway.kill();
  gateway = await farm.startGateway();
  expect((await onPage()).firedMs).toBe(alert.firedMs);
  expect((await api<ApiAlerts>('alerts?state=all')).alerts).toEqual([]);
});

test('the page of the gateway shows it on a phone, in words, beside live values', async () => {
  const visitor = await visit(farm.localUrl);
  try {
    const { page } = visitor;
    await page.getByText('Frost: Weather').waitFor();
    const list = await page.locator('#alerts').textContent();
    expect(list).toMatch(/▲ act now, on · .*Air temperature/);
    await page.getByText(/No link to the cloud|Connecting to the cloud/).waitFor();
    await page.locator('summary').first().waitFor();
    expect(await page.locator('td').filter({ hasText: '°C' }).count()).toBeGreaterThan(0);
    // Nothing is wider than the phone.
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(await page.evaluate<string>('document.documentElement.lang')).toBe('en');
    expect(visitor.complaints).toEqual([]);
    expect([...visitor.origins]).toEqual([new URL(farm.localUrl).origin]);
  } finally {
    await visitor.close();
  }
});

test('the cloud shows it once, with its true time, when the link is back', async () => {
  const { firedMs } = await onPage();
  farm.link.heal();
  const shown = await waitFor('the alert in the cloud, and somebody to be told', async () => {
    const { alerts } = await api<ApiAlerts>('alerts');
    return (alerts[0]?.toldMs ?? null) !== null && alerts;
  });
  expect(shown).toMatchObject([{ rule: 'frost', subject: CHANNEL, state: 'firing', firedMs }]);
  // After everything that waited has come it is the same one.
  await waitFor('its transition', async () => {
    const { transitions } = await api<ApiAlertDetail>(`alerts/${shown[0]?.id}`);
    return transitions.length > 0;
  });
  await sim.kill();
  await waitFor('the backlog', async () => (await farm.api.gateway())?.status?.waiting === 0);
  const { alerts } = await api<ApiAlerts>('alerts?state=all');
  expect(alerts).toMatchObject([{ id: shown[0]?.id, firedMs, endedMs: null, late: false }]);
  const { transitions, actions } = await api<ApiAlertDetail>(`alerts/${shown[0]?.id}`);
  expect(transitions[0]).toMatchObject({ state: 'firing', timeMs: firedMs, raised: true });
  expect(actions.map(({ what }) => what)).toEqual(['told']);

  // Its time is that of the first reading that is below zero.
  const { series } = await farm.api.history([CHANNEL], beganMs - 60_000, Date.now() + 60_000);
  const { timeMs = [], mean = [] } = series[0] ?? {};
  const first = mean.findIndex((value) => value !== null && value < 0);
  expect(first).toBeGreaterThan(0);
  expect(timeMs[first]).toBe(firedMs);
});
