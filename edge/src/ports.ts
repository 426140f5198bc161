/**
 * What the parts of the gateway hand one another: devices make samples, the intake accepts them, and a device line
 * says how its devices are.
 */
import type { Clock, DeviceStatus, Logger, Random } from '@karez/model';
import type { Timekeeper } from './clock/timekeeper.ts';
import type { Output } from './commands/output.ts';
import type { StartBoard } from './firmata/board.ts';
import type { Journal } from './journal/journal.ts';

/** What one device said at one moment. */
export interface Sample {
  /** Device id of the configuration. */
  device: string;
  /** Sampling time by the device's own clock, UTC milliseconds; left out, the sample was taken as it arrived. */
  timeMs?: number;
  /** Positions in the device's profile's `channels`, rising. */
  channels: readonly number[];
  /** Value of each, in the unit of its quantity; NaN where the device says that it has none. */
  values: readonly number[];
  /** The device's own message counter: the same number again is a repeat of what was accepted before. */
  counter?: number;
  /** By how much the times of repeats may differ, ms; default: they are the same. */
  repeatWithinMs?: number;
  /** The time is that of a network or server, or of this gateway when it wrote the sample down, not of a clock in the device. */
  isForeignTime?: boolean;
  /** Read from the device's own memory after an outage. */
  historical?: boolean;
  /** `timeMs` was repaired: right to within the error of the device's clock. */
  estimated?: boolean;
}

export interface Intake {
  /**
   * Checks, stamps and journals one sample. Resolves once it is on disk, or at once for a repeat that is there already.
   * @throws KarezError JOURNAL_FULL, JOURNAL_UNWRITABLE (the sample is not accepted; the caller may try again),
   * VALUE_INVALID (counts as rejected).
   */
  accept(sample: Sample): Promise<void>;
  /** Counts and keeps for inspection something from a device that could not be read. */
  reject(rejection: Rejection): void;
  /** Counts something that is well-formed and no reading, by its kind: `lorawan join`. */
  ignore(kind: string): void;
  /**
   * A device passes on what its satellite receiver said just now, UTC milliseconds; for the gateway's own clock. Only
   * what was said with a fix: before it a receiver makes its time up.
   */
  satelliteTime(device: string, timeMs: number): void;
}

/** A frame or payload that was refused. */
export interface Rejection {
  /** Device id, where it is known. */
  device?: string;
  /** Where it came in: a port's path or address, or a topic. */
  source: string;
  /** A code of the model's table. */
  code: string;
  /** Why, in words. */
  reason: string;
  /** What came in, at most the first 256 bytes. */
  bytes?: Uint8Array;
}

/** One serial line, connection or broker with the devices on it. */
export interface DeviceLine {
  /** How each device is; `accepted` and `lastMs` count samples that the intake took. */
  status(): DeviceStatus[];
  /** What a line counts besides, for its metrics. */
  counts?(): LineCount[];
  /** Where it has any. */
  outputs?: LineOutputs;
  /** What actuators hang on, by their ids. */
  switches?: readonly Output[];
  /** Ends all work; resolves once ports are closed and nothing more will be accepted. */
  stop(): Promise<void>;
}

/** Switches on a line, such as relays. */
export interface LineOutputs {
  /** `on` is what the device last confirmed; null while it is away. */
  states(): { id: string; on: boolean | null; safe: boolean }[];
  /**
   * Switches one and resolves once the device has confirmed it.
   * @throws KarezError NOT_FOUND, TRANSPORT_CLOSED, DEVICE_TIMEOUT, DEVICE_EXCEPTION.
   */
  set(id: string, on: boolean): Promise<void>;
}

/** So many of something on a line, e.g. frames lost from one component of one system. */
export interface LineCount {
  what: string;
  n: number;
  labels: Record<string, string>;
}

export interface EdgeDeps {
  clock: Clock;
  random: Random;
  logger: Logger;
  /** The gateway's time, for lines that need it or know it. */
  time?: Pick<Timekeeper, 'now'>;
  /** Small texts that survive a restart, for lines that must know where they stood. */
  memory?: Pick<Journal, 'recall' | 'remember'>;
  /** Passwords and passphrases of devices, by id. */
  secrets?: Readonly<Record<string, string>>;
  /** Stands for the thread that drives a board, in virtual time. */
  startBoard?: StartBoard;
}
