/**
 * A LoRaWAN server with the devices and the radio gateway behind it. Its events wait at its own end until they are
 * acknowledged, as at a broker that is bridged to the gateway's.
 */
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { SIM_LORAWAN_DEVICES, type SimLorawanDevice, type SimLorawanKind } from '../codec/lorawan-devices.ts';
import { LORAWAN_EVENTS, type LorawanEvent, type LorawanFrame } from '../codec/lorawan-events.ts';
import { SENSED, SENSED_VALUES } from '../codec/modbus-values.ts';
import { DEFAULTS } from '../defaults.ts';
import { closed, DepthCm } from '../lines/line-kind.ts';
import { KeepingSender } from '../node/keeping-sender.ts';
import { mqttLink } from '../node/mqtt-link.ts';
import type { Told } from '../node/told.ts';
import type { Senses } from '../senses.ts';
import { chance, clamp, wander } from '../world/noise.ts';
import { saturation } from '../world/weather.ts';
import { EveryS, publisherHead, publisherKind, type Teller } from './publisher-kind.ts';

const KINDS = Object.keys(SIM_LORAWAN_DEVICES) as SimLorawanKind[];
const HOUR = 3_600_000;

const Device = Type.Object(
  {
    device: Id,
    kind: Type.Enum(KINDS),
    devEui: Type.String({ pattern: '^[0-9a-fA-F]{16}$', description: '16 hexadecimal digits.' }),
    field: Id,
    depthCm: Type.Optional(DepthCm),
    everyS: Type.Optional(EveryS),
  },
  closed,
);
type Device = Static<typeof Device>;

/** An event on its way; a join has no number. */
export interface LorawanMessage extends Told, LorawanEvent {
  n: number | undefined;
  /** No fault broke its payload. */
  isWhole: boolean;
}

const recordOf = ({ kind }: Device): SimLorawanDevice => SIM_LORAWAN_DEVICES[kind];

export const lorawanServer = publisherKind({
  schema: Type.Object(
    {
      type: Type.Literal('lorawan'),
      ...publisherHead,
      network: Type.Enum(['chirpstack', 'ttn'], { description: 'Whose events it sends.' }),
      devices: Type.Array(Device, { minItems: 1, maxItems: 2_000 }),
    },
    closed,
  ),
  devices: ({ devices }) =>
    devices.map((device, i) => ({
      ...{ id: device.device, key: `devices.${i}.device`, field: { id: device.field, key: `devices.${i}.field` } },
      ...{ traits: ['messages', 'numbers', 'payload', 'clock', 'values', 'absent'] },
      values: SENSED_VALUES[recordOf(device).senses],
    })),
  problem({ devices }) {
    if (new Set(devices.map((d) => d.devEui.toLowerCase())).size !== devices.length)
      return { key: 'devices', expected: 'must have DevEUIs that differ' };
    const deepless = devices.findIndex((d) => recordOf(d).senses === 'soil' && d.depthCm === undefined);
    return deepless === -1 ? undefined : { key: `devices.${deepless}.depthCm`, expected: 'is missing' };
  },
  everyS: ({ everyS, devices }, id) => devices.find((d) => d.device === id)?.everyS ?? everyS,
  teller: ({ name, network, devices }, senses) => new LorawanTeller(name, network, devices, senses),
  outlet({ name, broker, flashMessages = DEFAULTS.flashMessages }, { password, acked, ...deps }) {
    const sender = new KeepingSender<LorawanMessage>(
      name,
      flashMessages,
      mqttLink({ broker, user: name, password }, ({ topic, payload }) => ({ topic, payload })),
      ({ device, n, t, isWhole }) => {
        if (n !== undefined && isWhole) acked(device, n, t);
      },
      deps,
    );
    return {
      start: () => sender.start(),
      add: (message) => sender.add(message),
      // The server stays.
      power() {},
      counts() {
        const { acked: sent, repeated, dropped } = sender.counts;
        return { waiting: sender.waiting, sent, repeated, dropped };
      },
      stop: () => sender.stop(),
    };
  },
});

/** A join: frames are counted from 0 again, under another address. */
interface Session {
  devAddr: string;
  fCnt: number;
}

class LorawanTeller implements Teller<LorawanMessage> {
  readonly #server: string;
  readonly #events: (typeof LORAWAN_EVENTS)[keyof typeof LORAWAN_EVENTS];
  readonly #devices: ReadonlyMap<string, Device>;
  readonly #senses: Senses;
  readonly #sessions = new Map<string, Session>();
  /** The day's rain when a station last spoke, mm. */
  readonly #rainMm = new Map<string, number>();

  constructor(server: string, network: keyof typeof LORAWAN_EVENTS, devices: readonly Device[], senses: Senses) {
    this.#server = server;
    this.#events = LORAWAN_EVENTS[network];
    this.#devices = new Map(devices.map((device) => [device.device, device]));
    this.#senses = senses;
  }

  restart(device: string): void {
    this.#sessions.delete(device);
  }

  sample(id: string, { isLost, cutAt, laterMs }: Parameters<Teller<LorawanMessage>['sample']>[1]): LorawanMessage[] {
    const device = this.#devices.get(id) as Device;
    const { seed, nowMs } = this.#senses.world;
    const messages: LorawanMessage[] = [];
    let session = this.#sessions.get(id);
    const frameOf = ({ devAddr, fCnt }: Session, bytes: Uint8Array): LorawanFrame => ({
      ...{ device: id, devEui: device.devEui.toLowerCase(), devAddr, fCnt, fPort: recordOf(device).fPort, bytes },
      // What a fault makes of the device's clock is that of the radio gateway beside it: it has none of its own.
      gatewayMs: Math.round(this.#senses.clockMs(id)) + laterMs,
      serverMs: Math.round(this.#senses.clockMs(this.#server)) + laterMs + 45,
      nanos: Math.floor(chance(seed, `${id} nanos`, nowMs, laterMs) * 1_000_000),
      rssi: Math.round(-88 - 24 * chance(seed, `${id} distance`) + 4 * wander(seed, `${id} rssi`, nowMs, HOUR)),
      snr: Math.round(4 * (6 - 8 * chance(seed, `${id} distance`) + 3 * wander(seed, `${id} snr`, nowMs, HOUR))) / 4,
    });
    if (session === undefined) {
      const address = 0x26_00_00_00 + Math.floor(chance(seed, `${id} address`, nowMs) * 0x1_00_00_00);
      session = { devAddr: address.toString(16), fCnt: 0 };
      this.#sessions.set(id, session);
      const frame = frameOf(session, new Uint8Array());
      messages.push({ device: id, n: undefined, t: frame.gatewayMs, isWhole: true, ...this.#events.join(frame) });
    }
    const whole = recordOf(device).payload(this.#values(device), this.#numberOf(device));
    const bytes = cutAt === undefined ? whole : whole.subarray(0, 1 + Math.floor(cutAt * (whole.length - 1)));
    const frame = frameOf(session, bytes);
    session.fCnt++;
    const head = { device: id, n: frame.fCnt, t: frame.gatewayMs, isWhole: cutAt === undefined };
    if (!isLost) messages.push({ ...head, ...this.#events.up(frame) });
    return messages;
  }

  #values(device: Device): Record<string, number> {
    const { world } = this.#senses;
    const { seed, nowMs } = world;
    const id = device.device;
    const sensed: Readonly<Record<string, number>> = SENSED[recordOf(device).senses](device, this.#senses);
    const { temperatureC = Number.NaN, humidityPct = Number.NaN, rainDayMm } = sensed;
    const told = this.#rainMm.get(id) ?? rainDayMm ?? 0;
    if (rainDayMm !== undefined && !Number.isNaN(rainDayMm)) this.#rainMm.set(id, rainDayMm);
    const charge = clamp(
      0.93 - 0.05 * chance(seed, `${id} age`) + 0.02 * wander(seed, `${id} battery`, nowMs, 30 * HOUR),
      0,
      1,
    );
    return {
      ...sensed,
      // The day's sum begins anew at midnight.
      rainMm: rainDayMm === undefined ? 0 : rainDayMm - (rainDayMm < told ? 0 : told),
      vapourKpa: (saturation(temperatureC) * humidityPct) / 100,
      ...{
        motions: Math.floor(3 * chance(seed, `${id} motion`, nowMs)),
        co2Ppm: 430 + 25 * wander(seed, `${id} co2`, nowMs, HOUR),
      },
      ...{ batteryV: 3.0 + 0.6 * charge, batteryPct: 100 * charge },
    };
  }

  /** 16 bits that follow from its id. */
  #numberOf({ device }: Device): number {
    return Math.floor(chance(this.#senses.world.seed, `${device} number`) * 0x1_00_00);
  }
}
