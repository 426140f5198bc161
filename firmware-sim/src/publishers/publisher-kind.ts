/**
 * What the simulator must know of one kind of publisher: something that speaks for several devices at an MQTT broker. A new
 * kind is a file beside this one and a row in publisher-table.ts.
 */
import { Id } from '@karez/model/schemas';
import Type, { type Static, type TSchema } from 'typebox';
import type { LineDevice } from '../lines/line-kind.ts';
import type { SparkplugDeps } from '../node/sparkplug-sender.ts';
import type { Told } from '../node/told.ts';
import type { Senses } from '../senses.ts';

export const Broker = Type.String({ pattern: '^(mqtt|mqtts|tcp|ssl)://[^\\s]+$' });
export const EveryS = Type.Number({ minimum: 1, maximum: 86_400 });
export const FlashMessages = Type.Optional(
  Type.Integer({
    minimum: 2,
    maximum: 1_000_000,
    description: 'Messages that it keeps while it cannot send; beyond, the oldest goes. Default 2000.',
  }),
);

/** What every publisher has. */
export const publisherHead = {
  name: Type.Unsafe<string>({
    ...Id,
    description: 'Its user name at the broker; its password stands under `sources` in the secrets.',
  }),
  broker: Broker,
  everyS: EveryS,
  flashMessages: FlashMessages,
};

/** What a fault has made of the sample that a device is about to tell. */
export interface Telling {
  /** It is lost on its way; its number is missing then. */
  isLost: boolean;
  /** Its payload breaks off after this share of it, in [0, 1). */
  cutAt: number | undefined;
  /** It was kept and is sent later. */
  isLate: boolean;
  /** Of several samples in place of one, each is so many ms later. */
  laterMs: number;
}

/** The deterministic part: what is told of the world. */
export interface Teller<M extends Told> {
  /** A sample that a device takes now, as messages in their order. */
  sample(device: string, telling: Telling): M[];
  /** A device starts anew. */
  restart(device: string): void;
}

/** The part that speaks with the broker. */
export interface Outlet<M extends Told> {
  start(): void;
  add(message: M): void;
  /** A device loses its power, or has it again. */
  power(device: string, isOn: boolean): void;
  counts(): OutletCounts;
  stop(): void;
}

export interface OutletCounts {
  /** Not yet sent, or not yet acknowledged where that is expected. */
  waiting: number;
  /** Sent, and acknowledged where that is expected. */
  sent: number;
  /** Sent again: uplinks without an acknowledgement, births that were asked for. */
  repeated: number;
  dropped: number;
}

export interface OutletDeps extends SparkplugDeps {
  password: string;
  /** An uplink with number `n` was acknowledged. */
  acked(device: string, n: number, t: number): void;
}

export interface PublisherKind<S extends TSchema, M extends Told> {
  schema: S;
  devices(publisher: Static<S>): LineDevice[];
  /** What a schema cannot say: the key below the publisher and what it must be; undefined where all is well. */
  problem?(publisher: Static<S>): { key: string; expected: string } | undefined;
  /** How often a device measures, seconds. */
  everyS(publisher: Static<S>, device: string): number;
  teller(publisher: Static<S>, senses: Senses): Teller<M>;
  outlet(publisher: Static<S>, deps: OutletDeps): Outlet<M>;
}

export const publisherKind = <S extends TSchema, M extends Told>(kind: PublisherKind<S, M>): PublisherKind<S, M> =>
  kind;
