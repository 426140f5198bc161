/** SDI-12 sensors on a fake line, each in a test's hands, with a bus that knows breaks, sleep and collisions. */
import type { Clock } from '@karez/model';
import { crcOf } from '../sdi12/crc.ts';
import type { FakeTransport } from './fake-transport.ts';

export interface FakeSensor {
  address: string;
  identity: string;
  values: string[];
  /** Seconds until they are there, as it says; and as it takes, where that is another time. */
  seconds: number;
  takesMs: number | undefined;
  /** Values of one D answer. */
  perAnswer: number;
  /** From a command to its answer. */
  delayMs: number;
  silent: boolean;
  /** Takes another address; else it keeps its own and says so. */
  movable: boolean;
  sendsServiceRequest: boolean;
  /** Changes an answer on its way; its command stands beside it. */
  spoil: (answer: string, command: string) => string;
  /** Commands that it got, without its address, and when. */
  asked: { atMs: number; command: string }[];
  /** Gives up the measurement that runs. */
  abort(): void;
}

export interface FakeBus {
  sensor(address: string): FakeSensor;
  /** Our own commands come back. */
  echo: boolean;
  /** A command wakes sensors by itself, as through an adapter that makes the breaks. */
  wakesItself: boolean;
}

const AWAKE_MS = 100;

/** Puts sensors at addresses of `line`. */
export function attachSensors(line: FakeTransport, clock: Clock, addresses: string): FakeBus {
  const sensors = [...addresses].map((address) => fakeSensor(address, clock, line));
  const bus: FakeBus = {
    sensor: (address) => sensors.find((sensor) => sensor.address === address) as FakeSensor,
    echo: false,
    wakesItself: true,
  };
  let lastUseMs = Number.NEGATIVE_INFINITY;
  let breaks = 0;
  line.device = (bytes) => {
    const text = new TextDecoder('latin1').decode(bytes);
    if (bus.echo) line.say(bytes);
    const isAwake = bus.wakesItself || line.breaks > breaks || clock.monoMs() - lastUseMs < AWAKE_MS;
    breaks = line.breaks;
    if (isAwake) lastUseMs = clock.monoMs();
    const [address, command] = [text[0] as string, text.slice(1).replace(/!.*/s, '')];
    if (!isAwake) return;
    for (const sensor of sensors) if (sensor.address === address || address === '?') sensor.hear(command);
  };
  return bus;
}

function fakeSensor(first: string, clock: Clock, line: FakeTransport): FakeSensor & { hear(command: string): void } {
  let data: string[] = [];
  let isReady = false;
  let hasCrc = false;
  let cancel = () => {};
  const say = (answer: string, command: string) => {
    const spoilt = sensor.spoil(answer, command);
    clock.after(sensor.delayMs, () => {
      if (spoilt !== '') line.say(new TextEncoder().encode(spoilt));
    });
  };
  const sealed = (values: string) => `${sensor.address}${values}${hasCrc ? crcOf(sensor.address + values) : ''}\r\n`;
  const sensor: FakeSensor & { hear(command: string): void } = {
    address: first,
    identity: '13METER   TER12 201T12-00082937',
    values: ['+1807.82', '+21.0', '+1'],
    ...{
      seconds: 0,
      takesMs: undefined,
      perAnswer: 9,
      delayMs: 15,
      silent: false,
      movable: true,
      sendsServiceRequest: true,
    },
    spoil: (answer) => answer,
    asked: [],
    abort() {
      cancel();
      [data, isReady] = [[], true];
    },
    hear(command) {
      sensor.asked.push({ atMs: clock.monoMs(), command });
      if (sensor.silent) return;
      const start = /^([MCV])(C?)\d?$/.exec(command);
      if (command === '') say(`${sensor.address}\r\n`, command);
      else if (/^A.$/.test(command)) {
        if (sensor.movable) sensor.address = command[1] as string;
        say(`${sensor.address}\r\n`, command);
      } else if (command === 'I') say(`${sensor.address}${sensor.identity}\r\n`, command);
      else if (start !== null) measure(start[1] as string, start[2] === 'C');
      else if (/^RC?\d$/.test(command)) {
        hasCrc = command[1] === 'C';
        say(sealed(sensor.values.join('')), command);
      } else if (/^D\d$/.test(command)) {
        const from = Number(command[1]) * sensor.perAnswer;
        say(sealed(isReady ? data.slice(from, from + sensor.perAnswer).join('') : ''), command);
      }
    },
  };
  function measure(letter: string, crc: boolean): void {
    cancel();
    hasCrc = crc;
    isReady = sensor.seconds === 0;
    data = [...sensor.values];
    const digits = letter === 'C' ? 2 : 1;
    const count = String(data.length).padStart(digits, '0');
    say(`${sensor.address}${String(sensor.seconds).padStart(3, '0')}${count}\r\n`, letter);
    if (isReady) return;
    cancel = clock.after(sensor.delayMs + (sensor.takesMs ?? sensor.seconds * 900), () => {
      isReady = true;
      if (letter !== 'C' && sensor.sendsServiceRequest) say(`${sensor.address}\r\n`, 'service request');
    });
  }
  return sensor;
}
