/**
 * A kind of device as a scenario names it: from one short entry it makes what the simulator is told to play and what the
 * gateway is told to read. A new kind is one file here and one row in kind-table.ts.
 */
import { Id } from '@karez/model/schemas';
import Type, { type Static, type TSchema } from 'typebox';
import { FieldTime } from '../times.ts';

export const closed = { additionalProperties: false } as const;

/** What every entry may say. */
export const entryHead = {
  id: Id,
  count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 2_000, description: 'So many of them, ID-1, ID-2 and so on. Default one.' }),
  ),
};
/** How often it measures. */
export const Every = Type.Optional(FieldTime);

/** How simulator and gateway are joined. */
export const LineEnd = Type.Optional(
  Type.Union([Type.Literal('tcp'), Type.Literal('pty')], {
    description: 'A TCP port, or a pseudo-terminal as for a serial device. Default tcp.',
  }),
);

/** What stands around an entry. */
export interface KindContext {
  /** A TCP port of this machine for a line, or a pseudo-terminal in the folder of the run. */
  port(how: 'tcp' | 'pty'): { sim: object; gateway: object };
  /** The interval for the gateway, real ms, from an entry's `every`. */
  intervalMs(every: string): number;
  /** Corners of a field. */
  outlineOf(field: string): [number, number][];
  /** An address of this farm's own for something that has one, 1 to 255 over the whole scenario. */
  nextSystemId(): number;
  /** A DevEUI of this farm's own. */
  nextDevEui(): string;
}

/** What an entry becomes. */
export interface Played {
  /** Lines of the simulator's and of the gateway's configuration, in pairs. */
  lines: { sim: object; gateway: object }[];
  /** What publishes for several devices at the gateway's broker; where that is need not be said. */
  publishers?: { sim: { name: string; [key: string]: unknown }; gateway: object }[];
  /** Devices that publish to the gateway's broker. */
  nodes: { sim: { device: string; [key: string]: unknown }; gateway: { id: string; [key: string]: unknown } }[];
}

export interface DeviceKind<S extends TSchema> {
  what: string;
  schema: S;
  /** What a schema cannot say: the key below the entry and what it must be. */
  problem?(entry: Static<S>): { key: string; expected: string } | undefined;
  /** Fields that the entry names, by key. */
  fields(entry: Static<S>): { id: string; key: string }[];
  play(entry: Static<S>, context: KindContext): Played;
}

export const deviceKind = <S extends TSchema>(kind: DeviceKind<S>): DeviceKind<S> => kind;

/** Ids of an entry's devices. */
export function idsOf({ id, count = 1 }: { id: string; count?: number }): string[] {
  return count === 1 ? [id] : Array.from({ length: count }, (_, i) => `${id}-${i + 1}`);
}

/** Items in groups of at most `size`. */
export function grouped<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
