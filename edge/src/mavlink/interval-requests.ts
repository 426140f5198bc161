/**
 * Asks an autopilot for messages at a pace (MAV_CMD_SET_MESSAGE_INTERVAL, mavlink.io, service "Command Protocol"): one
 * request at a time, each until it is acknowledged or was sent three times; all anew when the vehicle has started anew.
 */
import type { Cancel, Clock } from '@karez/model';
import { OWN_SYSTEM } from './encode.ts';
import type { MavlinkFrame } from './frame.ts';
import { messageByName } from './messages.ts';

const SET_MESSAGE_INTERVAL = 511;
const AUTOPILOT = 1;
const TRIES = 3;
const PATIENCE_MS = 1_500;
/** A vehicle that was silent for this long may have started anew. */
const SILENCE_MS = 10_000;
/** MAV_RESULT_ACCEPTED and _IN_PROGRESS. */
const TAKEN = new Set([0, 5]);

export class IntervalRequests {
  readonly #clock: Clock;
  readonly #wanted: [name: string, id: number, everyMs: number][];
  readonly #send: (fields: Record<string, number>) => void;
  #left: [name: string, id: number, everyMs: number][] = [];
  #tries = 0;
  #timer: Cancel | undefined;
  #heardMs = Number.NEGATIVE_INFINITY;
  /** Messages that the autopilot does not send at the wanted pace. */
  readonly refused = new Set<string>();

  /** `send` writes a COMMAND_LONG with these fields. */
  constructor(everyMs: Record<string, number>, clock: Clock, send: (fields: Record<string, number>) => void) {
    this.#clock = clock;
    this.#send = send;
    this.#wanted = Object.entries(everyMs).flatMap(([name, ms]) => {
      const id = messageByName(name)?.id;
      return ms > 0 && id !== undefined ? [[name, id, ms] as [string, number, number]] : [];
    });
  }

  /** A frame of this vehicle came. */
  hear(frame: MavlinkFrame): void {
    if (frame.component !== AUTOPILOT) return;
    if (frame.name === 'HEARTBEAT') {
      const now = this.#clock.monoMs();
      const wasSilent = now - this.#heardMs > SILENCE_MS;
      this.#heardMs = now;
      if (wasSilent) this.#begin();
    } else if (frame.name === 'COMMAND_ACK' && frame.field('command') === SET_MESSAGE_INTERVAL) {
      // A ground station's own requests are answered too, by name in version 2.
      const target = frame.field('target_system');
      if (target === 0 || target === OWN_SYSTEM) this.#acknowledged(TAKEN.has(Number(frame.field('result'))));
    }
  }

  stop(): void {
    this.#timer?.();
    this.#left = [];
  }

  #begin(): void {
    this.refused.clear();
    this.#left = [...this.#wanted];
    this.#tries = 0;
    this.#ask();
  }

  #ask(): void {
    this.#timer?.();
    const next = this.#left[0];
    if (next === undefined) return;
    if (this.#tries >= TRIES) {
      this.#acknowledged(false);
      return;
    }
    const [, id, everyMs] = next;
    this.#send({ command: SET_MESSAGE_INTERVAL, confirmation: this.#tries, param1: id, param2: everyMs * 1_000 });
    this.#tries++;
    this.#timer = this.#clock.after(PATIENCE_MS, () => this.#ask());
  }

  #acknowledged(isTaken: boolean): void {
    const done = this.#left.shift();
    if (done === undefined) return;
    if (!isTaken) this.refused.add(done[0]);
    this.#tries = 0;
    this.#ask();
  }
}
