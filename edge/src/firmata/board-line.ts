/**
 * A board with StandardFirmata and what hangs on it: sensors are read at the intervals of their devices, relays stand in their
 * safe state until somebody switches them.
 */
import {
  type Cancel,
  channelKey,
  codeOf,
  type DeviceStatus,
  type FirmataProfile,
  KarezError,
  messageOf,
  scaleRaw,
} from '@karez/model';
import { boardOutputs } from '../commands/output.ts';
import type { ConfiguredDevice } from '../config.ts';
import type { DeviceLine, EdgeDeps, Intake, Sample } from '../ports.ts';
import { type OpenTransport, startTransport } from '../transport/transport.ts';
import type { BoardPlan } from './board.ts';
import { Driver } from './driver.ts';
import type { BoardDevice, FirmataLineConfig } from './line-config.ts';
import { MessageFinder } from './message-finder.ts';
import { BoardOutputs, planOf } from './outputs.ts';
import { analogSensor, type BoardSensor, bme280Sensor, dhtSensor, type Measured } from './sensors.ts';
import { startBoardThread } from './start-board.ts';
import { tippingBucket } from './tipping-bucket.ts';

/** What StandardFirmata speaks at. */
const BAUD_RATE = 57_600;
/** So many bytes without a message: this is not Firmata, or not at this speed. */
const NOISE = 1_000;
/** Analog values are taken so often in an interval, within these bounds. */
const SAMPLES = 10;
const [SHORTEST_SAMPLING_MS, LONGEST_SAMPLING_MS] = [50, 1_000];

interface OnBoard {
  device: ConfiguredDevice;
  profile: FirmataProfile;
  entry: BoardDevice;
  intervalMs: number;
  sensor: BoardSensor;
  /** The name that the board gives to what it hangs on: A0, 2, i2c. */
  place: string;
  /** Why this board cannot have it. */
  unfit: string | null;
  timeouts: number;
  trouble: string | null;
  /** Why its last sample was not accepted, or a tip not written down. */
  refusal: string | null;
  timer: Cancel | undefined;
}

export function startBoardLine(
  config: FirmataLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
  open: OpenTransport = startTransport,
): DeviceLine {
  const { clock, logger, startBoard = startBoardThread } = deps;
  const transport = open(config.port, BAUD_RATE, deps);
  const samplingMs = samplingOf(config, devices);
  const onBoard = config.devices.map((entry) => placed(entry));
  const finder = new MessageFinder((bytes) => driver.deliver(bytes), refuse);
  const driver = new Driver(planFor(config, samplingMs), startBoard, clock, {
    write(bytes) {
      try {
        transport.write(bytes);
      } catch (error) {
        if (codeOf(error) !== 'TRANSPORT_CLOSED') throw error;
      }
    },
    ready({ firmware, analogMax, unfit }) {
      logger.log('info', 'a board', { line: transport.name, firmware, ...unfit });
      highest = analogMax;
      outputs.began((pin) => !(String(pin) in unfit));
      for (const one of onBoard) {
        one.unfit = unfit[one.place] ?? null;
        one.sensor.began(analogMax);
        if (one.unfit === null) again(one, one.sensor.firstMs);
      }
    },
    analog(channel, value) {
      if (value <= highest) at(`A${channel}`)?.sensor.analog?.(value);
      else refuse(new KarezError('FRAME_MALFORMED', `A${channel} says ${value}; ${highest} is the most`));
    },
    input: (pin, level) => at(String(pin))?.sensor.level?.(level, clock.monoMs()),
    lost() {
      outputs.lost();
      for (const one of onBoard) one.timer?.();
    },
    refused: refuse,
    complained(text) {
      if (text === complaint) return;
      complaint = text;
      logger.log('warn', 'a board complains', { line: transport.name, text });
    },
  });
  const outputs = new BoardOutputs(config.outputs ?? [], (order) => driver.ask(order));
  let highest = 0;
  /** What it complained of last: said once. */
  let complaint = '';
  let stopped = false;

  const at = (place: string) => onBoard.find((one) => one.place === place);

  function placed(entry: BoardDevice): OnBoard {
    const device = devices.find((d) => d.id === entry.id) as ConfiguredDevice;
    const profile = device.profileRecord as FirmataProfile;
    const intervalMs = device.intervalMs ?? profile.intervalMs;
    const one: OnBoard = {
      ...{ device, profile, entry, intervalMs, place: entry.pin === undefined ? 'i2c' : String(entry.pin) },
      sensor: sensorFor(entry, profile, intervalMs, (error) => {
        one.refusal = error === null ? null : error.message;
      }),
      ...{ unfit: null, timeouts: 0, trouble: null, refusal: null, timer: undefined },
    };
    return one;
  }

  function sensorFor(
    { id, pin, address = 0, tipMm }: BoardDevice,
    profile: FirmataProfile,
    intervalMs: number,
    troubled: (error: Error | null) => void,
  ): BoardSensor {
    switch (profile.sensor) {
      case 'analog':
        return analogSensor(profile, String(pin), samplingMs);
      case 'bme280':
        return bme280Sensor(address);
      case 'dht-backpack':
        return dhtSensor(address, profile.dht as number);
      case 'tipping-bucket':
        return tippingBucket(id, tipMm ?? (profile.tipMm as number), deps, intervalMs, troubled);
    }
  }

  /** The next measurement, on a beat that does not drift. */
  function again(one: OnBoard, inMs: number): void {
    const dueMs = clock.monoMs() + inMs;
    one.timer?.();
    one.timer = clock.after(inMs, () => {
      void measure(one).then(() => {
        if (stopped || !driver.isReady) return;
        const lateMs = clock.monoMs() - dueMs;
        again(one, Math.max(0, one.intervalMs - (lateMs % one.intervalMs)));
      });
    });
  }

  async function measure(one: OnBoard): Promise<void> {
    let measured: Measured;
    try {
      measured = await one.sensor.measure({
        ask: (order) => driver.ask(order),
        wait: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
      });
    } catch (error) {
      if (!(error instanceof KarezError)) throw error;
      // A board that went away is no fault of the sensor.
      if (error.code === 'TRANSPORT_CLOSED') return;
      one.trouble = error.message;
      if (error.code === 'DEVICE_TIMEOUT') one.timeouts++;
      else if (!error.retry) reject(one, error);
      return;
    }
    one.trouble = Object.values(measured.values).every(Number.isNaN)
      ? 'answers, but without a value: is it broken?'
      : null;
    if (!stopped) await accept(one, measured);
  }

  async function accept(one: OnBoard, { values, counter, timeMs, historical, stored }: Measured): Promise<void> {
    const sample: Sample = {
      ...{ device: one.device.id, channels: [], values: [] },
      ...(counter === undefined ? {} : { counter }),
      ...(timeMs === undefined ? {} : { timeMs, isForeignTime: true }),
      ...(historical ? { historical } : {}),
    };
    const channels: number[] = [];
    const scaled: number[] = [];
    for (const [position, channel] of one.profile.channels.entries()) {
      const value = values[channel.reading];
      if (value === undefined) continue;
      channels.push(position);
      scaled.push(scaleRaw(value, channel));
    }
    try {
      await intake.accept({ ...sample, channels, values: scaled });
      await stored?.();
      one.refusal = null;
    } catch (error) {
      one.refusal = messageOf(error);
      if (error instanceof KarezError && !error.retry) reject(one, error);
    }
  }

  function reject({ device, profile }: OnBoard, { code, message }: KarezError): void {
    const reason = `${profile.channels.map(channelKey).join(', ')}: ${message}`;
    intake.reject({ device: device.id, source: transport.name, code, reason });
  }

  function refuse({ code, message }: KarezError, bytes?: Uint8Array): void {
    intake.reject({ source: transport.name, code, reason: message, ...(bytes === undefined ? {} : { bytes }) });
  }

  transport.onOpen = () => {
    finder.reset();
    driver.open();
  };
  transport.onClose = () => driver.close();
  transport.onBytes = (bytes) => finder.push(bytes);

  function inWords(): string | null {
    if (transport.trouble !== null) return transport.trouble;
    if (finder.noise >= NOISE) return 'bytes come in, but no Firmata message among them: is the speed right (57600)?';
    return driver.trouble;
  }

  return {
    outputs,
    switches: boardOutputs(outputs),
    status: (): DeviceStatus[] =>
      onBoard.map(({ device, timeouts, unfit, trouble, refusal }) => ({
        ...{ id: device.id, lastMs: null, accepted: 0, rejected: 0, timeouts },
        trouble: inWords() ?? unfit ?? trouble ?? refusal,
      })),
    async stop() {
      stopped = true;
      for (const one of onBoard) one.timer?.();
      await outputs.makeSafe();
      await driver.stop();
      await transport.stop();
    },
  };
}

/** Fast enough for the fastest analog device. */
function samplingOf({ devices: entries }: FirmataLineConfig, devices: readonly ConfiguredDevice[]): number {
  const intervals = entries.flatMap(({ id, pin }) => {
    const { intervalMs, profileRecord } = devices.find((d) => d.id === id) as ConfiguredDevice;
    return typeof pin === 'string' ? [intervalMs ?? profileRecord.intervalMs] : [];
  });
  const wanted = Math.round(Math.min(...intervals) / SAMPLES);
  return Math.min(LONGEST_SAMPLING_MS, Math.max(SHORTEST_SAMPLING_MS, wanted));
}

function planFor({ devices, outputs = [] }: FirmataLineConfig, samplingMs: number): BoardPlan {
  return {
    samplingMs,
    analog: devices.flatMap(({ pin }) => (typeof pin === 'string' ? [Number(pin.slice(1))] : [])),
    inputs: devices.flatMap(({ pin }) => (typeof pin === 'number' ? [pin] : [])),
    outputs: outputs.map(planOf),
    i2c: devices.some(({ address }) => address !== undefined),
  };
}
