/**
 * A board with relays on Modbus, as Waveshare's "Modbus RTU Relay" documents it (waveshare.com/wiki/Modbus_RTU_Relay, Development
 * Protocol): function 1 reads coils; function 5 sets one (FF00 on, 0000 off, 5500 the other way, coil 00FF all of them), and at
 * 0200 + coil switches it on, at 0400 + coil off, for so many tenths of a second. It counts what its relays do.
 */
import type { Slave } from './modbus-slave.ts';

const [READ, WRITE] = [1, 5];
const [ON, OFF, FLIP] = [0xff00, 0x0000, 0x5500];
const ALL = 0x00ff;
const [FLASH_ON, FLASH_OFF] = [0x0200, 0x0400];
const LONGEST = 0x7fff;
const UNIT_MS = 100;

export interface RelayChange {
  atMs: number;
  /** From 1, as printed on the board. */
  relay: number;
  isOn: boolean;
}

export class RelayBoard {
  readonly #nowMs: () => number;
  readonly #coils: boolean[];
  /** What relays turn back to by themselves. */
  readonly #timers = new Map<number, { atMs: number; isOn: boolean }>();
  /** Every change of a relay, oldest first. */
  readonly changes: RelayChange[] = [];
  /** Writes that came in, changes or not. */
  writes = 0;

  constructor(relays: number, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#coils = Array.from({ length: relays }, () => false);
  }

  isOn(relay: number): boolean {
    this.#settle();
    return this.#coils[relay - 1] ?? false;
  }

  /** Without power every relay falls off. */
  restart(): void {
    this.#settle();
    this.#timers.clear();
    for (const coil of this.#coils.keys()) this.#turn(coil, false, this.#nowMs());
  }

  /** The board as a device of a bus. */
  get slave(): Slave {
    return { functions: [], word: () => undefined, answer: (request) => this.#answer(request) };
  }

  #answer([code, high, low, third, fourth]: readonly number[]): number[] {
    const [at, what] = [((high as number) << 8) | (low as number), ((third as number) << 8) | (fourth as number)];
    this.#settle();
    if (code === READ) return this.#read(at, what);
    if (code !== WRITE) return [(code as number) | 0x80, 1];
    const problem = this.#write(at, what);
    return problem === undefined ? [WRITE, at >> 8, at & 255, what >> 8, what & 255] : [WRITE | 0x80, problem];
  }

  #read(first: number, count: number): number[] {
    if (count < 1) return [READ | 0x80, 3];
    if (first + count > this.#coils.length) return [READ | 0x80, 2];
    const bytes = Array.from({ length: Math.ceil(count / 8) }, () => 0);
    for (let i = 0; i < count; i++)
      if (this.#coils[first + i]) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
    return [READ, bytes.length, ...bytes];
  }

  /** @returns an exception code, or undefined. */
  #write(at: number, what: number): number | undefined {
    const nowMs = this.#nowMs();
    const flash = at >= FLASH_ON && at < FLASH_OFF + ALL;
    const coil = at & 0xff;
    if (!flash && at === ALL) {
      this.writes++;
      for (const each of this.#coils.keys()) this.#set(each, what, nowMs);
      return what === ON || what === OFF || what === FLIP ? undefined : 3;
    }
    if (coil >= this.#coils.length || (!flash && at > ALL)) return 2;
    if (flash) {
      if (what < 1 || what > LONGEST) return 3;
      const isOn = at < FLASH_OFF;
      this.writes++;
      this.#turn(coil, isOn, nowMs);
      this.#timers.set(coil, { atMs: nowMs + what * UNIT_MS, isOn: !isOn });
      return undefined;
    }
    if (what !== ON && what !== OFF && what !== FLIP) return 3;
    this.writes++;
    this.#set(coil, what, nowMs);
    return undefined;
  }

  #set(coil: number, what: number, nowMs: number): void {
    this.#timers.delete(coil);
    this.#turn(coil, what === FLIP ? !this.#coils[coil] : what === ON, nowMs);
  }

  #turn(coil: number, isOn: boolean, atMs: number): void {
    if (this.#coils[coil] === isOn) return;
    this.#coils[coil] = isOn;
    this.changes.push({ atMs, relay: coil + 1, isOn });
  }

  #settle(): void {
    const nowMs = this.#nowMs();
    for (const [coil, { atMs, isOn }] of this.#timers) {
      if (atMs > nowMs) continue;
      this.#timers.delete(coil);
      this.#turn(coil, isOn, atMs);
    }
  }
}
