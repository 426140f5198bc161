/** Rules and alerts for tests: the real files, opened in this thread, under a clock that moves when told; a frost at a mast. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ALERT_DEVICE,
  ALERT_PROFILE,
  ALERT_QUANTITIES,
  type AlertSample,
  type ApiAlert,
  alertColumns,
  type GatewayStatus,
  type Inventory,
  type Reading,
  type Rule,
  type RulesStatus,
  silentLogger,
  toColumns,
} from '@karez/model';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { AlertDesk } from '../alerts/alert-desk.ts';
import { AlertsDb } from '../alerts/alerts-db.ts';
import type { OpenAlertsDb } from '../alerts/open-alerts-db.ts';
import type { Notice } from '../notify/notice.ts';
import { Registry } from '../registry/registry.ts';
import { RuleDesk } from '../rules/rule-desk.ts';
import { toVault } from '../store/embedded.ts';
import type { Promised } from '../thread/start-thread.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { Vault } from '../vault/vault.ts';
import { statusOf } from './test-gateway.ts';

export const FARM = 'farm';
export const EPOCH = '00000001';
export const MAST = 'gw-1/mast/air.temperature@h200';
/** Channel numbers of the mast's temperature and of the gateway's alerts. */
const TEMPERATURE = 1;
const ALERTS = 11;

export const FROST: Rule = {
  ...{ id: 'frost', enabled: true, scope: {}, severity: 'critical', tell: [{ role: 'operator' }] },
  title: { en: 'Frost', zh: '霜冻' },
  condition: {
    ...{ type: 'below', input: { quantity: 'air.temperature' }, unit: 'Cel', value: 0, recover: 1 },
    ...{ forS: 0, recoverForS: 0 },
  },
  message: { en: '{channel} of {device}: {value} {unit}', zh: '{device} {channel}：{value} {unit}' },
  remindS: 1_800,
  escalate: [{ afterS: 600, tell: [{ role: 'owner' }] }],
};
export const GATEWAY_SILENT: Rule = {
  ...{ id: 'gateway-silent', enabled: true, scope: {}, severity: 'critical', tell: [{ role: 'operator' }] },
  title: { en: 'Gateway silent', zh: '网关失联' },
  condition: { type: 'gateway-silent', forS: 180 },
  message: { en: '{device} is silent', zh: '{device}失联' },
};
export const somebody = { id: 'person:1', name: 'Aygul' };

/** A transition as a gateway writes it; what is not said is that of a frost that is raised. */
export type Written = Partial<AlertSample> & { seq: number; timeMs: number };

export interface TestAlerts {
  clock: VirtualClock;
  folder: string;
  vault: OpenVault;
  db: OpenAlertsDb;
  registry: Registry;
  rules: RuleDesk;
  desk: AlertDesk;
  /** What people were told, oldest first. */
  told: Notice[];
  /** What pages were told. */
  shown: ApiAlert[];
  /** The next call of this method fails, before it does anything or after it has. */
  failing: Map<string, 'before' | 'after'>;
  /** Describes a gateway with a mast. */
  describe(gateway: string, epoch?: string): Promise<void>;
  /** Commits transitions of a gateway and lets the alerts take them. */
  wrote(transitions: readonly Written[], gateway?: string, epoch?: string): Promise<void>;
  /** A status of gw-1 with what is on there. */
  says(alerts: Partial<RulesStatus['alerts'][number]>[], more?: Partial<GatewayStatus>): Promise<void>;
  /** All alerts, oldest first. */
  all(): Promise<ApiAlert[]>;
  /** Starts the alerts anew on what is on disk, as after the process was killed. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openTestAlerts(): Promise<TestAlerts> {
  const folder = mkdtempSync(join(tmpdir(), 'karez-alerts-'));
  const clock = virtualClock(Date.UTC(2026, 3, 10, 18));
  const failing: TestAlerts['failing'] = new Map();
  const inner = { vault: new Vault({ path: join(folder, 'cloud.db'), keepReadings: true }), db: openDb(folder) };
  const vault = promised(() => inner.vault, failing) as unknown as OpenVault;
  const db = promised(() => inner.db, failing) as OpenAlertsDb;
  const registry = new Registry(vault);
  const rules = new RuleDesk({ clock, db, timeZone: (farm) => registry.timeZone(farm), changed() {} });
  await rules.load();
  const [told, shown]: [Notice[], ApiAlert[]] = [[], []];
  const open = () =>
    new AlertDesk({
      ...{ clock, db, vault, registry, rules, logger: silentLogger, note() {} },
      live: { alertChanged: (_farm, alert) => shown.push(alert) },
      async tell(notice) {
        fail(failing, 'tell', 'before');
        // As the outbox does: the same again is told nobody twice.
        if (!told.some(({ id }) => id === notice.id)) told.push(notice);
        fail(failing, 'tell', 'after');
      },
    });
  const test: TestAlerts = {
    ...{ clock, folder, vault, db, registry, rules, desk: open(), told, shown, failing },
    async describe(gateway, epoch = EPOCH) {
      await registry.setInventory(FARM, gateway, inventoryOf(gateway, epoch), clock.wallMs());
    },
    async wrote(transitions, gateway = 'gw-1', epoch = EPOCH) {
      const frost = rules.find(FARM, 'frost')?.revision ?? 1;
      const rows = transitions.flatMap((t) => rowsOf({ revision: frost, ...t }));
      const channels = registry.channels(FARM, gateway, epoch) ?? new Map();
      const batch = toVault({ farm: FARM, gateway, epoch, readings: toColumns(rows), channels });
      await vault.commit([batch], clock.wallMs());
      test.desk.look();
      await test.desk.idle();
    },
    async says(alerts, more = {}) {
      const revision = rules.find(FARM, 'frost')?.revision ?? 1;
      const status = statusOf(EPOCH, {
        timeMs: clock.wallMs(),
        rules: {
          ...{ revision: rules.farm(FARM).revision, rules: 1, subjects: 1, trouble: null, complete: true },
          alerts: alerts.map((alert) => ({
            ...{ rule: 'frost', revision, subject: TEMPERATURE, state: 'firing', noData: false },
            ...{ firedMs: clock.wallMs(), ...alert },
          })),
        },
        ...more,
      });
      test.desk.said(FARM, 'gw-1', status);
      await test.desk.idle();
    },
    async all() {
      const query = { isOpen: false, before: Number.MAX_SAFE_INTEGER, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
      const rows = await db.page(FARM, { ...query, limit: 1_000 });
      return Promise.all(rows.reverse().map((row) => test.desk.show(row)));
    },
    async restart() {
      await test.desk.stop();
      inner.db.close();
      inner.db = openDb(folder);
      await rules.load();
      test.desk = open();
      await test.desk.start();
      await test.desk.idle();
    },
    async close() {
      await test.desk.stop();
      inner.db.close();
      inner.vault.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await test.describe('gw-1');
  await rules.create(FARM, FROST, somebody);
  await test.desk.start();
  await test.desk.idle();
  return test;
}

/** The readings of a transition. */
export function rowsOf({ seq, timeMs, ...said }: Written): Reading[] {
  const { values, qualities } = alertColumns({
    ...{ state: 'firing', noData: false, raised: true, late: false, reason: 'reading' },
    ...{ revision: 1, anchor: TEMPERATURE, value: -1, ...said },
  });
  return values.map((value, i) => ({
    ...{ seq: seq + i, timeMs, channel: ALERTS + i, value, quality: qualities[i] as number },
  }));
}

/** A gateway's device of alerts. */
export const alertDevice = (): Inventory['devices'][number] => ({
  ...{ id: ALERT_DEVICE, title: 'Alerts', profile: ALERT_PROFILE, kind: 'other', intervalMs: 10_000, active: true },
  channels: ALERT_QUANTITIES.map((quantity, i) => ({ number: ALERTS + i, quantity, decimals: 0 })),
});

const openDb = (folder: string) => new AlertsDb({ path: join(folder, 'alerts.db') });

/** The methods of T as they look from another thread. */
function promised<T extends object>(target: () => T, failing: TestAlerts['failing']): Promised<T> {
  const call =
    (name: string) =>
    async (...args: unknown[]) => {
      fail(failing, name, 'before');
      const inner = target() as Record<string, (...args: unknown[]) => unknown>;
      const result = structuredClone((inner[name] as (...args: unknown[]) => unknown).call(inner, ...args));
      fail(failing, name, 'after');
      return result;
    };
  return new Proxy({}, { get: (_, name) => call(name as string) }) as Promised<T>;
}

function fail(failing: TestAlerts['failing'], name: string, when: 'before' | 'after'): void {
  if (failing.get(name) !== when) return;
  failing.delete(name);
  throw new Error(`${name} failed on purpose`);
}

function inventoryOf(gateway: string, epoch: string): Inventory {
  return {
    ...{ v: 1, epoch, revision: 1, farm: { id: FARM, title: 'Turpan', timeZone: 'Asia/Urumqi' } },
    ...{ gateway: { id: gateway, title: `Gateway ${gateway}` }, fields: [] },
    devices: [
      {
        ...{ id: 'mast', title: `mast of ${gateway}`, profile: 'davis-vantage-pro2', kind: 'weather' },
        ...{ intervalMs: 10_000, active: true },
        channels: [{ number: TEMPERATURE, quantity: 'air.temperature', place: 'h200', decimals: 1 }],
      },
      alertDevice(),
    ],
  };
}
