/**
 * What no gateway can judge: gateways that are silent, and differences between channels of different gateways. The same
 * evaluator as at the gateways, over what the store has committed. The silence of a gateway is told by the cloud's own
 * clock and counts only while the cloud itself listens.
 *
 * Late readings never touch the present; what they show of the past is found by looking back over the store once they have all come.
 */
import {
  type Clock,
  Evaluator,
  type KeptState,
  type Logger,
  type RulesMessage,
  type Transition,
  type World,
} from '@karez/model';
import type { AlertRow } from '../alerts/alert-row.ts';
import type { Registry } from '../registry/registry.ts';
import { channelPath, type StoreBatch } from '../store/store.ts';
import { Handles, worldOf } from './handles.ts';
import { samplesOf } from './samples.ts';

export interface CloudRulesParts {
  clock: Clock;
  logger: Logger;
  registry: Registry;
  /** All rules of a farm. */
  rules(farm: string): Pick<RulesMessage, 'rules' | 'timeZone'>;
  /** What was judged. */
  judged(farm: string, transitions: readonly Transition[]): void;
  /** Late readings between these times concern a rule that is judged here. */
  late(farm: string, rule: string, fromMs: number, toMs: number): void;
}

interface Farm {
  evaluator: Evaluator;
  handles: Handles;
  /** Whether any channel is watched here. */
  watchesChannels: boolean;
  /** When each gateway was last told of. */
  heardMs: Map<string, number>;
}

const TICK_MS = 1_000;

export class CloudRules {
  readonly #parts: CloudRulesParts;
  readonly #farms = new Map<string, Farm>();
  #stopTicks = () => {};

  constructor(parts: CloudRulesParts) {
    this.#parts = parts;
  }

  /** @param open alerts of its own that go on from before. */
  start(open: readonly AlertRow[]): void {
    const { clock, registry } = this.#parts;
    for (const farm of new Set(registry.gateways().map((g) => g.farm))) this.use(farm, open);
    this.#stopTicks = clock.every(TICK_MS, () => this.#tick());
  }

  stop(): void {
    this.#stopTicks();
  }

  /** Rules or devices of a farm have changed. */
  use(farm: string, open: readonly AlertRow[] = []): void {
    const { clock, registry, rules, judged } = this.#parts;
    const nowMs = Math.round(clock.wallMs());
    const known = this.#farms.get(farm);
    const handles = known?.handles ?? new Handles();
    const evaluator = known?.evaluator ?? new Evaluator();
    const world: World = {
      ...worldOf(registry.farm(farm), handles),
      gateways: registry
        .gateways()
        .filter((g) => g.farm === farm)
        .map(({ gateway }) => ({ gateway, handle: handles.of(gateway) })),
    };
    const own = new Set(world.gateways.map(({ gateway }) => gateway));
    const ended = evaluator.use(rules(farm), world, nowMs, ({ key, gateways }) => gateways.length > 1 || own.has(key));
    const watched = evaluator.watched();
    const watchesChannels = watched.some(({ subject }) => !own.has(subject));
    this.#farms.set(farm, { evaluator, handles, watchesChannels, heardMs: known?.heardMs ?? new Map() });
    evaluator.restore(
      statesOf(
        open.filter((a) => a.farm === farm),
        watched,
      ),
      nowMs,
    );
    judged(farm, ended);
  }

  /** Told after each commit. */
  committed(batches: readonly StoreBatch[], nowMs: number): void {
    for (const { farm, readings, channels } of batches) {
      const known = this.#farms.get(farm);
      if (known === undefined || !known.watchesChannels) continue;
      const { evaluator, handles } = known;
      const numbers = new Map<number, number>();
      for (const [number, channel] of channels) {
        const handle = handles.find(channelPath(channel).slice(farm.length + 1));
        if (handle !== undefined) numbers.set(number, handle);
      }
      const transitions: Transition[] = [];
      for (const sample of samplesOf(readings, numbers)) transitions.push(...evaluator.see(sample, nowMs));
      for (const { rule, fromMs, toMs } of evaluator.takeLate()) this.#parts.late(farm, rule, fromMs, toMs);
      this.#judged(farm, transitions);
    }
  }

  #tick(): void {
    const { clock, registry } = this.#parts;
    const nowMs = Math.round(clock.wallMs());
    for (const [farm, { evaluator, handles, heardMs }] of this.#farms) {
      const transitions: Transition[] = [];
      for (const { gateway } of registry.gateways().filter((g) => g.farm === farm)) {
        const timeMs = registry.state(farm, gateway).heardMs;
        if (timeMs === null || timeMs === heardMs.get(gateway)) continue;
        heardMs.set(gateway, timeMs);
        const sample = { timeMs, handles: [handles.of(gateway)], values: [1], qualities: [0] };
        transitions.push(...evaluator.see(sample, nowMs));
      }
      this.#judged(farm, [...transitions, ...evaluator.tick(nowMs)]);
    }
  }

  /** Late ones are left to the look back, which sees all of a time and not only what came together. */
  #judged(farm: string, transitions: readonly Transition[]): void {
    this.#parts.judged(
      farm,
      transitions.filter((t) => !t.late),
    );
  }
}

/** Alerts that went on when the cloud stopped, as an evaluator goes on from them. */
function statesOf(open: readonly AlertRow[], watched: ReturnType<Evaluator['watched']>): KeptState[] {
  return open.flatMap(({ rule, subject, revision, state, noData, raisedMs, firedMs }): KeptState[] => {
    const at = watched.find((w) => w.rule === rule && w.subject === subject);
    if (at === undefined || state === 'over') return [];
    return [{ rule, revision, anchor: at.anchor, state, noData, raised: raisedMs !== null, sinceMs: firedMs }];
  });
}
