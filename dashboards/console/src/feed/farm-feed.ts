/**
 * Everything the page knows of one farm, kept up: description, newest values, gateways, the last hours. Values are
 * newest by the time they were taken, never by when they came. After every interruption everything is asked for again,
 * so that the page needs no memory on the server.
 */
import type { ApiAlert, ApiAlerts, ApiGateway, FarmDetail, LatestValue, LiveGateway, LiveReadings } from '@karez/model';
import type { Cancel, Clock } from '@karez/model/ports';
import { withDistinctNames } from '../judge/names.ts';
import { inOrder, withAlert } from './alert-list.ts';
import { type Api, asProblem, type Problem } from './api.ts';
import type { Connection } from './connection.ts';
import { LiveLink } from './live-link.ts';
import { type Memory, type RememberedFarm, shortMemory } from './memory.ts';
import { RecentHistories, type Row } from './recent.ts';
import { ServerClock } from './server-clock.ts';

/** A snapshot of the farm; views draw it as it is. */
export interface FarmSnapshot {
  detail: FarmDetail | undefined;
  gateways: readonly ApiGateway[];
  /** Those that go on: firing first, then newest. */
  alerts: readonly ApiAlert[];
  connection: Connection;
  /** Why the last attempt to load failed; undefined once one succeeded. */
  problem: Problem | undefined;
  /** The server's time: ages are told by it. */
  nowMs: number;
  /** The time at which values are judged: it stands still while this page hears nothing, for that is not the farm's fault. */
  judgedMs: number;
  /** Rises whenever histories are to be asked for again: after a load, and after much of the past has come. */
  loads: number;
  /** Rises with every alert that begins, changes or ends. */
  alertChanges: number;
  /** Rises whenever actuators, commands or a stop have changed. */
  actuatorChanges: number;
}

/** Views are told of new readings at most this often, ms. */
const SHOW_MS = 300;
const TICK_MS = 1_000;
const FARM_CHANGED_MS = 500;
/** A backlog that drains makes many late readings; histories are fetched anew at most this often, ms. */
const LATE_MS = 5_000;
/** How often values are asked for while there is no stream, ms. */
const POLL_MS = 10_000;
/** A page that nobody sees gives up its connection after this time, ms: a phone's battery pays for it. */
const HIDDEN_MS = 60_000;
/** A link that was quiet for longer than this when the page is looked at again is made anew, ms. */
const QUIET_MS = 20_000;
/** Without an answer for this long, what is remembered is shown meanwhile, ms. */
const RECALL_MS = 1_500;
/** Alerts that are shown as going on; the API's most in one answer. */
const ALERTS = 200;
/** How often the state is remembered for the time without a link, ms. */
const REMEMBER_MS = 30_000;

export class FarmFeed {
  readonly farm: string;
  readonly recent: RecentHistories;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #server: ServerClock;
  readonly #link: LiveLink;
  readonly #memory: Memory;
  readonly #values = new Map<string, LatestValue>();
  readonly #listeners = new Set<() => void>();
  readonly #rowListeners = new Set<(rows: readonly Row[]) => void>();
  #ticks: Cancel | undefined;
  #retry: Cancel | undefined;
  #later: Cancel | undefined;
  #farmLater: Cancel | undefined;
  #lateLater: Cancel | undefined;
  #hidden: Cancel | undefined;
  #recalling: Cancel | undefined;
  #remembering: Cancel | undefined;
  #hiddenLong = false;
  #loading = false;
  #askedMonoMs = Number.NEGATIVE_INFINITY;
  #stopped = false;
  #failures = 0;
  /** Server time of the newest `hello`, and of the newest complete load. */
  #helloMs = 0;
  #loadedMs = -1;
  #snapshot: FarmSnapshot;

  constructor(farm: string, api: Api, clock: Clock, memory: Memory = shortMemory()) {
    this.#memory = memory;
    this.farm = farm;
    this.#api = api;
    this.#clock = clock;
    this.#server = new ServerClock(clock);
    this.#link = new LiveLink(api.liveUrl(farm), api.fetch, clock, {
      event: (name, data) => this.#event(name, data),
      lost: (_problem, tries) => {
        this.#helloMs = 0;
        // One failure may be a change of the network; the second is news.
        if (tries > 1) this.#interrupted();
      },
    });
    const nowMs = this.#server.nowMs();
    this.#snapshot = {
      ...{
        detail: undefined,
        gateways: [],
        alerts: [],
        alertChanges: 0,
        actuatorChanges: 0,
        connection: { state: 'loading' },
        problem: undefined,
      },
      ...{ nowMs, judgedMs: nowMs, loads: 0 },
    };
    this.recent = new RecentHistories(
      farm,
      api,
      clock,
      () => this.#server.nowMs(),
      () => this.#show({}),
    );
  }

  start(): void {
    this.#link.start();
    void this.#load();
    this.#recalling = this.#clock.after(RECALL_MS, () => void this.#recall());
    this.#remembering = this.#clock.every(REMEMBER_MS, () => this.#remember());
    this.#ticks = this.#clock.every(TICK_MS, () => {
      this.#poll();
      this.#show({});
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#link.stop();
    this.recent.stop();
    this.#remember();
    for (const cancel of [this.#ticks, this.#retry, this.#later, this.#farmLater, this.#lateLater, this.#hidden])
      cancel?.();
    for (const cancel of [this.#recalling, this.#remembering]) cancel?.();
  }

  /** For React: called after every new snapshot. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly snapshot = (): FarmSnapshot => this.#snapshot;
  readonly value = (channelId: string): LatestValue | undefined => this.#values.get(channelId);

  /** Hears every reading as it comes; returns how to stop. */
  onRows(listener: (rows: readonly Row[]) => void): () => void {
    this.#rowListeners.add(listener);
    return () => this.#rowListeners.delete(listener);
  }

  /** Told whether anybody can see the page. */
  seen(visible: boolean): void {
    this.#hidden?.();
    this.#hidden = undefined;
    if (!visible) {
      this.#remember();
      this.#hidden = this.#clock.after(HIDDEN_MS, () => {
        this.#hiddenLong = true;
        this.#helloMs = 0;
        this.#interrupted();
        this.#link.stop();
      });
    } else if (this.#clock.monoMs() - this.#link.heardMonoMs > QUIET_MS) this.again();
  }

  /** Tries at once, as when the reader asks for it or the network is back. */
  again(): void {
    this.#hiddenLong = false;
    this.#helloMs = 0;
    this.#server.forget();
    this.#failures = 0;
    this.#link.renew();
    void this.#load();
  }

  #event(name: string, data: unknown): void {
    if (name === 'readings') {
      const { nowMs, rows } = data as LiveReadings;
      this.#server.heard(nowMs);
      this.#take(rows);
    } else if (name === 'hello') {
      const { nowMs } = data as { nowMs: number };
      this.#server.heard(nowMs);
      this.#helloMs = nowMs;
      this.#settle();
    } else if (name === 'gateway') this.#gateway(data as LiveGateway);
    else if (name === 'alert') this.takeAlert(data as ApiAlert);
    else if (name === 'command' || name === 'actuators')
      this.#show({ actuatorChanges: this.#snapshot.actuatorChanges + 1 });
    else if (name === 'late') this.#lateLater ??= this.#clock.after(LATE_MS, () => this.#lateCame());
    else if (name === 'farm') this.#farmLater ??= this.#clock.after(FARM_CHANGED_MS, () => void this.#describe());
  }

  /** An alert as it now stands, from the stream or from the answer to what the reader did. */
  takeAlert(alert: ApiAlert): void {
    const { alerts, alertChanges } = this.#snapshot;
    this.#show({ alerts: withAlert(alerts, alert), alertChanges: alertChanges + 1 });
  }

  #take(rows: readonly Row[]): void {
    for (const [id, timeMs, value, quality] of rows) this.#keep(id, [timeMs, value, quality]);
    this.recent.take(rows);
    for (const listener of this.#rowListeners) listener(rows);
    this.#later ??= this.#clock.after(SHOW_MS, () => this.#show({}));
  }

  /** A late reading is history, not news. */
  #keep(id: string, value: LatestValue): void {
    const known = this.#values.get(id);
    if (known === undefined || value[0] >= known[0]) this.#values.set(id, value);
  }

  #gateway({ gateway, ...state }: LiveGateway): void {
    const gateways = this.#snapshot.gateways.map((g) => (g.gateway === gateway ? { ...g, ...state } : g));
    if (gateways.every((g) => g.gateway !== gateway)) {
      this.#farmLater ??= this.#clock.after(FARM_CHANGED_MS, () => void this.#describe());
      return;
    }
    this.#show({ gateways });
  }

  /** More of the past came than the stream carries: histories are to be asked for again. */
  #lateCame(): void {
    this.#lateLater = undefined;
    this.recent.refresh();
    this.#show({ loads: this.#snapshot.loads + 1 });
  }

  /** Asks for description and gateways again. */
  async #describe(): Promise<void> {
    this.#farmLater = undefined;
    try {
      const [detail, gateways] = await Promise.all([this.#api.farm(this.farm), this.#api.gateways()]);
      this.#show({ detail: withDistinctNames(detail), gateways: gateways.filter((g) => g.farm === this.farm) });
    } catch {
      // The connection is down; the next load brings both.
    }
  }

  /** Asks for everything; again, if the stream began only after the answer was made. */
  async #load(): Promise<void> {
    if (this.#loading || this.#stopped) return;
    this.#loading = true;
    this.#askedMonoMs = this.#clock.monoMs();
    try {
      const before = this.#snapshot.alertChanges;
      const [detail, latest, gateways, { alerts }] = await Promise.all([
        this.#api.farm(this.farm),
        this.#api.latest(this.farm),
        this.#api.gateways(),
        this.#api.get<ApiAlerts>(`/farms/${encodeURIComponent(this.farm)}/alerts?limit=${ALERTS}`),
      ]);
      const { alertChanges } = this.#snapshot;
      // What the stream said while the answer was made is newer than the answer.
      const open = alertChanges === before ? inOrder(alerts) : this.#snapshot.alerts;
      this.#server.heard(latest.nowMs);
      for (const [id, value] of Object.entries(latest.values)) this.#keep(id, value);
      this.#loadedMs = latest.nowMs;
      this.#failures = 0;
      // What was remembered is no longer what is shown, though the stream may still be away.
      const { connection } = this.#snapshot;
      this.#show({
        ...(connection.state === 'reconnecting' ? { connection: { ...connection, sinceMs: latest.nowMs } } : {}),
        ...{ detail: withDistinctNames(detail), problem: undefined },
        gateways: gateways.filter((g) => g.farm === this.farm),
        ...{ alerts: open, alertChanges: alertChanges + 1 },
        loads: this.#snapshot.loads + 1,
      });
      if (this.#snapshot.loads > 1) this.recent.refresh();
      this.#remember();
    } catch (error) {
      this.#failures++;
      this.#show({ problem: asProblem(error) });
      void this.#recall();
      this.#retry?.();
      this.#retry = this.#clock.after(Math.min(15_000, 1_000 * 2 ** this.#failures), () => this.#settle());
    } finally {
      this.#loading = false;
    }
    if (this.#loadedMs >= 0 && this.#failures === 0) this.#settle();
  }

  /** Shows what was remembered, with its time, until the server answers. */
  async #recall(): Promise<void> {
    const isLoaded = () => this.#stopped || this.#snapshot.detail !== undefined;
    if (isLoaded()) return;
    const kept = await this.#memory.recall<RememberedFarm>(`farm/${this.farm}`);
    if (kept === undefined || isLoaded()) return;
    for (const [id, value] of kept.values) this.#keep(id, value);
    const { detail, gateways, alerts, savedMs } = kept;
    this.#show({ detail, gateways, alerts, connection: { state: 'reconnecting', sinceMs: savedMs } });
  }

  /** Remembers what is shown, where it came from the server in this visit. */
  #remember(): void {
    const { detail, gateways, alerts, connection, nowMs } = this.#snapshot;
    if (detail === undefined || this.#loadedMs < 0) return;
    const savedMs =
      connection.state === 'live' ? nowMs : connection.state === 'loading' ? this.#loadedMs : connection.sinceMs;
    const kept: RememberedFarm = { savedMs, detail, gateways, alerts, values: [...this.#values] };
    void this.#memory.keep(`farm/${this.farm}`, kept);
  }

  /** Where requests are answered but the stream does not stand, as behind some proxies, values come by asking. */
  #poll(): void {
    const { connection } = this.#snapshot;
    if (connection.state === 'live' || this.#hiddenLong || this.#loadedMs < 0 || this.#loading) return;
    if (this.#clock.monoMs() - this.#askedMonoMs < POLL_MS) return;
    this.#askedMonoMs = this.#clock.monoMs();
    this.#api.latest(this.farm).then(
      ({ nowMs, values }) => {
        this.#server.heard(nowMs);
        for (const [id, value] of Object.entries(values)) this.#keep(id, value);
        this.#loadedMs = nowMs;
        if (this.#snapshot.connection.state === 'reconnecting')
          this.#show({ connection: { state: 'reconnecting', sinceMs: nowMs } });
      },
      () => {
        // No answer either: the page says since when.
      },
    );
  }

  /** Live once the stream stands and everything was loaded after it began; loads until then. */
  #settle(): void {
    if (this.#loadedMs < 0 || this.#loadedMs < this.#helloMs) void this.#load();
    else if (this.#helloMs > 0) this.#show({ connection: { state: 'live' } });
  }

  #interrupted(): void {
    if (this.#snapshot.connection.state === 'reconnecting' || this.#loadedMs < 0) return;
    const quietMs = this.#clock.monoMs() - this.#link.heardMonoMs;
    const sinceMs = Math.max(this.#loadedMs, this.#server.nowMs() - quietMs);
    this.#show({ connection: { state: 'reconnecting', sinceMs } });
  }

  #show(changes: Partial<FarmSnapshot>): void {
    if (this.#stopped) return;
    this.#later?.();
    this.#later = undefined;
    const nowMs = this.#server.nowMs();
    const merged = { ...this.#snapshot, ...changes, nowMs };
    const { connection } = merged;
    const judgedMs =
      connection.state === 'reconnecting'
        ? connection.sinceMs
        : connection.state === 'loading' && this.#loadedMs >= 0
          ? this.#loadedMs
          : nowMs;
    this.#snapshot = { ...merged, judgedMs };
    for (const listener of this.#listeners) listener();
  }
}
