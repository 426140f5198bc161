/** Rules and alerts of the cloud, put together: who tells whom what. */
import { ALERT_DEVICE, type Clock, type GatewayStatus, type Logger, type RulesMessage } from '@karez/model';
import type { LiveBus } from '../live/live.ts';
import type { TakeNote } from '../notes/note.ts';
import type { Notice } from '../notify/notice.ts';
import type { Registry } from '../registry/registry.ts';
import { CloudRules } from '../rules/cloud-rules.ts';
import { LateLooks } from '../rules/late-looks.ts';
import { lookBack } from '../rules/look-back.ts';
import { RuleDesk } from '../rules/rule-desk.ts';
import type { Store, StoreBatch } from '../store/store.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { AlertDesk } from './alert-desk.ts';
import { CLOUD } from './alert-row.ts';
import { type OpenAlertsDb, openAlertsDb } from './open-alerts-db.ts';

export interface AlertsParts {
  clock: Clock;
  logger: Logger;
  /** The file of rules and alerts. */
  path: string;
  registry: Registry;
  vault: Pick<OpenVault, 'alertInbox' | 'alertsTaken'>;
  store: Pick<Store, 'history'>;
  live: Pick<LiveBus, 'alertChanged' | 'rulesChanged'>;
  /** Tells people; the same notice again is told nobody twice. Resolves once it is on disk. */
  tell(notice: Notice): Promise<void>;
  note: TakeNote;
  /** Hands a gateway its rules, where it listens. */
  send(farm: string, gateway: string, message: RulesMessage): void;
}

export interface Alerts {
  db: OpenAlertsDb;
  rules: RuleDesk;
  alerts: AlertDesk;
  /** Told after each commit. */
  committed(batches: readonly StoreBatch[], nowMs: number): void;
  /** Told of each status. */
  said(farm: string, gateway: string, status: GatewayStatus): void;
  /** A gateway has described its devices anew. */
  described(farm: string): void;
  /** A gateway now hears its rules. */
  hearsRules(farm: string, gateway: string): void;
  stop(): Promise<void>;
}

/** A gateway that works by other rules is handed them again after so long. */
const AGAIN_MS = 60_000;

/** Opens the file and takes up what goes on. Throws KarezError STORE_UNAVAILABLE. */
export async function startAlerts(parts: AlertsParts): Promise<Alerts> {
  const { clock, logger, registry, live, send } = parts;
  const db = await openAlertsDb(parts.path);
  const rules = new RuleDesk({
    ...{ clock, db },
    timeZone: (farm) => registry.timeZone(farm),
    changed(farm) {
      for (const { gateway } of gatewaysOf(registry, farm)) send(farm, gateway, rules.message(farm, gateway));
      cloudRules.use(farm);
      live.rulesChanged(farm, rules.farm(farm).revision);
    },
  });
  const alerts = new AlertDesk({ ...parts, db, rules });
  const late = new LateLooks({
    ...{ clock, logger },
    rule: (farm, id) => rules.find(farm, id),
    lookBack: (farm, rule, fromMs, toMs) => lookBack(parts, farm, rule, fromMs, toMs),
    found: (farm, rule, revision, occurrences) => alerts.found(farm, rule, revision, occurrences),
  });
  const cloudRules = new CloudRules({
    ...{ clock, logger, registry },
    rules: (farm) => ({ rules: rules.farm(farm).rules, timeZone: registry.timeZone(farm) }),
    judged: (farm, transitions) => alerts.judged(farm, transitions),
    late: (farm, rule, fromMs, toMs) => late.late(farm, rule, fromMs, toMs),
  });
  try {
    await rules.load();
    await alerts.start();
  } catch (error) {
    await db.close();
    throw error;
  }
  cloudRules.start(alerts.open().filter((a) => a.by === CLOUD));
  const addDefaults = (farm: string) =>
    rules
      .addDefaults(farm)
      .catch((cause) => logger.log('warn', 'the first rules of a farm could not be made', { farm, cause }));
  for (const { id } of registry.farms()) addDefaults(id);
  const sentMs = new Map<string, number>();
  return {
    ...{ db, rules, alerts },
    committed(batches, nowMs) {
      cloudRules.committed(batches, nowMs);
      if (batches.some(hasTransitions)) alerts.look();
    },
    said(farm, gateway, status) {
      alerts.said(farm, gateway, status);
      const key = `${farm}/${gateway}`;
      if (status.rules === undefined || status.rules.revision === rules.farm(farm).revision) return;
      const nowMs = clock.monoMs();
      if (nowMs - (sentMs.get(key) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
      sentMs.set(key, nowMs);
      send(farm, gateway, rules.message(farm, gateway));
    },
    described(farm) {
      cloudRules.use(farm);
      addDefaults(farm);
    },
    hearsRules: (farm, gateway) => send(farm, gateway, rules.message(farm, gateway)),
    async stop() {
      cloudRules.stop();
      await late.stop();
      await alerts.stop();
      await db.close();
    },
  };
}

const gatewaysOf = (registry: Registry, farm: string) => registry.gateways().filter((g) => g.farm === farm);

/** Whether there are transitions of a gateway's alerts among what was committed. */
function hasTransitions({ channels, readings }: StoreBatch): boolean {
  const numbers = new Set<number>();
  for (const [number, { device }] of channels) if (device === ALERT_DEVICE) numbers.add(number);
  return numbers.size > 0 && readings.channel.subarray(0, readings.count).some((number) => numbers.has(number));
}
