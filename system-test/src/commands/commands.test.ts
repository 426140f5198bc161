/**
 * A command to a valve through the whole path, with real processes and a board that counts what its relays do: as it should be, and
 * with the link cut, the gateway killed and the cloud killed at each step. Never is a relay switched on twice for one command; in the end it
 * is off, within its limit, and everybody knows. Takes a minute or two: processes start a dozen times.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ApiCommand } from '@karez/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FARM, GATEWAY } from '../farm.ts';
import { ROOT, type Service, waitFor } from '../process.ts';
import { type CommandFarm, makeCommandFarm } from './relay-rig.ts';

const TIMEOUT_MS = 120_000;
const RUN_S = 4;
/** A valve without a timed coil: only the gateway closes it. */
const VALVE = 'valve-3';
const RELAY = 3;
/** From the end of a run, or the start of a gateway, until the relay is off on a machine that is busy with other things. */
const GRACE_MS = 15_000;

let it: CommandFarm;
let cloud: Service;
let gateway: Service;

beforeAll(async () => {
  it = await makeCommandFarm();
  cloud = await it.farm.startCloud();
  gateway = await it.farm.startGateway();
  await settled();
}, TIMEOUT_MS);
afterAll(() => it.close());

/** Until every actuator is known to be off, and its gateway is there. */
const settled = () =>
  waitFor('actuators that are known and off', async () => {
    // An error, while the farm is not known yet, has none.
    const { actuators = [] } = await it.actuators().catch(() => ({ actuators: [] }));
    return actuators.length === 5 && actuators.every(({ value, online }) => value === 0 && online);
  });
const changes = (from = 0) => it.rig.board.changes.slice(from).filter(({ relay }) => relay === RELAY);

test('opens, is seen open, and closes at its time', { timeout: TIMEOUT_MS }, async () => {
  const from = it.rig.board.changes.length;
  const asked = await it.ask({ actuator: VALVE, runS: RUN_S });
  const running = await it.until(asked.id, 'running');
  expect(it.rig.board.isOn(RELAY)).toBe(true);
  expect(running.endsMs).toBeGreaterThan(running.issuedMs);
  const done = await it.until(asked.id, 'done');
  expect(done.steps.map(({ step, value }) => `${step} ${value}`)).toEqual(['taken 0', 'confirmed 100', 'ended 0']);
  expect(changes(from).map(({ isOn }) => isOn)).toEqual([true, false]);
  // The cloud tells of a step before it has written it into the audit log; states come with the next batch.
  await waitFor('three states in the store', async () => {
    const state = [`${GATEWAY}/${VALVE}/actuator.state`];
    const { series } = await it.farm.api.history(state, asked.issuedMs - 1, Date.now());
    return series[0]?.n.reduce((a, b) => a + b, 0) === 3;
  });
  await waitFor('each step in the audit log', async () => {
    const audit = (await (await it.post('/audit', undefined, 'GET')).json()) as { action: string; who: string }[];
    const actions = audit.map(({ who, action }) => `${who} ${action}`);
    return ['token test command', ...['taken', 'ended'].map((step) => `gateway ${GATEWAY} command.${step}`)].every(
      (one) => actions.includes(one),
    );
  });
});

test('the same request again changes nothing; another one under its id is refused', {
  timeout: TIMEOUT_MS,
}, async () => {
  const from = it.rig.board.changes.length;
  const id = randomUUID();
  const all = await Promise.all([1, 2, 3].map(() => it.ask({ id, actuator: VALVE, runS: 2 })));
  expect(new Set(all.map(({ number }) => number)).size).toBe(1);
  await expect(it.ask({ id, actuator: VALVE, runS: 3 })).rejects.toThrow('409');
  await it.until(id, 'done');
  expect(changes(from)).toHaveLength(2);
});

test('interlocks: flow, a pump without a valve, and the pump stops first', { timeout: TIMEOUT_MS }, async () => {
  expect(await it.ask({ actuator: 'pump-1' })).toMatchObject({ phase: 'refused', reason: 'no-valve' });
  const valve = await it.ask({ actuator: 'valve-1', runS: 8 });
  await it.until(valve.id, 'running');
  expect(await it.ask({ actuator: 'valve-2', runS: 2 })).toMatchObject({ phase: 'refused', reason: 'flow' });
  const pump = await it.ask({ actuator: 'pump-1', runS: 50 });
  await it.until(pump.id, 'running');
  const from = it.rig.board.changes.length;
  expect(await it.until(pump.id, 'interrupted')).toMatchObject({ reason: 'order' });
  await it.until(valve.id, 'done');
  expect(it.rig.board.changes.slice(from).map(({ relay, isOn }) => [relay, isOn])).toEqual([
    [4, false],
    [1, false],
  ]);
});

type Victim = 'gateway' | 'cloud' | 'link';
const ENDS: ApiCommand['phase'][] = ['done', 'interrupted', 'failed', 'refused', 'expired'];

/** Ends it at once, in the middle of whatever it does. */
function strike(victim: Victim): void {
  if (victim === 'link') it.farm.link.goSilent();
  else process.kill((victim === 'gateway' ? gateway : cloud).pid, 'SIGKILL');
}

async function mend(victim: Victim): Promise<void> {
  if (victim === 'link') it.farm.link.heal();
  else if (victim === 'gateway') {
    await gateway.ended;
    gateway = await it.farm.startGateway();
  } else {
    await cloud.ended;
    cloud = await it.farm.startCloud();
  }
}

/** Resolves when a step is reached for the first time; what is given is done at that very moment. */
function at(step: string, then: () => void): Promise<void> {
  const { hook } = it.rig;
  const struck = Promise.withResolvers<void>();
  const once = () => {
    hook.beforeWrite = hook.beforeAnswer = () => {};
    then();
    struck.resolve();
  };
  if (step === 'the order is on the wire') hook.beforeWrite = once;
  if (step === 'the relay has switched') hook.beforeAnswer = once;
  if (step === 'the run is about to end') {
    let writes = 0;
    hook.beforeWrite = () => {
      if (++writes === 2) once();
    };
  }
  return struck.promise;
}

describe.each<Victim>(['gateway', 'cloud', 'link'])('the %s fails', (victim) => {
  test.each(['the order is on the wire', 'the relay has switched', 'it runs', 'the run is about to end'])(
    'when %s',
    { timeout: TIMEOUT_MS },
    async (step) => {
      await settled();
      const from = it.rig.board.changes.length;
      const struck = at(step, () => strike(victim));
      const asked = await it.ask({ actuator: VALVE, runS: RUN_S });
      if (step === 'it runs') {
        await it.until(asked.id, 'running');
        strike(victim);
      } else await struck;
      const struckMs = performance.now();
      // The gateway ends the run by itself, whatever the link and the cloud do.
      if (victim !== 'gateway')
        await waitFor('a run that is over', () => changes(from).at(-1)?.isOn === false, RUN_S * 1000 + GRACE_MS);
      await mend(victim);
      const final = await it.until(asked.id, ...ENDS);
      await settled();
      const mine = changes(from);
      expect(mine.filter(({ isOn }) => isOn).length, 'switched on').toBeLessThanOrEqual(1);
      expect(it.rig.board.isOn(RELAY)).toBe(false);
      const lastMs = mine.at(-1)?.atMs ?? 0;
      expect(lastMs - struckMs, 'off within its limit').toBeLessThan(RUN_S * 1000 + GRACE_MS);
      expect(final.steps.map((s) => s.step)).toContain('taken');
      expect(final.phase).toBe(
        victim === 'gateway' && step !== 'the run is about to end' ? 'interrupted' : final.phase,
      );
      if (victim !== 'gateway') expect(final.phase).toBe('done');
      expect(final.steps.at(-1)?.step === 'taken').toBe(false);
    },
  );

  test('before it has heard of the command', { timeout: TIMEOUT_MS }, async () => {
    await settled();
    const from = it.rig.board.changes.length;
    if (victim !== 'cloud') strike(victim);
    const asked = await it.ask({ actuator: VALVE, runS: 2, expiresInS: 300 });
    if (victim === 'cloud') strike(victim);
    await mend(victim);
    const final = await it.until(asked.id, ...ENDS);
    // Back in time, it is done once; a gateway that has just started may have refused it for a rest or a missing memory.
    expect(changes(from).filter(({ isOn }) => isOn).length).toBeLessThanOrEqual(1);
    expect(['done', 'interrupted']).toContain(final.phase);
    await settled();
    expect(it.rig.board.isOn(RELAY)).toBe(false);
  });
});

test('a gateway that comes back does not act upon what is over', { timeout: TIMEOUT_MS }, async () => {
  await settled();
  const from = it.rig.board.changes.length;
  it.farm.link.goSilent();
  const asked = await it.ask({ actuator: VALVE, runS: 30, expiresInS: 5 });
  expect((await it.until(asked.id, 'unanswered', 'expired')).phase).toBe('unanswered');
  it.farm.link.heal();
  expect(await it.until(asked.id, 'expired', 'refused', 'running')).toMatchObject({ phase: 'expired' });
  expect(changes(from)).toEqual([]);
});

test('while the gateway is dead, a board with timed coils ends the run itself', { timeout: TIMEOUT_MS }, async () => {
  await settled();
  const from = it.rig.board.changes.length;
  const asked = await it.ask({ actuator: 'valve-1', runS: 2 });
  await it.until(asked.id, 'running');
  await gateway.kill();
  await waitFor('the board to switch off by itself', () => !it.rig.board.isOn(1), 2_000 + 5_000 + GRACE_MS);
  gateway = await it.farm.startGateway();
  expect((await it.until(asked.id, ...ENDS)).phase).toBe('interrupted');
  expect(it.rig.board.changes.slice(from).map(({ isOn }) => isOn)).toEqual([true, false]);
});

test('what is not to run without a link ends soon after it is gone', { timeout: TIMEOUT_MS }, async () => {
  await settled();
  const asked = await it.ask({ actuator: 'fan-1', runS: 50 });
  await it.until(asked.id, 'running');
  it.farm.link.goSilent();
  // Half a minute until a silent link is noticed, and two seconds as configured.
  await waitFor('the fan to be off', () => !it.rig.board.isOn(5), 49_000);
  it.farm.link.heal();
  expect(await it.until(asked.id, ...ENDS)).toMatchObject({ phase: 'interrupted', reason: 'link' });
});

test('everything stops, and nothing starts until it is released', { timeout: TIMEOUT_MS }, async () => {
  await settled();
  const asked = await it.ask({ actuator: VALVE, runS: 50 });
  await it.until(asked.id, 'running');
  expect((await it.post('/stop', { note: 'a pipe has burst' })).status).toBe(200);
  expect(await it.until(asked.id, ...ENDS)).toMatchObject({ phase: 'interrupted', reason: 'stopped' });
  expect(it.rig.board.isOn(RELAY)).toBe(false);
  expect(await it.ask({ actuator: VALVE })).toMatchObject({ phase: 'refused', reason: 'stopped' });
  await cloud.kill();
  cloud = await it.farm.startCloud();
  expect((await it.actuators()).stopped).toMatchObject({ note: 'a pipe has burst' });
  expect((await it.post('/stop', undefined, 'DELETE')).status).toBe(200);
  await settled();
  const again = await it.ask({ actuator: VALVE, runS: 2 });
  expect((await it.until(again.id, ...ENDS)).phase).toBe('done');
});

test('from the command line; and a stop at the gateway itself, without the cloud', {
  timeout: TIMEOUT_MS,
}, async () => {
  await settled();
  const node = (file: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', `${ROOT}${file}`, ...args]);
  const authorization = String(it.farm.authorization);
  const cloudAt = ['--farm', FARM, '--url', String(cloud.ready.http), '--token', authorization.replace('Bearer ', '')];
  const command = async (...args: string[]) => (await node('cloud/src/command-main.ts', ...args, ...cloudAt)).stdout;
  expect(await command('set', GATEWAY, VALVE, 'on', '--for', '50')).toMatch(/running\n$/);
  expect(await command('list')).toMatch(new RegExp(`${GATEWAY} ${VALVE} \\(valve\\): on since`));
  const config = ['--config', join(it.farm.folder, 'gateway.yaml')];
  await node('edge/src/main.ts', 'stop', ...config);
  await waitFor('the relay to be off', () => !it.rig.board.isOn(RELAY));
  await expect(command('set', GATEWAY, VALVE, 'on', '--for', '5')).rejects.toMatchObject({
    stdout: expect.stringContaining('refused (stopped)'),
  });
  await node('edge/src/main.ts', 'resume', ...config);
  await waitFor('commands to be taken again', async () => {
    const asked = await it.ask({ actuator: VALVE, runS: 1 });
    return (await it.until(asked.id, ...ENDS)).phase === 'done';
  });
  await expect(command('set', GATEWAY, VALVE, 'on')).rejects.toMatchObject({
    stderr: expect.stringContaining('runS'),
  });
});

test('an orderly end of the gateway leaves everything off and told', { timeout: TIMEOUT_MS }, async () => {
  await settled();
  const asked = await it.ask({ actuator: VALVE, runS: 50 });
  await it.until(asked.id, 'running');
  expect(await gateway.stop()).toBe(0);
  expect(it.rig.board.isOn(RELAY)).toBe(false);
  gateway = await it.farm.startGateway();
  expect(await it.until(asked.id, ...ENDS)).toMatchObject({ phase: 'interrupted', reason: 'shutdown' });
});
