/** One vehicle on a link: what its frames say, at the pace that is kept, and what is known of it. */
import type { MavlinkProfile } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import type { EdgeDeps, Sample } from '../ports.ts';
import { Preferences } from '../preferences.ts';
import { Rhythm } from '../rhythm.ts';
import type { MavlinkFrame } from './frame.ts';
import { IntervalRequests } from './interval-requests.ts';
import type { MavlinkLineConfig } from './line-config.ts';
import { checkMessages, placed } from './profile-places.ts';
import { keyOf, Signatures } from './signing.ts';
import { frameValues } from './values.ts';

const AUTOPILOT = 1;
/** GPS_FIX_TYPE_3D_FIX: without it a receiver's time is made up. */
const FIX_3D = 3;
/** Word of the fix counts for so long. */
const FIX_MS = 15_000;

export class Vehicle {
  readonly systemId: number;
  readonly device: ConfiguredDevice;
  readonly signatures: Signatures | undefined;
  trouble: string | null = null;
  isHeard = false;
  /** What it speaks, and so what it is spoken to. */
  version: 1 | 2 = 2;
  /** Where it was heard last. */
  from: string | undefined;
  readonly #profile: MavlinkProfile;
  readonly #rhythm = new Rhythm();
  readonly #preferences = new Preferences();
  readonly #requests: IntervalRequests | undefined;
  /** Shortest time between two kept samples of any message. */
  readonly #leastMs: number;
  #fixMs = Number.NEGATIVE_INFINITY;

  /** @param ask sends a command to a vehicle. Throws CONFIG_INVALID where the profile names what no message has. */
  constructor(
    own: MavlinkLineConfig['devices'][number],
    device: ConfiguredDevice,
    { clock, time, secrets }: EdgeDeps,
    ask: (vehicle: Vehicle, fields: Record<string, number>) => void,
  ) {
    this.systemId = own.systemId;
    this.device = device;
    this.#profile = placed(device.profileRecord as MavlinkProfile, own.outputs);
    checkMessages(this.#profile);
    this.#leastMs = device.intervalMs ?? 0;
    if (own.signed === true) {
      const known = () => {
        const now = time?.now();
        return now?.dated === true ? now.timeMs : 0;
      };
      this.signatures = new Signatures(keyOf(secrets?.[own.id] as string), known);
    }
    if (own.setIntervals === true)
      this.#requests = new IntervalRequests(this.#profile.everyMs ?? {}, clock, (fields) => ask(this, fields));
  }

  /** Why a frame is not believed; undefined where it is, or where nobody asked for signatures. */
  refusal(frame: MavlinkFrame): string | undefined {
    return this.signatures?.refusal(frame);
  }

  /** A frame of this vehicle came, for the first time. */
  hear(frame: MavlinkFrame, from: string | undefined, nowMs: number): void {
    this.isHeard = true;
    if (frame.component !== AUTOPILOT) return;
    this.from = from;
    this.version = frame.version;
    if (frame.name === 'GPS_RAW_INT')
      this.#fixMs = Number(frame.field('fix_type')) >= FIX_3D ? nowMs : Number.NEGATIVE_INFINITY;
    this.#requests?.hear(frame);
  }

  /** The time that a SYSTEM_TIME names while there is a fix, UTC milliseconds. */
  satelliteTime(frame: MavlinkFrame, nowMs: number): number | undefined {
    if (frame.name !== 'SYSTEM_TIME' || frame.component !== AUTOPILOT || nowMs - this.#fixMs > FIX_MS) return undefined;
    const micros = Number(frame.field('time_unix_usec'));
    return micros === 0 ? undefined : micros / 1_000;
  }

  /** What of a frame is kept; undefined where nothing is. */
  sample(frame: MavlinkFrame, nowMs: number): Sample | undefined {
    const { channels, values, ranks, key } = frameValues(this.#profile, frame);
    const kept = channels.flatMap((position, i) =>
      this.#preferences.takes(position, ranks[i] as number, values[i] as number, nowMs) ? [i] : [],
    );
    if (kept.length === 0) return undefined;
    const everyMs = Math.max(this.#leastMs, this.#profile.everyMs?.[frame.name] ?? 0);
    if (!this.#rhythm.keeps(key, everyMs, nowMs)) return undefined;
    return {
      device: this.device.id,
      channels: kept.map((i) => channels[i] as number),
      values: kept.map((i) => values[i] as number),
    };
  }

  /** Messages that the autopilot does not send at the pace that was asked for. */
  get notSent(): string[] {
    return [...(this.#requests?.refused ?? [])];
  }

  stop(): void {
    this.#requests?.stop();
  }
}
