/**
 * The connection to the cloud: MQTT 3.1.1, clean session. What is on its way is the plan's business; here are login,
 * topics, last will, and connecting again with growing, jittered delays. Nothing is queued in the client: what is not
 * sent waits in the journal.
 */

import {
  Ack,
  type Cancel,
  type Clock,
  checker,
  type GatewayGone,
  type GatewayStatus,
  type Inventory,
  LIMITS,
  type Logger,
  messageOf,
  type Random,
  topicOf,
} from '@karez/model';
import mqtt, { type MqttClient } from 'mqtt';
import type { Journal } from '../journal/journal.ts';
import { Plan } from './plan.ts';

export interface UplinkParts {
  clock: Clock;
  random: Random;
  logger: Logger;
  journal: Journal;
  inventory: Inventory;
  url: string;
  password: string;
  status(): GatewayStatus;
}

export interface LinkState {
  state: 'up' | 'connecting' | 'down';
  sinceMs: number;
  /** Why it is down, in words; null where it is up or nothing is known. */
  trouble: string | null;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const STATUS_EVERY_MS = 5_000;
const CONNECT_TIMEOUT_MS = 15_000;
const ackChecker = checker(Ack, 'PAYLOAD_INVALID');

export class Uplink {
  readonly #parts: UplinkParts;
  readonly #plan: Plan;
  readonly #topics: { batch: string; status: string; inventory: string; ack: string };
  #client: MqttClient | undefined;
  #retry: Cancel | undefined;
  #statusTimer: Cancel | undefined;
  #delayMs = FIRST_DELAY_MS;
  #stopped = false;
  readonly link: LinkState;
  /** Readings stored and refused in this epoch, as the journal last said. */
  readonly totals: { stored: number; refused: number };
  bytesSent = 0;

  constructor(parts: UplinkParts) {
    this.#parts = parts;
    const { farm, gateway } = parts.inventory;
    const topic = (leaf: 'batch' | 'status' | 'inventory' | 'ack') => topicOf(farm.id, gateway.id, leaf);
    this.#topics = { batch: topic('batch'), status: topic('status'), inventory: topic('inventory'), ack: topic('ack') };
    this.link = { state: 'down', sinceMs: parts.clock.wallMs(), trouble: null };
    const { opened } = parts.journal;
    this.totals = { stored: opened.stored, refused: opened.refused };
    this.#plan = new Plan(
      {
        clock: parts.clock,
        batch: (from, to, most) => parts.journal.batch(from, to, most),
        send: (bytes) => this.#publish(this.#topics.batch, Buffer.from(bytes), false),
        settle: async (stored, refused) => Object.assign(this.totals, await parts.journal.settle(stored, refused)),
        failed: (error) => parts.logger.log('info', 'a batch was not sent', { cause: error }),
      },
      opened.waiting,
    );
  }

  start(): void {
    this.#parts.journal.onCommit = (first, last) => this.#plan.committed(first, last);
    this.#connect();
  }

  get waiting(): number {
    return this.#plan.waiting;
  }

  get roundTripMs(): number | null {
    return this.#plan.roundTripMs;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.();
    this.#statusTimer?.();
    this.#plan.stop();
    const client = this.#client;
    if (client === undefined) return;
    if (client.connected) {
      // A clean goodbye sends no last will; the cloud is told in words.
      const gone: GatewayGone = { v: 1, online: false, epoch: this.#parts.inventory.epoch };
      await Promise.race([this.#publish(this.#topics.status, JSON.stringify(gone), true), this.#pause(1_000)]).catch(
        () => {},
      );
    }
    await client.endAsync(true).catch(() => {});
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(ms, resolve));
  }

  #publish(topic: string, payload: Buffer | string, retain: boolean): Promise<void> {
    const client = this.#client;
    if (client === undefined || !client.connected) return Promise.reject(new Error('the link is down'));
    this.bytesSent += payload.length;
    return client.publishAsync(topic, payload, { qos: 1, retain }).then(() => {});
  }

  #connect(): void {
    const { inventory, url, password, logger } = this.#parts;
    const gone: GatewayGone = { v: 1, online: false, epoch: inventory.epoch };
    this.#change('connecting', this.link.trouble);
    const client = mqtt.connect(url, {
      ...{ protocolVersion: 4, clean: true, reconnectPeriod: 0, queueQoSZero: false, resubscribe: false },
      ...{
        connectTimeout: CONNECT_TIMEOUT_MS,
        keepalive: LIMITS.keepaliveS,
        clientId: `${inventory.farm.id}/${inventory.gateway.id}`,
      },
      ...{ username: `${inventory.farm.id}/${inventory.gateway.id}`, password },
      will: { topic: this.#topics.status, payload: Buffer.from(JSON.stringify(gone)), qos: 1, retain: true },
    });
    this.#client = client;
    let trouble: string | null = null;
    client.on('error', (error) => {
      trouble = inWords(error);
      client.end(true);
    });
    client.on('connect', () => {
      this.#greet(client).catch((error) => {
        trouble = messageOf(error);
        client.end(true);
      });
    });
    client.on('message', (topic, payload) => {
      if (topic === this.#topics.ack) this.#acknowledged(payload);
    });
    client.once('close', () => {
      client.removeAllListeners();
      client.on('error', () => {});
      client.end(true);
      this.#plan.disconnected();
      this.#statusTimer?.();
      if (this.link.state === 'up') logger.log('warn', 'the link to the cloud is down', { trouble });
      this.#change('down', trouble);
      if (this.#stopped) return;
      const delay = this.#delayMs * (0.5 + this.#parts.random.next());
      this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
      this.#retry = this.#parts.clock.after(delay, () => this.#connect());
    });
  }

  /** After login: hear acknowledgements first, then say what we have, then send. */
  async #greet(client: MqttClient): Promise<void> {
    const granted = await client.subscribeAsync(this.#topics.ack, { qos: 1 });
    if (granted.some((g) => g.qos === 128)) throw new Error('the cloud refuses our acknowledgement topic');
    await this.#describe();
    if (this.#client !== client || !client.connected) return;
    this.#delayMs = FIRST_DELAY_MS;
    this.#change('up', null);
    this.#parts.logger.log('info', 'the link to the cloud is up');
    this.#plan.connected();
    await this.#sayStatus();
    this.#statusTimer = this.#parts.clock.every(STATUS_EVERY_MS, () => {
      this.#sayStatus().catch((error) => this.#parts.logger.log('debug', 'the status was not sent', { cause: error }));
    });
  }

  #describe(): Promise<void> {
    return this.#publish(this.#topics.inventory, JSON.stringify(this.#parts.inventory), true);
  }

  #sayStatus(): Promise<void> {
    return this.#publish(this.#topics.status, JSON.stringify(this.#parts.status()), true);
  }

  #acknowledged(payload: Buffer): void {
    const { logger, inventory } = this.#parts;
    try {
      const ack = ackChecker.parse(JSON.parse(payload.toString()), 'acknowledgement');
      if (ack.epoch !== inventory.epoch) return;
      if (ack.retry.some((r) => r.code === 'CATALOG_UNKNOWN'))
        this.#describe().catch((error) => logger.log('info', 'the inventory was not sent', { cause: error }));
      for (const r of ack.refused) logger.log('warn', 'the cloud refused readings for good', { ...r });
      this.#plan.acknowledged(ack);
    } catch (error) {
      logger.log('warn', 'an acknowledgement could not be read', { cause: error });
    }
  }

  #change(state: LinkState['state'], trouble: string | null): void {
    if (state !== this.link.state) this.link.sinceMs = this.#parts.clock.wallMs();
    this.link.state = state;
    this.link.trouble = trouble;
  }
}

/** What a person at the gateway can do something about. */
function inWords(error: Error & { code?: string | number }): string {
  if (error.code === 'ECONNREFUSED') return 'nobody answers at the cloud’s address';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'the cloud’s name cannot be found';
  if (error.code === 4 || error.code === 5) return 'the cloud refuses our password';
  return messageOf(error);
}
