/**
 * One board by johnny-five, in a thread of its own: what it throws, prints or exits ends this thread and nothing else. It has
 * no port: bytes come and go as messages (board.ts). firmata-io speaks the protocol (github.com/firmata/protocol).
 */
import { EventEmitter } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '@karez/model';
import firmata, { type Pin } from 'firmata-io';
import five, { type Relay } from 'johnny-five';
import type { BoardAnswer, BoardOrder, BoardPlan, FromBoard, ToBoard } from './board.ts';

/** Who is outside asks the board again and again, and gives up (driver.ts). */
const NEVER_MS = 3_600_000;
const NO_CHANNEL = 127;

const plan = workerData as BoardPlan;
const gateway = parentPort as MessagePort;
const tell = (message: FromBoard) => gateway.postMessage(message);

class Wire extends EventEmitter {
  write(bytes: Uint8Array): boolean {
    tell({ write: Uint8Array.from(bytes) });
    return true;
  }
}

const wire = new Wire();
const io = new firmata.Firmata(wire, { reportVersionTimeout: NEVER_MS, samplingInterval: plan.samplingMs });
const board = new five.Board({ io, repl: false, debug: false, sigint: false, timeout: NEVER_MS });
const relays = new Map<number, Relay>();
/** Modes that pins were given, and levels of outputs. */
const set = new Map<number, { mode: number; level?: 0 | 1 }>();
/** The answer that is waited for from I2C, and whether the board says that it is short. */
let reading: { event: string; heard: (bytes: number[]) => void; isShort: boolean } | undefined;

board.on('error', (error) => tell({ complaint: messageOf(error) }));
board.on('ready', begin);
board.on('string', (text: string) => {
  // The answer that follows then has bytes of an earlier one in the place of those that did not come.
  if (text.startsWith('I2C') && reading !== undefined) reading.isShort = true;
  else tell({ complaint: text });
});

gateway.on('message', (message: ToBoard) => {
  if ('bytes' in message) wire.emit('data', message.bytes);
  else obey(message.order, message.is);
});
wire.emit('open');

function begin(): void {
  const unfit: Record<string, string> = {};
  if (io.pins.some((pin) => pin.analogChannel === undefined))
    throw new Error('the board told of other pins than it has: was its answer cut?');
  const i2cPin = io.pins.findIndex((pin) => pin.supportedModes.includes(board.MODES.I2C));
  const usesI2c = plan.i2c && i2cPin !== -1;
  if (plan.i2c && !usesI2c) unfit.i2c = 'this board’s firmware has no I2C';

  for (const { pin, activeLow, safe } of plan.outputs)
    if (isUsable(pin, String(pin), board.MODES.OUTPUT)) io.updateDigitalPort(pin, levelOf(safe, activeLow));
  for (const { pin, activeLow, safe } of plan.outputs) {
    if (String(pin) in unfit) continue;
    board.pinMode(pin, board.MODES.OUTPUT);
    relays.set(pin, new five.Relay({ pin, type: activeLow ? 'NC' : 'NO', board }));
    turn(pin, safe);
  }
  for (const pin of plan.inputs) {
    if (!isUsable(pin, String(pin), board.MODES.PULLUP)) continue;
    board.pinMode(pin, board.MODES.PULLUP);
    set.set(pin, { mode: board.MODES.PULLUP });
    board.digitalRead(pin, (level) => tell({ input: pin, level }));
  }
  if (usesI2c) {
    board.i2cConfig({ delay: 0 });
    set.set(i2cPin, { mode: board.MODES.I2C });
  }
  for (const channel of plan.analog) {
    const pin = io.analogPins[channel];
    if (!isUsable(pin, `A${channel}`, board.MODES.ANALOG)) continue;
    board.analogRead(channel, (value) => tell({ analog: channel, value }));
  }
  const { name, version } = io.firmware;
  tell({
    ready: { firmware: `${name} ${version.major}.${version.minor}`, analogMax: io.RESOLUTION.ADC ?? 1023, unfit },
  });

  function isUsable(pin: number | undefined, name: string, mode: number): pin is number {
    const has: Pin | undefined = pin === undefined ? undefined : io.pins[pin];
    if (pin === undefined || has === undefined || has.supportedModes.length === 0)
      unfit[name] = `this board has no pin ${name}`;
    else if (!has.supportedModes.includes(mode)) unfit[name] = `pin ${name} of this board cannot be used so`;
    else if (usesI2c && has.supportedModes.includes(board.MODES.I2C)) unfit[name] = `pin ${name} is used by I2C`;
    else if (mode !== board.MODES.ANALOG && plan.analog.includes(has.analogChannel ?? NO_CHANNEL))
      unfit[name] = `pin ${name} is also A${has.analogChannel}, which is used`;
    return !(name in unfit);
  }
}

const levelOf = (on: boolean, activeLow: boolean): 0 | 1 => (on === activeLow ? 0 : 1);

function turn(pin: number, on: boolean): void {
  const { activeLow } = plan.outputs.find((o) => o.pin === pin) as BoardPlan['outputs'][number];
  const relay = relays.get(pin) as Relay;
  if (on) relay.close();
  else relay.open();
  set.set(pin, { mode: board.MODES.OUTPUT, level: levelOf(on, activeLow) });
}

function obey(order: number, is: BoardOrder): void {
  const done = (answer: BoardAnswer) => tell({ answered: order, answer });
  const fail = (why: string) => tell({ failed: order, why });
  switch (is.what) {
    case 'i2c-write':
      board.i2cWrite(is.address, [...is.bytes]);
      done(null);
      break;
    case 'i2c-read':
      readI2c(is, done, fail);
      break;
    case 'switch':
      if (relays.has(is.pin)) turnAndAsk(is.pin, is.on, done);
      else fail(`pin ${is.pin} is no output of this board`);
      break;
    case 'check':
      check([...set.entries()], done);
      break;
  }
}

function turnAndAsk(pin: number, on: boolean, done: (isOn: boolean) => void): void {
  turn(pin, on);
  const level = set.get(pin)?.level;
  io.queryPinState(pin, () => done(io.pins[pin]?.state === level ? on : !on));
}

function readI2c(
  { address, register, count }: Extract<BoardOrder, { what: 'i2c-read' }>,
  done: (answer: Uint8Array) => void,
  fail: (why: string) => void,
): void {
  if (reading !== undefined) io.removeListener(reading.event, reading.heard);
  const mine = {
    event: `I2C-reply-${address}-${register ?? 0}`,
    isShort: false,
    heard(bytes: number[]) {
      if (reading === mine) reading = undefined;
      const where = `address 0x${address.toString(16).toUpperCase()} of I2C`;
      if (mine.isShort) fail(`nothing, or not enough, comes from ${where}: is the sensor connected?`);
      else if (bytes.length !== count) fail(`${bytes.length} bytes came from ${where} instead of ${count}`);
      else done(Uint8Array.from(bytes));
    },
  };
  reading = mine;
  if (register === null) board.i2cReadOnce(address, count, mine.heard);
  else board.i2cReadOnce(address, register, count, mine.heard);
}

/** Asks for one pin after the other. */
function check(
  [first, ...rest]: [number, { mode: number; level?: 0 | 1 }][],
  done: (wrong: string | null) => void,
): void {
  if (first === undefined) {
    // Nothing to ask for: that the board answers is all.
    io.queryPinState(0, () => done(null));
    return;
  }
  const [pin, { mode, level }] = first;
  io.queryPinState(pin, () => {
    const is = io.pins[pin] as Pin;
    if (is.mode !== mode) done(`pin ${pin} is not as it was set: the board has started anew`);
    else if (level !== undefined && is.state !== level) done(`pin ${pin} has another level than it was given`);
    else if (rest.length === 0) done(null);
    else check(rest, done);
  });
}
