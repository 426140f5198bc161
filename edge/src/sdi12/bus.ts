/**
 * One SDI-12 bus with its sensors: starts each one's measurement when its turn comes, lets those that measure concurrently
 * do so while others are asked, fetches what is ready, and hands it to the intake. Whose turn it is stands in
 * modbus/schedule.ts, how one measurement goes in measure.ts.
 */
import { type Cancel, codeOf, type DeviceStatus, KarezError, messageOf, type Sdi12Profile } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import { foreignNote } from '../decode/foreign.ts';
import { isSilent, Schedule, type Turn } from '../modbus/schedule.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { type OpenTransport, startTransport } from '../transport/transport.ts';
import { adapterPort, adapterTiming } from './adapter.ts';
import { readIdentity } from './answers.ts';
import { wrongSensor } from './decode-frame.ts';
import type { Sdi12LineConfig } from './line-config.ts';
import { measure, type Sensor } from './measure.ts';
import { Recorder } from './recorder.ts';
import { commandGroups } from './reply-values.ts';

interface Probe extends Turn, Sensor {
  device: ConfiguredDevice;
  /** Said what it is since the line was opened. */
  isKnown: boolean;
  /** Why what it said of itself does not fit its profile. */
  foreign: string | null;
  timeouts: number;
  trouble: string | null;
  /** Why its last sample was not accepted. */
  refusal: string | null;
}

/** A measurement that has begun. */
interface Running {
  probe: Probe;
  sample: Map<number, number>;
  steps: AsyncGenerator<number, void>;
  /** When its values are there. */
  readyMs: number;
}

/** First turns are spread over so long at most. */
const SPREAD_MS = 2_000;
/** What comes in before the adapter is ready may restart its waiting. */
const LONGEST_SLEEP_MS = 60_000;

export function startSdi12Bus(
  config: Sdi12LineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
  open: OpenTransport = startTransport,
): DeviceLine {
  const { clock, logger } = deps;
  const { port, baudRate } = adapterPort(config);
  const transport = open(port, baudRate, deps);
  const recorder = new Recorder(transport, clock, adapterTiming(config));
  const probes = config.devices.map(({ id, address, crc }, i): Probe => {
    const device = devices.find((d) => d.id === id) as ConfiguredDevice;
    const profile = device.profileRecord as Sdi12Profile;
    const intervalMs = device.intervalMs ?? profile.intervalMs;
    return {
      ...{ device, profile, intervalMs, address: String(address), crc: crc ?? profile.crc ?? false },
      ...{ groups: commandGroups(profile), costMs: recorder.costMs },
      dueMs: clock.monoMs() + (i * Math.min(intervalMs, SPREAD_MS)) / config.devices.length,
      ...{ failures: 0, isWaiting: false, isKnown: false, foreign: null, timeouts: 0, trouble: null, refusal: null },
    };
  });
  const schedule = new Schedule(probes);
  const running: Running[] = [];
  let isLooping = false;
  let stopped = false;
  let readyMs = 0;
  let sleeping: { wake(): void } | undefined;

  transport.onOpen = () => {
    readyMs = clock.monoMs() + (config.startDelayMs ?? 0);
    for (const probe of probes) probe.isKnown = false;
    schedule.askAllNow(clock.monoMs());
    if (isLooping) sleeping?.wake();
    else void loop();
  };

  async function loop(): Promise<void> {
    isLooping = true;
    while (!stopped && transport.open) {
      const nowMs = clock.monoMs();
      if (nowMs < readyMs) {
        await sleep(readyMs - nowMs);
        continue;
      }
      const ready = running.reduce<Running | undefined>(
        (a, b) => (a === undefined || b.readyMs < a.readyMs ? b : a),
        undefined,
      );
      if (ready !== undefined && ready.readyMs <= nowMs) {
        running.splice(running.indexOf(ready), 1);
        await goOn(ready);
        continue;
      }
      const next = schedule.next(nowMs);
      if ('waitMs' in next) await sleep(Math.min(next.waitMs, (ready?.readyMs ?? Number.POSITIVE_INFINITY) - nowMs));
      else await begin(next);
    }
    while (running.length > 0) end(running.pop() as Running, new KarezError('TRANSPORT_CLOSED', 'closed'), 0);
    isLooping = false;
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel: Cancel = clock.after(Math.min(ms, LONGEST_SLEEP_MS), resolve);
      sleeping = {
        wake() {
          cancel();
          resolve();
        },
      };
    });
  }

  async function begin(probe: Probe): Promise<void> {
    probe.isWaiting = true;
    const rounds = isSilent(probe) ? 1 : undefined;
    const sample = new Map<number, number>();
    const beganMs = clock.monoMs();
    const run: Running = { probe, sample, steps: measure(recorder, probe, sample, rounds), readyMs: beganMs };
    try {
      if (!probe.isKnown) await identify(probe, rounds);
    } catch (error) {
      end(run, error, clock.monoMs() - beganMs);
      return;
    }
    await goOn(run);
  }

  /** The next step of a measurement; it is over when there is none. */
  async function goOn(run: Running): Promise<void> {
    const beganMs = clock.monoMs();
    try {
      const step = await run.steps.next();
      if (step.done) end(run, undefined, 0);
      else running.push({ ...run, readyMs: clock.monoMs() + step.value });
    } catch (error) {
      end(run, error, clock.monoMs() - beganMs);
    }
  }

  /** Asks what it is. An answer in a form of its own is let pass: what counts is what it measures. */
  async function identify(probe: Probe, rounds: number | undefined): Promise<void> {
    const { address, profile, device } = probe;
    const options = rounds === undefined ? {} : { rounds };
    try {
      const identity = await recorder.ask(`${address}I!`, (line) => readIdentity(line, address), options);
      probe.foreign = wrongSensor(profile, identity) ?? null;
      logger.log('info', 'an SDI-12 sensor', { device: device.id, ...identity });
    } catch (error) {
      if (codeOf(error) !== 'FRAME_MALFORMED') throw error;
    }
    probe.isKnown = true;
  }

  function end({ probe, sample }: Running, error: unknown, spentMs: number): void {
    probe.isWaiting = false;
    const nowMs = clock.monoMs();
    if (error === undefined) {
      schedule.answered(probe, nowMs);
      probe.trouble = probe.foreign ?? noteOf(probe.profile, sample);
    } else if (codeOf(error) !== 'TRANSPORT_CLOSED') {
      // A line that closed is no fault of the sensor.
      schedule.failed(probe, spentMs, nowMs);
      const isForeign = probe.foreign !== null && codeOf(error) !== 'DEVICE_TIMEOUT';
      probe.trouble =
        (isForeign ? `${probe.foreign}; ` : '') +
        messageOf(error) +
        (recorder.breakFails ? '; this port makes no breaks: sendBreak: false?' : '');
      if (codeOf(error) === 'DEVICE_TIMEOUT') probe.timeouts++;
      else if (error instanceof KarezError) reject(probe, error, new TextEncoder().encode(recorder.heard));
    }
    if (sample.size > 0 && !stopped) accept(probe, sample);
  }

  /** The next sensor is asked while this sample goes to disk; this one is not asked again before. */
  function accept(probe: Probe, sample: Map<number, number>): void {
    const channels = [...sample.keys()].sort((a, b) => a - b);
    const values = channels.map((position) => sample.get(position) as number);
    probe.isWaiting = true;
    const done = (refusal: string | null) => {
      probe.isWaiting = false;
      probe.refusal = refusal;
    };
    intake.accept({ device: probe.device.id, channels, values }).then(
      () => done(null),
      (error) => {
        done(messageOf(error));
        if (error instanceof KarezError && !error.retry) reject(probe, error);
      },
    );
  }

  function reject(probe: Probe, { code, message }: KarezError, bytes?: Uint8Array): void {
    intake.reject({
      ...{ device: probe.device.id, source: transport.name, code, reason: message },
      ...(bytes === undefined ? {} : { bytes }),
    });
  }

  return {
    status: (): DeviceStatus[] =>
      probes.map(({ device, timeouts, trouble, refusal }) => ({
        ...{ id: device.id, lastMs: null, accepted: 0, rejected: 0, timeouts },
        trouble: transport.trouble ?? trouble ?? refusal,
      })),
    async stop() {
      stopped = true;
      sleeping?.wake();
      recorder.giveUp();
      await transport.stop();
    },
  };
}

/** What the values say of the sensor, for a person to look; null where nothing stands out. */
function noteOf(profile: Sdi12Profile, sample: ReadonlyMap<number, number>): string | null {
  const values = [...sample.values()];
  if (values.every(Number.isNaN)) return 'answers, but without a value in any channel: is it broken?';
  return foreignNote(profile, [...sample.keys()], values) ?? null;
}
