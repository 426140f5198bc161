/**
 * Talks to a Davis Vantage console: wakes it (section V: a line feed, answered by LF CR within 1.2 s, up to three times),
 * asks for LOOP and LOOP2 in turn (LPS 3 n), reads them as they come, and asks anew before they run out or when it fell
 * silent.
 */
import { type Cancel, codeOf, type DavisProfile, type DeviceStatus, messageOf } from '@karez/model';
import type { ConfiguredDevice, DavisLineConfig } from '../config.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { startTransport } from '../transport/transport.ts';
import { PacketFinder, packetValues } from './packet.ts';

const WAKE = Uint8Array.of(0x0a);
const WAKE_MS = 1_200;
const WAKE_TRIES = 3;
/** A packet comes every two seconds; without one for this long the console is asked again. */
const SILENCE_MS = 6_000;
const PACKETS = 200;
const ASLEEP_MS = 5_000;
const BAUD_RATE = 19_200;

export function startDavisConsole(
  config: DavisLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
): DeviceLine {
  const { clock, logger } = deps;
  const device = devices.find((d) => d.id === config.device.id) as ConfiguredDevice;
  const profile = device.profileRecord as DavisProfile;
  const transport = startTransport(config.port, BAUD_RATE, deps);
  let timer: Cancel | undefined;
  let state: 'waking' | 'running' = 'waking';
  let tries = 0;
  let left = 0;
  let timeouts = 0;
  let trouble: string | null = null;
  /** Bytes while waking: the answer is two of them. */
  let answer = '';

  const finder = new PacketFinder(
    (kind, bytes) => {
      state = 'running';
      const { channels, values } = packetValues(profile, kind, bytes);
      if (channels.length > 0) {
        intake.accept({ device: device.id, channels, values }).then(
          () => {
            trouble = null;
          },
          (error) => {
            trouble = messageOf(error);
          },
        );
      }
      if (--left <= 2) wake();
      else watch();
    },
    (error, bytes) =>
      intake.reject({
        device: device.id,
        source: transport.name,
        code: codeOf(error) ?? 'FRAME_MALFORMED',
        reason: messageOf(error),
        bytes,
      }),
  );

  function later(ms: number, run: () => void): void {
    timer?.();
    timer = clock.after(ms, run);
  }

  function watch(): void {
    later(SILENCE_MS, () => {
      timeouts++;
      trouble = 'the console has fallen silent';
      wake();
    });
  }

  function wake(): void {
    state = 'waking';
    tries = 0;
    tryToWake();
  }

  function tryToWake(): void {
    if (!transport.open) return;
    if (tries++ >= WAKE_TRIES) {
      timeouts++;
      trouble = 'the console does not wake up: is it on, is the cable right?';
      logger.log('info', 'a console does not wake up', { device: device.id });
      later(ASLEEP_MS, wake);
      return;
    }
    answer = '';
    transport.write(WAKE);
    later(WAKE_MS, tryToWake);
  }

  transport.onOpen = () => {
    finder.reset();
    wake();
  };
  transport.onClose = () => timer?.();
  transport.onBytes = (bytes) => {
    if (state === 'waking') {
      answer = (answer + String.fromCharCode(...bytes.subarray(0, 64))).slice(-64);
      if (answer.includes('\n\r')) {
        state = 'running';
        left = PACKETS;
        transport.write(new TextEncoder().encode(`LPS 3 ${PACKETS}\n`));
        watch();
      }
    }
    finder.push(bytes);
  };

  return {
    status: (): DeviceStatus[] => [
      { id: device.id, lastMs: null, accepted: 0, rejected: 0, timeouts, trouble: transport.trouble ?? trouble },
    ],
    async stop() {
      timer?.();
      await transport.stop();
    },
  };
}
