/** The telemetry of a sprayer drone: which messages its autopilot sends, how often, with what in them. */
import type { Senses } from '../senses.ts';
import { type Dialect, dialectOf, type Telling } from './drone-dialects.ts';
import { asFrom, MAVLINK_MESSAGES, MavlinkSender, spoiled } from './mavlink.ts';
import { CommandReader } from './mavlink-commands.ts';

/** Shortest time between two looks at the world. */
export const RADIO_STEP_MS = 250;

/** A clock that goes forward so far in one look has been set. */
const CLOCK_SET_MS = 60_000;
const AUTOPILOT = 1;
const SET_MESSAGE_INTERVAL = 511;
const ACCEPTED = 0;
const UNSUPPORTED = 3;

/** A frame, the same damaged, and the same from a neighbour's system. */
export interface RadioFrame {
  bytes: Uint8Array;
  framed: boolean;
  spoiled(): Uint8Array;
  elsewhere(): Uint8Array;
}

export interface RadioOptions {
  device: string;
  systemId: number;
  dialect: Dialect;
  version: 1 | 2;
  /** Where the tank stands: in FUEL_STATUS, or as a meter in the place of a second battery. */
  tank: 'fuel-status' | 'battery-monitor';
  passphrase?: string | undefined;
  /** Sends only heartbeats until it is asked for more. */
  quiet?: boolean | undefined;
}

export class DroneRadio {
  readonly #senses: Senses;
  readonly #options: RadioOptions;
  readonly #sender: MavlinkSender;
  /** Its clock when it was looked at last, and how long it has run: a clock that is set does not change that. */
  #clockMs: number;
  #bootMs = 0;
  readonly #tellings: Telling[];
  /** Milliseconds between two, by telling; undefined where it is not sent. */
  readonly #every = new Map<Telling, number | undefined>();
  readonly #due = new Map<Telling, number>();
  readonly #commands = new CommandReader();

  constructor(senses: Senses, options: RadioOptions) {
    const { device, systemId, version, passphrase, dialect, tank, quiet } = options;
    this.#senses = senses;
    this.#options = options;
    this.#sender = new MavlinkSender(systemId, AUTOPILOT, {
      ...{ version, nowMs: () => senses.clockMs(device) },
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    this.#clockMs = senses.clockMs(device);
    this.#tellings = dialectOf(dialect, tank).filter(({ message }) => this.#sender.can(message));
    for (const telling of this.#tellings) {
      const isSent = quiet !== true || telling.message === 'HEARTBEAT';
      this.#every.set(telling, isSent ? telling.everyMs : undefined);
    }
  }

  /** Frames that are due by its own clock, of the world's present state. */
  frames(): RadioFrame[] {
    const { world, felt, clockMs } = this.#senses;
    const { device } = this.#options;
    const nowMs = clockMs(device);
    const passedMs = nowMs - this.#clockMs;
    if (passedMs > 0 && passedMs < CLOCK_SET_MS) this.#bootMs += passedMs;
    this.#clockMs = nowMs;
    const due = this.#tellings.filter(
      (telling) => this.#every.get(telling) !== undefined && nowMs >= (this.#due.get(telling) ?? 0),
    );
    if (due.length === 0) return [];
    const [lon, lat] = world.dronePosition(device);
    const seen = {
      ...{ drone: felt(device, world.drone(device)), lon, lat, groundM: world.site.elevationM },
      ...{ nowMs, bootMs: this.#bootMs },
    };
    for (const telling of due) this.#due.set(telling, nowMs + (this.#every.get(telling) as number) - RADIO_STEP_MS / 2);
    const isKnown = ({ needs = [] }: Telling) => needs.every((name) => !Number.isNaN(seen.drone[name]));
    return due.filter(isKnown).map((telling) => {
      return asRadioFrame(this.#sender.frame(telling.message, (payload) => telling.fill(payload, seen)));
    });
  }

  /** Bytes of the host; what it answers to commands that are meant for it. */
  take(bytes: Uint8Array): RadioFrame[] {
    return this.#commands
      .take(bytes)
      .filter(({ targetSystem }) => targetSystem === this.#options.systemId)
      .map(({ command, params, system }) => {
        const isTaken = command === SET_MESSAGE_INTERVAL && this.#setPace(params[0] as number, params[1] as number);
        const result = isTaken ? ACCEPTED : UNSUPPORTED;
        const ack = this.#sender.frame('COMMAND_ACK', (p) => p.u16(command).u8(result, 0).i32(0).u8(system, 0));
        return { ...asRadioFrame(ack), framed: false };
      });
  }

  /** Sends a message every `micros`, −1 not at all, 0 at its usual pace; false where it does not have that message. */
  #setPace(id: number, micros: number): boolean {
    const meant = this.#tellings.filter(({ message }) => MAVLINK_MESSAGES[message][0] === id);
    for (const telling of meant) {
      this.#due.delete(telling);
      this.#every.set(
        telling,
        micros < 0 ? undefined : micros === 0 ? telling.everyMs : Math.max(RADIO_STEP_MS, micros / 1_000),
      );
    }
    return meant.length > 0;
  }
}

function asRadioFrame(bytes: Uint8Array): RadioFrame {
  const system = bytes[bytes[0] === 0xfe ? 3 : 5] as number;
  return { bytes, framed: true, spoiled: () => spoiled(bytes), elsewhere: () => asFrom(bytes, (system % 255) + 1) };
}
