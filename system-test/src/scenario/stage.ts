/** The real programs of a run in a folder of their own: cloud, gateway, simulator, and the road between the first two. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FarmReport } from '@karez/firmware-sim';
import { type ApiGateway, type FarmDetail, type GatewayStatus, type Latest, RIGHTS, seededRandom } from '@karez/model';
import { freePorts } from '@karez/model/testing';
import { stringify } from 'yaml';
import { launch, ROOT, type Running, waitFor } from '../process.ts';
import type { ShownAlert } from './expect/check.ts';
import { FARM, GATEWAY, type Plan, planOf } from './plan.ts';
import type { Scenario } from './schema.ts';
import { startWeakLink, type WeakLink } from './weak-link.ts';

export type Part = 'cloud' | 'gateway' | 'simulator';

/** What the gateway's own page shows, as far as scenarios look at it. */
export interface LocalPage {
  status: GatewayStatus;
  counts: { repeats: number; rejected: { [code: string]: number } };
  journal: { queued: number };
}

const FILES: Record<Part, string> = {
  cloud: 'cloud/src/main.ts',
  gateway: 'edge/src/main.ts',
  simulator: 'firmware-sim/src/main.ts',
};
/** What was compiled before need not be again. */
const COMPILED = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };
const ANSWER_MS = 5_000;
const RULES_LIMIT_MS = 60_000;
const MOST_ALERTS = 100;

export interface StageOptions {
  folder: string;
  seed: number;
  speed: number;
  /** Told of a program that ended without being asked. */
  died(part: Part, lastWords: string): void;
}

interface Ports {
  mqtt: number;
  status: number;
  http: number;
  broker: number;
}

export class Stage {
  readonly plan: Plan;
  readonly folder: string;
  readonly link: WeakLink;
  readonly #options: StageOptions;
  readonly #ports: Ports;
  readonly #running = new Map<Part, Running>();
  readonly #expected = new Set<Running>();
  readonly #answers: ((line: string) => void)[] = [];
  /** The cloud's address for people. */
  consoleUrl = '';

  readonly #login: { authorization: string };

  private constructor(plan: Plan, options: StageOptions, link: WeakLink, ports: Ports, token: string) {
    this.plan = plan;
    this.folder = options.folder;
    this.link = link;
    this.#options = options;
    this.#ports = ports;
    this.#login = { authorization: `Bearer ${token}` };
  }

  /** Writes all files into the folder; starts nothing yet. */
  static async make(scenario: Scenario, options: StageOptions): Promise<Stage> {
    const { folder, seed, speed } = options;
    for (const part of ['cloud', 'gateway', 'run', 'sim', 'log']) mkdirSync(join(folder, part), { recursive: true });
    const [mqtt, status, broker, http, ...lines] = (await freePorts(4 + MOST_LINES)) as [
      number,
      number,
      number,
      number,
    ];
    const link = await startWeakLink(broker, seededRandom(seed));
    const plan = planOf(scenario, {
      seed,
      speed,
      nowMs: Date.now(),
      ports: { mqtt, status, uplink: link.port, lines },
    });
    const write = (name: string, value: unknown, mode = 0o644) =>
      writeFileSync(join(folder, name), stringify(value), { mode });
    write('gateway.yaml', plan.gateway);
    write('sim.yaml', plan.sim);
    write('secrets.yaml', secretsOf(folder, plan), 0o600);
    return new Stage(plan, options, link, { mqtt, status, broker, http }, tokenOf(folder));
  }

  /** @throws with the program's last words if it does not become ready. */
  async start(part: Part): Promise<Record<string, unknown>> {
    const at = (name: string) => join(this.folder, name);
    const { clocks, speed } = this.plan;
    const args: Record<Part, string[]> = {
      cloud: [
        ...['--data', at('cloud'), '--http-port', `${this.#ports.http}`],
        ...['--mqtt-port', `${this.#ports.broker}`, '--mqtt-host', '127.0.0.1'],
      ],
      gateway: ['--config', at('gateway.yaml')],
      simulator: [
        ...['--config', at('sim.yaml'), '--secrets', at('secrets.yaml'), '--record', at('sim')],
        ...['--speed', `${speed}`, '--clocks', clocks === 'real' ? 'real' : 'simulated'],
        ...['--wait', '--for', `${this.plan.lastsMs / 1_000}`],
      ],
    };
    const process = launch(FILES[part], args[part], {
      ...{ cwd: this.folder, env: { ...COMPILED, KAREZ_STORE: 'embedded' } },
      onLine: (line) => part === 'simulator' && this.#answers[0]?.(line),
    });
    this.#running.set(part, process);
    void process.ended.then((status) => {
      if (this.#running.get(part) === process) this.#running.delete(part);
      if (!this.#expected.has(process))
        this.#options.died(part, `ended with ${status ?? 'a signal'}: ${process.log.slice(-3).join(' ')}`);
      writeFileSync(at(`log/${part}.log`), `${process.log.join('\n')}\n`, { flag: 'a' });
    });
    const ready = await process.whenReady;
    if (part === 'cloud') this.consoleUrl = String(ready.http);
    return ready;
  }

  /** SIGKILL. */
  async kill(part: Part): Promise<void> {
    const process = this.#running.get(part);
    if (process === undefined) return;
    this.#expected.add(process);
    await process.kill();
  }

  /** SIGTERM; resolves with the exit status, null where a signal ended it. */
  async stop(part: Part): Promise<number | null> {
    const process = this.#running.get(part);
    if (process === undefined) return 0;
    this.#expected.add(process);
    return await process.stop();
  }

  pidOf(part: Part): number | undefined {
    return this.#running.get(part)?.pid;
  }

  /** A command for the simulator; resolves with its answer. */
  async tellSim(command: object): Promise<{ event: string } & { [key: string]: unknown }> {
    const process = this.#running.get('simulator');
    if (process === undefined) throw new Error('the simulator does not run');
    const answer = new Promise<string>((resolve) => {
      this.#answers.push((line) => {
        this.#answers.shift();
        resolve(line);
      });
    });
    process.tell(command);
    const ended = process.ended.then(() => Promise.reject(new Error('the simulator ended before it answered')));
    return JSON.parse(await Promise.race([answer, ended]));
  }

  async report(): Promise<FarmReport> {
    return (await this.tellSim({ report: 'faults' })) as unknown as FarmReport;
  }

  farm = () => this.#api<FarmDetail>(`farms/${FARM}`);
  latest = () => this.#api<Latest>(`farms/${FARM}/latest`);
  async alerts(): Promise<ShownAlert[] | undefined> {
    const answer = await this.#api<{ alerts: { rule: string; device: string | null }[] }>(
      `farms/${FARM}/alerts?state=all&limit=${MOST_ALERTS}`,
    );
    return answer?.alerts.map(({ rule, device }) => ({ rule, device: device ?? undefined }));
  }

  /** Gives the cloud the rules, and waits until the gateway works by them. */
  async setRules(): Promise<void> {
    const { rules } = this.plan;
    if (rules.length === 0) return;
    await waitFor('the cloud to know the farm', () => this.farm(), RULES_LIMIT_MS);
    for (const rule of rules) {
      const response = await fetch(this.#url(`farms/${FARM}/rules`), {
        ...{
          method: 'POST',
          headers: { ...this.#login, 'content-type': 'application/json' },
          body: JSON.stringify(rule),
        },
      });
      if (!response.ok) throw new Error(`the cloud does not take the rule ${rule.id}: ${await response.text()}`);
    }
    await waitFor(
      'the gateway to work by the rules',
      async () => {
        const said = await this.#api<{ revision: number; gateways: { revision: number }[] }>(`farms/${FARM}/rules`);
        return said?.gateways.some(({ revision }) => revision === said.revision);
      },
      RULES_LIMIT_MS,
    );
  }

  async gateway(): Promise<ApiGateway | undefined> {
    return (await this.#api<ApiGateway[]>('gateways'))?.find((g) => g.farm === FARM && g.gateway === GATEWAY);
  }

  local(): Promise<LocalPage | undefined> {
    return json<LocalPage>(`http://127.0.0.1:${this.#ports.status}/status.json`);
  }

  #url(path: string): string {
    return `http://127.0.0.1:${this.#ports.http}/api/v1/${path}`;
  }

  #api<T>(path: string): Promise<T | undefined> {
    return json<T>(this.#url(path), this.#login);
  }

  /** Ends whatever still runs. */
  async close(): Promise<void> {
    for (const part of [...this.#running.keys()]) await this.kill(part);
    await this.link.close();
  }
}

/** Ports for lines: more than a gateway may have. */
const MOST_LINES = 64;

/** What a page says; undefined where there is none or nobody answers. */
async function json<T>(url: string, headers: { [name: string]: string } = {}): Promise<T | undefined> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
    return response.ok ? ((await response.json()) as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Runs one of the cloud's commands on the data of the run; what it prints as JSON. */
function cloudCommand<T>(file: string, folder: string, ...args: string[]): T {
  const flags = ['--disable-warning=ExperimentalWarning', `${ROOT}cloud/src/${file}`];
  const printed = execFileSync(process.execPath, [...flags, ...args, '--data', join(folder, 'cloud'), '--json'], {
    ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  });
  return JSON.parse(printed) as T;
}

/** For the tool itself, which looks at everything. */
function tokenOf(folder: string): string {
  const args = ['token', 'add', 'scenario', '--farm', '*', '--rights', Object.keys(RIGHTS).join(',')];
  return cloudCommand<{ token: string }>('people-main.ts', folder, ...args).token;
}

/** The gateway's password in the cloud's data, and one for each node and each other publisher. */
function secretsOf(folder: string, { nodes, sources }: Plan): object {
  const args = ['gateway', 'add', FARM, GATEWAY, '--new-password'];
  const { password } = cloudCommand<{ password: string }>('main.ts', folder, ...args);
  const passwords = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, `password-of-${id}`]));
  return { uplink: password, devices: passwords(nodes), sources: passwords(sources) };
}
