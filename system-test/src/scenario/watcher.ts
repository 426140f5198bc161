/** Looks at the running system now and then, as an operator would, and hands what is seen to the checks. */
import { judgeFarm } from '@karez/console/judge';
import type { FarmDetail, GatewayStatus } from '@karez/model';
import { LifeCounts } from './counts.ts';
import type { LocalLook, Look, Shown, Watch } from './expect/check.ts';
import type { Part, Stage } from './stage.ts';
import { Usage } from './usage.ts';

export interface WatcherOptions {
  stage: Stage;
  watches: readonly Watch[];
  sees: ReadonlySet<'latest' | 'alerts'>;
  /** Real time since the scenario began, ms; negative before. */
  realMs(): number;
  everyMs: number;
}

/** The farm's description changes only when somebody changes the gateway's file: asked for until all devices are known. */
const PARTS: Part[] = ['gateway', 'cloud', 'simulator'];

export class Watcher {
  readonly counts = new LifeCounts();
  readonly usage = new Usage();
  readonly #options: WatcherOptions;
  #farm: FarmDetail | undefined;
  #stopped = false;
  #going: Promise<void> = Promise.resolve();
  last: Look | undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#going = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#going;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const began = performance.now();
      await this.#look();
      const leftMs = this.#options.everyMs - (performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, Math.max(10, leftMs)));
    }
  }

  async #look(): Promise<void> {
    const { stage, watches, sees } = this.#options;
    const [page, gateway, latest, alerts] = await Promise.all([
      stage.local(),
      stage.gateway(),
      sees.has('latest') ? stage.latest() : undefined,
      sees.has('alerts') ? stage.alerts() : undefined,
    ]);
    if (page !== undefined) this.counts.look(page);
    for (const part of PARTS) {
      const pid = stage.pidOf(part);
      if (pid !== undefined) this.usage.look(part, pid);
    }
    let shown: Map<string, Shown> | undefined;
    if (latest !== undefined) {
      if ((this.#farm?.devices.length ?? 0) < stage.plan.targets.size) this.#farm = await stage.farm();
      if (this.#farm !== undefined) {
        const { areas } = judgeFarm(this.#farm, (id) => latest.values[id], gateway ? [gateway] : [], latest.nowMs);
        shown = new Map(areas.flatMap((area) => area.devices.map(({ device, state }) => [device.device, state])));
      }
    }
    const realMs = this.#options.realMs();
    const look: Look = {
      ...{ realMs, fieldMs: realMs * stage.plan.speed, latest, shown, gateway, alerts, wallMs: Date.now() },
      local: page && this.#localOf(page.status, realMs),
    };
    const isOver = look.fieldMs > stage.plan.lastsMs;
    if (realMs >= 0) for (const watch of watches) if (!isOver || watch.whileDraining) watch.see?.(look);
    this.last = look;
  }

  /** Readings with the field's times are as old as the field says, and the field is fast. */
  #localOf({ waiting, timeMs, journal }: GatewayStatus, realMs: number): LocalLook {
    const { clocks, startMs, speed } = this.#options.stage.plan;
    if (journal.oldestMs === null) return { waiting, oldestAgeMs: 0 };
    const ageMs =
      clocks === 'field' ? (startMs + realMs * speed - journal.oldestMs) / speed : timeMs - journal.oldestMs;
    return { waiting, oldestAgeMs: Math.max(0, ageMs) };
  }
}
