/** What the simulator must know of one kind of line, so that adding a protocol is one file and one row in line-table.ts. */
import Type, { type Static, type TSchema } from 'typebox';
import type { Emission, Trait } from '../faults/fault-table.ts';
import type { Senses } from '../senses.ts';
import type { DronePlan } from '../world/world.ts';

export const closed = { additionalProperties: false } as const;

export const SimPort = Type.Union([
  Type.Object(
    {
      pty: Type.String({
        minLength: 1,
        description: 'Where the serial device appears, relative to this file; becomes a link to a pseudo-terminal.',
      }),
    },
    closed,
  ),
  Type.Object(
    {
      tcp: Type.Integer({ minimum: 0, maximum: 65_535 }),
      host: Type.Optional(Type.String({ minLength: 1, description: 'Default 127.0.0.1.' })),
    },
    closed,
  ),
]);
export type SimPort = Static<typeof SimPort>;

/** Radios speak by datagrams too. */
export const RadioPort = Type.Union([
  ...SimPort.anyOf,
  Type.Object(
    {
      udp: Type.String({
        pattern: '^[^:\\s]+:[0-9]{1,5}$',
        description: 'Host:port that it sends to, e.g. 127.0.0.1:14550; each line has a port of its own to send from.',
      }),
    },
    closed,
  ),
  Type.Object(
    {
      udpListen: Type.Integer({ minimum: 0, maximum: 65_535, description: 'Waits here until somebody speaks.' }),
      host: Type.Optional(Type.String({ minLength: 1, description: 'Default 127.0.0.1.' })),
    },
    closed,
  ),
]);
export type RadioPort = Static<typeof RadioPort>;

/** The soil model reaches 120 cm down. */
export const DepthCm = Type.Integer({ minimum: 1, maximum: 120 });
export const Position = Type.Tuple(
  [Type.Number({ minimum: -180, maximum: 180 }), Type.Number({ minimum: -90, maximum: 90 })],
  { maxItems: 2 },
);

/** What speaks on a line: what it says by itself, how often, and what it answers. No clock, no port. */
export interface SerialDevice {
  /** Milliseconds between two calls of `tick`; undefined where it only answers. */
  readonly everyMs: number | undefined;
  /** What it sends by itself at the world's present time. */
  tick(): Emission[];
  /** What it answers to bytes of the host. */
  take(bytes: Uint8Array): Emission[];
  /** A device of the line starts anew, as after a power cut: whatever is not in its lasting memory is gone. */
  restart?(device: string): void;
}

/** A device of a line, as the configuration and faults see it. */
export interface LineDevice {
  id: string;
  /** Where its id stands below the line, e.g. `probes.3.device`. */
  key: string;
  /** Its field and where that stands, for devices that are in one. */
  field?: { id: string; key: string };
  traits: readonly Trait[];
  /** Names of what it hands to `Senses.felt`. */
  values: readonly string[];
}

export interface LineKind<S extends TSchema> {
  schema: S;
  devices(line: Static<S>): LineDevice[];
  /** What a schema cannot say: the key below the line and what it must be; undefined where all is well. */
  problem?(line: Static<S>): { key: string; expected: string } | undefined;
  /** What its devices take from recordings: the recording, the columns, and where below the line that stands. */
  recorded?(line: Static<S>): { recording: string; columns: string[]; key: string }[];
  /** Drones that the world is to move. */
  drones?(line: Static<S>): DronePlan[];
  open(line: Static<S>, senses: Senses): SerialDevice;
}

export const lineKind = <S extends TSchema>(kind: LineKind<S>): LineKind<S> => kind;
