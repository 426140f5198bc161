/**
 * Keeps a board driven: a thread for each opening of the port and each start of the board, orders one after the other, and a
 * look every ten seconds whether the board still is what it was set to. A board that started anew says so, or is found out
 * by that look; then everything begins again.
 */
import { type Cancel, type Clock, KarezError } from '@karez/model';
import type { BoardAnswer, BoardOrder, BoardPlan, BoardThread, FromBoard, StartBoard } from './board.ts';
import { bytesOfPairs, FIRMATA, SYSEX } from './message-finder.ts';

/** The thread starts, a board that starts itself is given its time, and tells of all its pins. */
const HANDSHAKE_MS = 20_000;
/** A board that starts says who it is by itself; one that went on running, or was not heard, is asked so often. */
const ASK_MS = 2_500;
const WHO_ARE_YOU = Uint8Array.of(FIRMATA.version, FIRMATA.sysex, SYSEX.firmware, FIRMATA.sysexEnd);
/** A driver that ended by itself is started again after this. */
const PAUSE_MS = 5_000;
const ANSWER_MS = 2_000;
const LOOK_MS = 10_000;
/** So many looks without an answer. */
const SILENT_LOOKS = 2;
/** So many analog values that do not come. */
const LOST_SAMPLES = 10;

export type Ready = Extract<FromBoard, { ready: unknown }>['ready'];

export interface DriverEvents {
  write(bytes: Uint8Array): void;
  ready(ready: Ready): void;
  analog(channel: number, value: number): void;
  input(pin: number, level: number): void;
  /** What was said or held before counts no more. */
  lost(): void;
  refused(error: KarezError, bytes: Uint8Array): void;
  complained(text: string): void;
}

interface Waiting {
  order: number;
  resolve(answer: BoardAnswer): void;
  reject(error: KarezError): void;
  cancel: Cancel;
}

export class Driver {
  readonly #plan: BoardPlan;
  readonly #start: StartBoard;
  readonly #clock: Clock;
  readonly #events: DriverEvents;
  #thread: BoardThread | undefined;
  #timer: Cancel | undefined;
  #look: Cancel | undefined;
  #isReady = false;
  #silentLooks = 0;
  #heardMs = 0;
  #orders = 0;
  #waiting: Waiting | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** The last version message; a board that starts sends it before its name. */
  #version: Uint8Array | undefined;
  /** Why nothing can be asked now; null where it can. */
  trouble: string | null = 'the board has not answered yet';

  constructor(plan: BoardPlan, start: StartBoard, clock: Clock, events: DriverEvents) {
    this.#plan = plan;
    this.#start = start;
    this.#clock = clock;
    this.#events = events;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** The port is open. `first` are messages that came before. */
  open(first: readonly Uint8Array[] = []): void {
    let isMine = true;
    const thread = this.#start(this.#plan, {
      said: (message) => {
        if (isMine && this.#thread === thread) this.#said(message);
      },
      ended: (why) => {
        if (!isMine || this.#thread !== thread) return;
        isMine = false;
        this.#again(`the driver of the board ended: ${why}`, PAUSE_MS);
      },
    });
    this.#thread = thread;
    for (const bytes of first) thread.send({ bytes });
    this.#look = this.#clock.every(ASK_MS, () => this.#events.write(WHO_ARE_YOU));
    this.#later(HANDSHAKE_MS, () =>
      this.#again('does not speak Firmata: has it StandardFirmata, is the speed right (57600)?', 0),
    );
  }

  /** A whole message of the board. */
  deliver(bytes: Uint8Array): void {
    const [first, kind] = bytes as unknown as [number, number];
    if (first === FIRMATA.version) this.#version = bytes;
    if (first !== FIRMATA.sysex) {
      this.#thread?.send({ bytes });
    } else if (kind === SYSEX.firmware && this.#isReady) {
      this.#again('the board has started anew', 0, [...(this.#version === undefined ? [] : [this.#version]), bytes]);
    } else if (kind === SYSEX.i2cReply && bytesOfPairs(bytes.subarray(2, -1)) === undefined) {
      const why = 'an answer of I2C that is not in pairs of seven bits: it was cut';
      this.#events.refused(new KarezError('FRAME_MALFORMED', why, { where: 'I2C' }), bytes);
    } else if (USED.has(kind)) this.#thread?.send({ bytes });
  }

  /** The port is closed. */
  close(): void {
    void this.#end();
  }

  async stop(): Promise<void> {
    await this.#end();
  }

  /**
   * Orders are obeyed one after the other.
   * @throws KarezError TRANSPORT_CLOSED, DEVICE_TIMEOUT.
   */
  ask<O extends BoardOrder>(is: O): Promise<BoardAnswer<O>> {
    const result = this.#queue.then(() => this.#ask(is));
    this.#queue = result.catch(() => {});
    return result as Promise<BoardAnswer<O>>;
  }

  #ask(is: BoardOrder): Promise<BoardAnswer> {
    return new Promise((resolve, reject) => {
      if (!this.#isReady || this.#thread === undefined) {
        reject(new KarezError('TRANSPORT_CLOSED', this.trouble ?? 'the board is away'));
        return;
      }
      const order = ++this.#orders;
      const settle = (run: () => void) => {
        if (this.#waiting?.order === order) this.#waiting = undefined;
        cancel();
        run();
      };
      const timedOut = () => settle(() => reject(new KarezError('DEVICE_TIMEOUT', 'the board does not answer')));
      const cancel = this.#clock.after(ANSWER_MS, timedOut);
      this.#waiting = {
        ...{ order, cancel },
        resolve: (answer) => settle(() => resolve(answer)),
        reject: (error) => settle(() => reject(error)),
      };
      this.#thread.send({ order, is });
    });
  }

  #said(message: FromBoard): void {
    if ('write' in message) this.#events.write(message.write);
    else if ('analog' in message) {
      this.#heardMs = this.#clock.monoMs();
      this.#events.analog(message.analog, message.value);
    } else if ('input' in message) this.#events.input(message.input, message.level);
    else if ('ready' in message) this.#ready(message.ready);
    else if ('complaint' in message) this.#events.complained(message.complaint);
    else {
      const order = 'answered' in message ? message.answered : message.failed;
      // What comes after its time is nobody's answer.
      if (this.#waiting?.order !== order) return;
      if ('answered' in message) this.#waiting.resolve(message.answer);
      else this.#waiting.reject(new KarezError('DEVICE_TIMEOUT', message.why));
    }
  }

  #ready(ready: Ready): void {
    this.#isReady = true;
    this.#silentLooks = 0;
    this.#heardMs = this.#clock.monoMs();
    this.trouble = null;
    this.#timer?.();
    this.#look?.();
    const sendsAnalog = this.#plan.analog.some((channel) => !(`A${channel}` in ready.unfit));
    this.#look = this.#clock.every(LOOK_MS, () => void this.#lookAt(sendsAnalog));
    this.#events.ready(ready);
  }

  async #lookAt(sendsAnalog: boolean): Promise<void> {
    const thread = this.#thread;
    const silentMs = this.#clock.monoMs() - this.#heardMs;
    if (sendsAnalog && silentMs > Math.max(LOOK_MS, LOST_SAMPLES * this.#plan.samplingMs)) {
      this.#again('the board sends no values any more', 0);
      return;
    }
    try {
      const wrong = await this.ask({ what: 'check' });
      this.#silentLooks = 0;
      if (wrong !== null && this.#thread === thread) this.#again(wrong, 0);
    } catch {
      if (this.#thread === thread && this.#isReady && ++this.#silentLooks >= SILENT_LOOKS)
        this.#again('the board does not answer any more', 0);
    }
  }

  /** Ends what is there and begins anew. */
  #again(why: string, afterMs: number, first: readonly Uint8Array[] = []): void {
    void this.#end();
    this.trouble = why;
    if (afterMs === 0) this.open(first);
    else this.#later(afterMs, () => this.open());
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    const wasReady = this.#isReady;
    this.#thread = undefined;
    this.#isReady = false;
    this.#timer?.();
    this.#look?.();
    this.#waiting?.reject(new KarezError('TRANSPORT_CLOSED', 'the board went away'));
    if (wasReady) {
      this.trouble = 'the board has not answered yet';
      this.#events.lost();
    }
    await thread?.stop();
  }

  #later(ms: number, run: () => void): void {
    this.#timer?.();
    this.#timer = this.#clock.after(ms, run);
  }
}

/** Sysex messages that johnny-five has a use for here; more are not handed to it. */
const USED = new Set<number>(Object.values(SYSEX));
