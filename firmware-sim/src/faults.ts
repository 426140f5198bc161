/**
 * What can be made to go wrong with a device. Each kind of fault is one record: what it may be told, on which devices it
 * makes sense, and what it does to bytes on their way out. Each time one strikes it is counted, so that a test can
 * insist that its fault happened.
 */
import { KarezError } from '@karez/model';
import { checker, Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { chance } from './world/noise.ts';

const Share = Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'How many of its frames are struck.' });
const closed = { additionalProperties: false } as const;

/** A line of standard input. `none` ends the fault of a device. */
export const FaultCommand = Type.Union([
  Type.Object({ fault: Type.Literal('silence'), device: Id }, closed),
  Type.Object({ fault: Type.Literal('bad-checksum'), device: Id, share: Type.Optional(Share) }, closed),
  Type.Object({ fault: Type.Literal('lose-bytes'), device: Id, share: Type.Optional(Share) }, closed),
  Type.Object({ fault: Type.Literal('none'), device: Id }, closed),
]);
export type FaultCommand = Static<typeof FaultCommand>;
export type FaultKind = Exclude<FaultCommand['fault'], 'none'>;

/** Bytes that a device sends; `framed` where a checksum guards them. */
export interface Emission {
  device: string;
  bytes: Uint8Array;
  framed: boolean;
}

interface FaultRule {
  /** On devices that publish messages too, or only where bytes are sent. */
  onNodes: boolean;
  /** Frames only, or the short answers between them too. */
  framesOnly: boolean;
  /** The bytes that still go out, given a number in [0, 1); undefined where nothing does. */
  strike(bytes: Uint8Array, luck: number): Uint8Array | undefined;
}

const RULES: Record<FaultKind, FaultRule> = {
  silence: { onNodes: true, framesOnly: false, strike: () => undefined },
  // The checksum stands last in all three protocols.
  'bad-checksum': {
    onNodes: false,
    framesOnly: true,
    strike: (bytes) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 0x5a : byte)),
  },
  'lose-bytes': {
    onNodes: false,
    framesOnly: true,
    strike: (bytes, luck) => bytes.filter((_, i) => i !== Math.floor(luck * bytes.length)),
  },
};

const commandChecker = checker(FaultCommand, 'REQUEST_INVALID');

export class Faults {
  readonly #seed: number;
  readonly #devices: ReadonlyMap<string, 'line' | 'node'>;
  readonly #active = new Map<string, { kind: FaultKind; share: number }>();
  /** How often each device was struck since the start. */
  readonly fired = new Map<string, number>();
  #draws = 0;

  constructor(seed: number, devices: ReadonlyMap<string, 'line' | 'node'>) {
    this.#seed = seed;
    this.#devices = devices;
  }

  /**
   * Takes a command as it came in.
   * @throws KarezError REQUEST_INVALID naming the key and what was expected.
   */
  command(value: unknown): FaultCommand {
    const command = commandChecker.parse(value, 'command');
    const kind = this.#devices.get(command.device);
    if (kind === undefined) {
      throw new KarezError(
        'REQUEST_INVALID',
        `command: device must be one of ${[...this.#devices.keys()].join(', ')}`,
        {
          where: 'device',
        },
      );
    }
    if (command.fault === 'none') {
      this.#active.delete(command.device);
      return command;
    }
    if (kind === 'node' && !RULES[command.fault].onNodes) {
      throw new KarezError(
        'REQUEST_INVALID',
        `command: fault ${command.fault} strikes bytes; ${command.device} sends messages`,
        {
          where: 'fault',
        },
      );
    }
    this.#active.set(command.device, { kind: command.fault, share: 'share' in command ? (command.share ?? 1) : 1 });
    return command;
  }

  /** What is left of bytes on their way out. */
  pass({ device, bytes, framed }: Emission): Uint8Array | undefined {
    const fault = this.#active.get(device);
    if (fault === undefined) return bytes;
    const rule = RULES[fault.kind];
    if (rule.framesOnly && !framed) return bytes;
    const draw = this.#draws++;
    if (chance(this.#seed, `${device} strike`, draw) >= fault.share) return bytes;
    this.#count(device);
    return rule.strike(bytes, chance(this.#seed, `${device} where`, draw));
  }

  /** Whether a node must not say anything now. */
  silences(device: string): boolean {
    if (this.#active.get(device)?.kind !== 'silence') return false;
    this.#count(device);
    return true;
  }

  #count(device: string): void {
    this.fired.set(device, (this.fired.get(device) ?? 0) + 1);
  }
}
