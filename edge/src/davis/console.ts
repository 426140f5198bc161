/**
 * Talks to a Davis Vantage console (Vantage Serial Communication Reference Manual v2.6.1): wakes it (section V: a line
 * feed, answered by LF CR within 1.2 s, up to three times), asks once which rain collector it has (EEBRD 2B 1, section
 * XIII), reads from its memory what was missed (catch-up.ts), has it send LOOP and LOOP2 in turn (LPS 3 n; LOOP n where it is
 * too old for that), reads them as they come, and asks anew before they run out or when it fell silent.
 */
import { type Cancel, type DavisProfile, type DeviceStatus, KarezError, messageOf } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { Rhythm } from '../rhythm.ts';
import { type OpenTransport, startTransport } from '../transport/transport.ts';
import { collectorClickMm, isAwake, isRefusal } from './answers.ts';
import { CatchUp } from './catch-up.ts';
import { Dialogue } from './dialogue.ts';
import type { DavisLineConfig } from './line-config.ts';
import { PacketFinder, type PacketKind, packetValues, USUAL_CLICK_MM } from './packet.ts';

const WAKE_MS = 1_200;
const WAKE_TRIES = 3;
const ANSWER_MS = 1_200;
/** A packet comes every two seconds; without one for this long the console is asked again. */
const SILENCE_MS = 6_000;
const PACKETS = 200;
const ASLEEP_MS = 5_000;
const BAUD_RATE = 19_200;
/** Bytes kept of an answer; the longest that matters has four. */
const ANSWER_BYTES = 64;

export function startDavisConsole(
  config: DavisLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
  open: OpenTransport = startTransport,
): DeviceLine {
  const { clock, logger } = deps;
  const device = devices.find((d) => d.id === config.device.id) as ConfiguredDevice;
  const profile = device.profileRecord as DavisProfile;
  const intervalMs = device.intervalMs ?? profile.intervalMs;
  const transport = open(config.port, BAUD_RATE, deps);
  const finder = new PacketFinder(take, refuse);
  const rhythm = new Rhythm();
  let state: 'waking' | 'asking' | 'catching-up' | 'starting' | 'running' = 'waking';
  const dialogue = new Dialogue(clock, (bytes) => transport.write(bytes));
  const catchUp = catchUpOf();
  /** Connections so far: what an earlier one has left behind is not gone on with. */
  let connection = 0;
  /** The memory was just looked into. */
  let isCaughtUp = false;
  let timer: Cancel | undefined;
  let tries = 0;
  let left = 0;
  let timeouts = 0;
  let trouble: string | null = null;
  let clickMm = config.rainClickMm;
  let isOld = false;
  /** What came since the last thing that was sent. */
  let answer = new Uint8Array(0);

  function catchUpOf(): CatchUp | undefined {
    const { time, memory } = deps;
    if (time === undefined || memory === undefined || config.archive === 'off') return undefined;
    return new CatchUp({
      ...{ device: device.id, profile, intervalMs, everything: config.archive === 'all', dialogue, intake },
      deps: { ...deps, time, memory },
      clickMm: () => clickMm ?? USUAL_CLICK_MM,
      refuse: (rejection) => intake.reject({ device: device.id, source: transport.name, ...rejection }),
    });
  }

  function later(ms: number, run: () => void): void {
    timer?.();
    timer = clock.after(ms, run);
  }

  function send(text: string): void {
    answer = new Uint8Array(0);
    try {
      transport.write(new TextEncoder().encode(text));
    } catch (error) {
      trouble = messageOf(error);
    }
  }

  function wake(): void {
    state = 'waking';
    tries = 0;
    knock();
  }

  function knock(): void {
    if (!transport.open) return;
    if (tries++ >= WAKE_TRIES) {
      timeouts++;
      trouble = 'the console does not wake up: is it on, is the cable right?';
      logger.log('info', 'a console does not wake up', { device: device.id });
      later(ASLEEP_MS, wake);
      return;
    }
    later(WAKE_MS, knock);
    send('\n');
  }

  function askCollector(): void {
    state = 'asking';
    later(ANSWER_MS, () => useCollector(USUAL_CLICK_MM));
    send('EEBRD 2B 01\n');
  }

  function useCollector(mm: number): void {
    clickMm = mm;
    logger.log('info', 'rain collector', { device: device.id, clickMm });
    prepare();
  }

  /** Looks into the console's memory first. Live packets go on in any case. */
  function prepare(): void {
    if (catchUp === undefined || isCaughtUp) {
      start();
      return;
    }
    state = 'catching-up';
    timer?.();
    const mine = connection;
    catchUp.run().then((hasRead) => {
      if (mine !== connection || state !== 'catching-up' || !transport.open) return;
      isCaughtUp = true;
      finder.reset();
      // A download may have ended in its middle.
      if (hasRead) wake();
      else start();
    });
  }

  function start(): void {
    state = 'starting';
    isCaughtUp = false;
    const packets = catchUp?.packetsUntilNext(PACKETS) ?? PACKETS;
    left = packets;
    watch();
    send(isOld ? `LOOP ${packets}\n` : `LPS 3 ${packets}\n`);
  }

  function watch(): void {
    later(SILENCE_MS, () => {
      timeouts++;
      trouble = 'the console has fallen silent';
      if (state === 'starting') isOld = !isOld;
      wake();
    });
  }

  /** Looks at what came since the last command. */
  function hear(bytes: Uint8Array): void {
    answer = Uint8Array.of(...answer, ...bytes.subarray(0, ANSWER_BYTES)).slice(0, ANSWER_BYTES);
    if (state === 'waking' && isAwake(answer)) {
      if (clickMm === undefined) askCollector();
      else prepare();
    } else if (state === 'asking') {
      const mm = isRefusal(answer) ? USUAL_CLICK_MM : collectorClickMm(answer);
      if (mm !== undefined) useCollector(mm);
    } else if (state === 'starting' && !isOld && isRefusal(answer)) {
      isOld = true;
      start();
    }
  }

  function refuse({ code, message }: KarezError, bytes: Uint8Array): void {
    intake.reject({ device: device.id, source: transport.name, code, reason: message, bytes });
  }

  function take(kind: PacketKind, bytes: Uint8Array): void {
    if (kind === 'LOOP') catchUp?.live(bytes);
    if (rhythm.keeps(kind, intervalMs, clock.monoMs())) accept(kind, bytes);
    if (state !== 'starting' && state !== 'running') return;
    state = 'running';
    if (--left > 2) watch();
    else {
      isOld = false;
      wake();
    }
  }

  function accept(kind: PacketKind, bytes: Uint8Array): void {
    const source = kind === 'LOOP' && !isOld ? 'LOOP beside LOOP2' : kind;
    const { channels, values } = packetValues(profile, source, bytes, clickMm);
    if (channels.length === 0) return;
    intake.accept({ device: device.id, channels, values }).then(
      () => {
        trouble = null;
        catchUp?.stored();
      },
      (error) => {
        trouble = messageOf(error);
        if (error instanceof KarezError && !error.retry) refuse(error, bytes);
      },
    );
  }

  transport.onOpen = () => {
    connection++;
    finder.reset();
    clickMm = config.rainClickMm;
    isCaughtUp = false;
    catchUp?.connected();
    wake();
  };
  transport.onClose = () => {
    timer?.();
    dialogue.abort();
  };
  transport.onBytes = (bytes) => {
    if (state === 'catching-up') return dialogue.hear(bytes);
    if (state !== 'running') hear(bytes);
    finder.push(bytes);
  };

  return {
    status: (): DeviceStatus[] => [
      { id: device.id, lastMs: null, accepted: 0, rejected: 0, timeouts, trouble: transport.trouble ?? trouble },
    ],
    async stop() {
      timer?.();
      dialogue.abort();
      await transport.stop();
      await catchUp?.stop();
    },
  };
}
