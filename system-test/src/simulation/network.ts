/**
 * The way between gateway and cloud, in place of MQTT and the broker: a connection that takes time, carries so many bytes
 * a second each way, and can lose, repeat, reorder, fall silent or end. It takes the gateway's real port (ConnectCloud)
 * and gives the cloud's real receiver what a broker would.
 */
import type { CloudLink, ConnectCloud, LinkEvents } from '@karez/edge';
import { type Ack, LIMITS, type UpLeaf } from '@karez/model';
import type { Life } from './gateway-machine.ts';
import type { World } from './world.ts';

/** Topic, MQTT, TCP and IP around a message, bytes. */
const AROUND_BYTES = 80;
const CONNECT_TIMEOUT_MS = 15_000;

interface Pipe {
  /** When the last byte handed in has left, and when the last message arrives. */
  freeMs: number;
  lastMs: number;
}

interface Connection {
  life: Life;
  events: LinkEvents;
  /** As each end sees it. */
  gatewayEnd: 'connecting' | 'open' | 'closed';
  cloudEnd: boolean;
  silent: boolean;
  up: Pipe;
  down: Pipe;
  unconfirmed: Set<PromiseWithResolvers<void>>;
}

export class Network {
  readonly #world: World;
  #connection: Connection | undefined;
  /** Longest time that an answer with the cloud's time took: half of it is how wrong a gateway's clock may be. */
  slowestEchoMs = 0;

  constructor(world: World) {
    this.#world = world;
  }

  connector(life: Life): ConnectCloud {
    return (events) => {
      const pipe = (): Pipe => ({ freeMs: 0, lastMs: 0 });
      const connection: Connection = {
        ...{ life, events, gatewayEnd: 'connecting', cloudEnd: false, silent: false, up: pipe(), down: pipe() },
        unconfirmed: new Set(),
      };
      this.#connection = connection;
      const { clock, scenario } = this.#world;
      clock.after(scenario.link.latencyMs * 3 + 10, () => this.#answer(connection));
      return () => this.#close(connection, null);
    };
  }

  /** Ends the connection so that both sides hear of it. */
  cut(): void {
    if (this.#connection !== undefined) this.#close(this.#connection, 'the connection was reset');
    this.#world.fire('net.cut');
  }

  /** Nothing passes any more and nobody says so: each side finds out by its keepalive. */
  silence(): void {
    const connection = this.#connection;
    if (connection?.gatewayEnd !== 'open') return;
    this.#world.fire('net.half-open');
    connection.silent = true;
    const { clock, draw, trouble } = this.#world;
    trouble.begin('link', clock.monoMs());
    const keepaliveMs = LIMITS.keepaliveS * 1_000;
    clock.after(draw.between(1, 2) * keepaliveMs, () => this.#close(connection, 'keepalive timeout'));
    clock.after(1.5 * keepaliveMs, () => this.#cloudLeft(connection));
  }

  /** The gateway's process is gone: its socket closes, or with its machine simply ends. What was sent may still arrive. */
  died(life: Life, withMachine: boolean): void {
    const connection = this.#connection;
    if (connection?.life !== life) return;
    this.#connection = undefined;
    connection.gatewayEnd = 'closed';
    this.#linkDown();
    const noticeMs = withMachine ? 1.5 * LIMITS.keepaliveS * 1_000 : this.#world.scenario.link.latencyMs;
    this.#world.clock.after(noticeMs, () => this.#cloudLeft(connection));
  }

  /** The cloud's process is gone. */
  cloudDied(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    connection.cloudEnd = false;
    if (!connection.silent) this.#close(connection, 'the connection was reset');
  }

  acknowledge(ack: Ack): void {
    const connection = this.#connection;
    if (connection?.cloudEnd !== true) return;
    const payload = new TextEncoder().encode(JSON.stringify(ack));
    this.#carry(connection, connection.down, payload.length, () => {
      if (connection.gatewayEnd !== 'open' || connection.life.gateway === undefined) return;
      if (this.#world.gateway.trip('before-ack')) return;
      this.#world.trace.say('ack', `${ack.acked.length}/${ack.refused.length}/${ack.retry.length}`);
      if (ack.echoMs !== undefined) this.#noteEcho(connection.life, ack.echoMs);
      this.#world.numbers.answered(ack);
      connection.events.message('ack', payload);
    });
  }

  #noteEcho(life: Life, echoMs: number): void {
    const tookMs = life.clock.monoMs() - echoMs;
    if (tookMs > LIMITS.ackTimeoutMs) return;
    this.slowestEchoMs = Math.max(this.slowestEchoMs, tookMs);
    this.#world.boots.learnt(life, this.#world.clock.wallMs());
  }

  /** The cloud answers a new connection, or does not. */
  #answer(connection: Connection): void {
    const world = this.#world;
    if (connection.gatewayEnd !== 'connecting' || !connection.life.isAlive) return;
    const refuse = (trouble: string) => this.#close(connection, trouble);
    if (world.find('net.half-open') !== undefined) {
      world.clock.after(CONNECT_TIMEOUT_MS, () => refuse('connect timeout'));
      return;
    }
    if (world.find('net.cut') !== undefined || !world.cloud.isUp) {
      refuse('nobody answers');
      return;
    }
    connection.gatewayEnd = 'open';
    connection.cloudEnd = true;
    world.trace.say('link', 'up');
    world.trouble.over('link', world.clock.monoMs(), 10_000);
    world.cloud.connected(true);
    connection.events.up(this.#linkOf(connection));
  }

  #linkOf(connection: Connection): CloudLink {
    return {
      publish: (leaf, payload) => this.#publish(connection, leaf, payload),
      close: () => this.#close(connection, null),
    };
  }

  async #publish(connection: Connection, leaf: UpLeaf, payload: Uint8Array | string): Promise<void> {
    const world = this.#world;
    if (connection.gatewayEnd !== 'open') throw new Error('the link is down');
    const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload.slice();
    world.trace.say('send', `${leaf} ${bytes.length}`);
    if (leaf === 'batch') world.numbers.sent(bytes);
    const confirmed = Promise.withResolvers<void>();
    connection.unconfirmed.add(confirmed);
    this.#carry(connection, connection.up, bytes.length, () => this.#arrived(connection, leaf, bytes, confirmed));
    if (leaf === 'batch' && world.gateway.trip('after-send')) return new Promise(() => {});
    await confirmed.promise;
  }

  /** The broker has a message: it confirms, and hands it on. */
  #arrived(connection: Connection, leaf: UpLeaf, bytes: Uint8Array, confirmed: PromiseWithResolvers<void>): void {
    const world = this.#world;
    if (!connection.cloudEnd || !world.cloud.isUp) return;
    this.#carry(connection, connection.down, 4, () => {
      if (connection.gatewayEnd !== 'open') return;
      connection.unconfirmed.delete(confirmed);
      confirmed.resolve();
      if (leaf === 'batch') world.breakage.confirmed?.(bytes, (ack) => connection.events.message('ack', ack));
    });
    if (world.draw.chance(world.most('net.broker-drops', 'share'))) world.fire('net.broker-drops');
    else world.cloud.received(leaf, bytes);
  }

  /** Takes a message over the link, with what the weather does to it. */
  #carry(connection: Connection, pipe: Pipe, payloadBytes: number, arrive: () => void): void {
    const world = this.#world;
    const { draw, clock, scenario } = world;
    if (draw.chance(world.most('net.loss', 'share'))) {
      world.fire('net.loss');
      return;
    }
    const now = clock.monoMs();
    const slow = world.find('net.slow');
    if (slow !== undefined) world.fire('net.slow');
    const bytesPerS = (slow?.bytesPerS as number | undefined) ?? scenario.link.bytesPerS;
    pipe.freeMs = Math.max(now, pipe.freeMs) + ((payloadBytes + AROUND_BYTES) / bytesPerS) * 1_000;
    let atMs = pipe.freeMs + scenario.link.latencyMs + draw.next() * scenario.link.jitterMs;
    const delayMs = world.most('net.delay', 'ms');
    if (delayMs > 0) world.fire('net.delay');
    atMs += delayMs * draw.next() + (world.breakage.sendDelayMs?.(payloadBytes) ?? 0);
    if (draw.chance(world.most('net.reorder', 'share'))) {
      atMs += draw.next() * world.most('net.reorder', 'ms');
      world.fire('net.reorder');
    } else {
      atMs = Math.max(atMs, pipe.lastMs);
      pipe.lastMs = atMs;
    }
    const isThere = () => !connection.silent;
    clock.after(atMs - now, () => isThere() && arrive());
    if (!draw.chance(world.most('net.duplicate', 'share'))) return;
    world.fire('net.duplicate');
    clock.after(atMs - now + draw.next() * 3_000, () => isThere() && arrive());
  }

  #close(connection: Connection, trouble: string | null): void {
    if (connection.gatewayEnd === 'closed') return;
    connection.gatewayEnd = 'closed';
    for (const { promise, reject } of connection.unconfirmed) {
      promise.catch(() => {});
      reject(new Error('the connection ended'));
    }
    if (!connection.silent) this.#cloudLeft(connection);
    if (this.#connection === connection) {
      this.#connection = undefined;
      this.#linkDown();
    }
    // As a socket does: never within the call that closes it.
    connection.life.clock.after(0, () => connection.events.down(trouble));
  }

  #linkDown(): void {
    this.#world.trace.say('link', 'down');
    this.#world.trouble.begin('link', this.#world.clock.monoMs());
    this.#world.numbers.disconnected();
  }

  #cloudLeft(connection: Connection): void {
    if (!connection.cloudEnd) return;
    connection.cloudEnd = false;
    if (this.#connection?.cloudEnd !== true) this.#world.cloud.connected(false);
  }
}
