/** All parts of one run, and what they share: time, chance, the faults that are active, what has been fired and found. */
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { Boots } from './boots.ts';
import type { Breakage } from './breakages.ts';
import { CloudMachine } from './cloud-machine.ts';
import { Devices } from './devices.ts';
import { Draw } from './draw.ts';
import { kindOf, type PlannedFault } from './faults.ts';
import { GatewayMachine } from './gateway-machine.ts';
import { LiveWatch } from './live-watch.ts';
import { Network } from './network.ts';
import { NumberWatch } from './number-watch.ts';
import { type Scenario, TRUE_START_MS } from './scenario.ts';
import { TimeRule } from './time-rule.ts';
import { Trace } from './trace.ts';
import { Trouble } from './trouble.ts';
import { Witness } from './witness.ts';

export const FARM = 'farm';
export const GATEWAY = 'gw-1';

/** What a checker found. `rule` is short, for counting; `text` says what was seen. */
export interface Violation {
  rule: string;
  text: string;
}

const SHOWN_PER_RULE = 3;

export class World {
  readonly scenario: Scenario;
  /** Folder for the files of both machines. */
  readonly folder: string;
  readonly breakage: Breakage;
  /** True time. */
  readonly clock: VirtualClock;
  readonly draw: Draw;
  readonly trace: Trace;
  readonly boots = new Boots();
  readonly trouble = new Trouble();
  readonly witness: Witness;
  readonly numbers: NumberWatch;
  readonly times: TimeRule;
  readonly live: LiveWatch;
  readonly network: Network;
  readonly cloud: CloudMachine;
  readonly gateway: GatewayMachine;
  readonly devices: Devices;
  readonly active = new Set<PlannedFault>();
  readonly fired = new Map<string, number>();
  readonly violations: Violation[] = [];
  readonly #found = new Map<string, number>();

  constructor(scenario: Scenario, folder: string, breakage: Breakage, log: (line: string) => void) {
    this.scenario = scenario;
    this.folder = folder;
    this.breakage = breakage;
    this.clock = virtualClock(TRUE_START_MS, 2);
    this.draw = new Draw(scenario.seed).stream('run');
    this.trace = new Trace(this.clock, log);
    this.witness = new Witness(this.clock);
    this.numbers = new NumberWatch(this);
    this.times = new TimeRule(this);
    this.live = new LiveWatch(this);
    this.network = new Network(this);
    this.cloud = new CloudMachine(this);
    this.gateway = new GatewayMachine(this);
    this.devices = new Devices(this);
  }

  /** The largest `parameter` among the active faults of a kind; 0 where none is. */
  most(kind: PlannedFault['kind'], parameter: string): number {
    let most = 0;
    for (const fault of this.active) if (fault.kind === kind) most = Math.max(most, fault[parameter] as number);
    return most;
  }

  /** The cloud's clock minus true time. */
  get cloudClockMs(): number {
    return (this.find('cloud.clock')?.ms as number | undefined) ?? 0;
  }

  find(kind: PlannedFault['kind'], is: (fault: PlannedFault) => boolean = () => true): PlannedFault | undefined {
    for (const fault of this.active) if (fault.kind === kind && is(fault)) return fault;
    return undefined;
  }

  begin(fault: PlannedFault): void {
    this.trace.say('fault', fault.kind, JSON.stringify(fault));
    this.active.add(fault);
    const kind = kindOf(fault.kind);
    kind.start?.(this, fault);
    if (fault.forMs !== undefined) this.clock.after(fault.forMs, () => this.end(fault));
    else if (fault.point === undefined && fault.kind !== 'cloud.refuse') this.end(fault);
  }

  end(fault: PlannedFault): void {
    if (!this.active.delete(fault)) return;
    const kind = kindOf(fault.kind);
    const now = this.clock.monoMs();
    this.trouble.add(now - (fault.forMs ?? 0), now + (kind.afterMs ?? 0), fault.kind);
    kind.end?.(this, fault);
  }

  /** Ends every fault; what has no end of its own goes too. */
  heal(): void {
    for (const fault of [...this.active]) if (fault.kind !== 'cloud.refuse') this.end(fault);
    this.trace.say('heal');
  }

  fire(kind: string): void {
    this.fired.set(kind, (this.fired.get(kind) ?? 0) + 1);
  }

  violate(rule: string, text: string): void {
    const before = this.#found.get(rule) ?? 0;
    this.#found.set(rule, before + 1);
    this.trace.say('violation', rule, text);
    if (before < SHOWN_PER_RULE) this.violations.push({ rule, text });
  }
}
