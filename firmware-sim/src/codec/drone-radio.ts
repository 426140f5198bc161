/** The telemetry of a sprayer drone: which messages, how often, with what in them. */
import type { Senses } from '../senses.ts';
import { type DroneState, TANK_L } from '../world/drone.ts';
import { asFrom, type MavlinkMessageName, MavlinkSender } from './mavlink.ts';

/** Milliseconds between two of a message. */
const EVERY: Record<Exclude<MavlinkMessageName, 'NAMED_VALUE_FLOAT'>, number> & { flow: number; sections: number } = {
  HEARTBEAT: 1_000,
  GLOBAL_POSITION_INT: 250,
  GPS_RAW_INT: 1_000,
  BATTERY_STATUS: 2_000,
  VFR_HUD: 500,
  SERVO_OUTPUT_RAW: 1_000,
  FUEL_STATUS: 1_000,
  flow: 1_000,
  sections: 1_000,
};
/** Shortest time between two looks at the world. */
export const RADIO_STEP_MS = 250;

const HEXAROTOR = 13;
const ARDUPILOTMEGA = 3;
const ARMED = 0x80 | 0x01;
const DISARMED = 0x01;
const ACTIVE = 4;
const STANDBY = 3;
const LIQUID = 1;
const CELLS = 14;
const NO_CELL = 0xffff;

/** A frame, and the same from a neighbour's system. */
export interface RadioFrame {
  bytes: Uint8Array;
  elsewhere(): Uint8Array;
}

export class DroneRadio {
  readonly #senses: Senses;
  readonly #device: string;
  readonly #sender: MavlinkSender;
  readonly #startMs: number;
  readonly #due = new Map<string, number>();

  constructor(senses: Senses, systemId: number, device: string) {
    this.#senses = senses;
    this.#device = device;
    this.#sender = new MavlinkSender(systemId, 1);
    this.#startMs = senses.clockMs(device);
  }

  /** Frames that are due by its own clock, of the world's present state. */
  frames(): RadioFrame[] {
    const { world, felt, clockMs } = this.#senses;
    const now = clockMs(this.#device);
    const due = Object.entries(EVERY).filter(([what]) => now >= (this.#due.get(what) ?? 0));
    if (due.length === 0) return [];
    const state = felt(this.#device, world.drone(this.#device));
    return due.map(([what, every]) => {
      this.#due.set(what, now + every - RADIO_STEP_MS / 2);
      const bytes = this.#frame(what as keyof typeof EVERY, now - this.#startMs, state);
      return { bytes, elsewhere: () => asFrom(bytes, ((bytes[5] as number) % 255) + 1) };
    });
  }

  #frame(what: keyof typeof EVERY, bootMs: number, d: DroneState): Uint8Array {
    const { world } = this.#senses;
    const { site } = world;
    const [lon, lat] = world.dronePosition(this.#device);
    const altitude = site.elevationM + d.heightM;
    const heading = (d.headingDeg * Math.PI) / 180;
    const named = (name: string, value: number) =>
      this.#sender.frame('NAMED_VALUE_FLOAT', (p) => p.u32(bootMs).f32(value).text(name, 10));
    switch (what) {
      case 'HEARTBEAT':
        return this.#sender.frame(what, (p) =>
          p
            .u32(d.armed ? 3 : 0)
            .u8(HEXAROTOR, ARDUPILOTMEGA, d.armed ? ARMED : DISARMED, d.armed ? ACTIVE : STANDBY, 3),
        );
      case 'GLOBAL_POSITION_INT':
        return this.#sender.frame(what, (p) =>
          p
            .u32(bootMs)
            .i32(lat * 1e7, lon * 1e7, altitude * 1000, d.heightM * 1000)
            .u16(
              Math.cos(heading) * d.speedMs * 100,
              Math.sin(heading) * d.speedMs * 100,
              -d.climbMs * 100,
              d.headingDeg * 100,
            ),
        );
      case 'GPS_RAW_INT':
        return this.#sender.frame(what, (p) =>
          p
            .u64(bootMs * 1000)
            .i32(lat * 1e7, lon * 1e7, altitude * 1000)
            .u16(62, 90, d.speedMs * 100, d.headingDeg * 100)
            .u8(6, 21),
        );
      case 'BATTERY_STATUS': {
        const volts = CELLS * (3.5 + 0.68 * (d.batteryPct / 100)) - d.currentA * 0.01;
        return this.#sender.frame(what, (p) =>
          p
            .i32(28_000 * (1 - d.batteryPct / 100), -1)
            .u16(0x7fff, volts * 1000, ...new Array<number>(9).fill(NO_CELL), d.currentA * 100)
            .u8(0, 1, 1, Math.round(d.batteryPct)),
        );
      }
      case 'VFR_HUD':
        return this.#sender.frame(what, (p) =>
          p.f32(d.speedMs, d.speedMs, altitude, d.climbMs).u16(d.headingDeg, d.armed ? 55 : 0),
        );
      case 'SERVO_OUTPUT_RAW': {
        const motor = d.armed ? 1520 : 1000;
        return this.#sender.frame(what, (p) =>
          p
            .u32(bootMs * 1000)
            .u16(motor, motor, motor, motor, motor, motor, 0, 0)
            .u8(0)
            .u16(1000 + d.pumpPct * 9, 0, 0, 0, 0, 0, 0, 0),
        );
      }
      case 'FUEL_STATUS':
        return this.#sender.frame(what, (p) =>
          p
            .f32(TANK_L * 1000, d.sprayedL * 1000, d.tankL * 1000, (d.flowLpm * 1000) / 60, Number.NaN)
            .u32(LIQUID)
            .u8(0, Math.round((d.tankL / TANK_L) * 100)),
        );
      case 'flow':
        return named('flow', d.flowLpm);
      case 'sections':
        return named('sections', d.sections);
    }
  }
}
