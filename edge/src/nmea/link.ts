/**
 * An instrument that speaks NMEA 0183 by itself, once a second or so. Sentences of any talker that the profile names become
 * samples, thinned to the device's interval; a satellite receiver's time is handed on to the gateway's clock.
 */
import { type Cancel, type DeviceStatus, KarezError, messageOf, type NmeaProfile } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { Preferences } from '../preferences.ts';
import { Rhythm } from '../rhythm.ts';
import { type OpenTransport, startTransport } from '../transport/transport.ts';
import type { NmeaLineConfig } from './line-config.ts';
import { SatelliteTime } from './satellite-time.ts';
import type { Sentence } from './sentence.ts';
import { SentenceFinder } from './sentence-finder.ts';
import { sentenceValues } from './values.ts';

/** So many characters without a sentence: this is not NMEA, or not at this speed. */
const NOISE = 1_000;
/** Instruments speak every second or two. */
const SILENCE_MS = 30_000;
/** Within so long an instrument has said every sentence that it has. */
const CYCLE_MS = 3_000;

export function startNmeaLink(
  config: NmeaLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
  open: OpenTransport = startTransport,
): DeviceLine {
  const { clock } = deps;
  const device = devices.find((d) => d.id === config.device.id) as ConfiguredDevice;
  const profile = device.profileRecord as NmeaProfile;
  const intervalMs = device.intervalMs ?? profile.intervalMs;
  const transport = open(config.port, profile.baudRate, deps);
  const finder = new SentenceFinder(config.checksum !== 'optional', take, refuse);
  const rhythm = new Rhythm();
  const preferences = new Preferences(CYCLE_MS);
  const satellites = new SatelliteTime();
  let silence: Cancel | undefined;
  let timeouts = 0;
  let trouble: string | null = 'not heard yet';

  function take(sentence: Sentence): void {
    const now = clock.monoMs();
    listen();
    try {
      const timeMs = satellites.take(sentence, now);
      if (timeMs !== undefined) intake.satelliteTime(device.id, timeMs);
      const { channels, values, ranks } = sentenceValues(profile, sentence);
      const kept = channels.flatMap((position, i) =>
        preferences.takes(position, ranks[i] as number, values[i] as number, now) ? [i] : [],
      );
      const key = `${sentence.formatter} ${kept.map((i) => channels[i]).join(' ')}`;
      if (kept.length === 0 || !rhythm.keeps(key, intervalMs, now)) return;
      accept(
        kept.map((i) => channels[i] as number),
        kept.map((i) => values[i] as number),
      );
    } catch (error) {
      if (!(error instanceof KarezError)) throw error;
      refuse(error, `${sentence.talker}${sentence.formatter},${sentence.fields.join(',')}`);
    }
  }

  function accept(channels: number[], values: number[]): void {
    intake.accept({ device: device.id, channels, values }).then(
      () => {
        trouble = null;
      },
      (error) => {
        trouble = messageOf(error);
        if (error instanceof KarezError && !error.retry) refuse(error, '');
      },
    );
  }

  function refuse({ code, message }: KarezError, text: string): void {
    const bytes = text === '' ? {} : { bytes: Uint8Array.from(Buffer.from(text, 'latin1')) };
    intake.reject({ device: device.id, source: transport.name, code, reason: message, ...bytes });
  }

  /** From now on silence is noticed. */
  function listen(): void {
    silence?.();
    silence = clock.after(SILENCE_MS, () => {
      timeouts++;
      trouble = 'has fallen silent';
    });
  }

  transport.onOpen = () => {
    finder.reset();
    listen();
  };
  transport.onClose = () => silence?.();
  transport.onBytes = (bytes) => finder.push(bytes);

  function inWords(): string | null {
    if (transport.trouble !== null) return transport.trouble;
    if (finder.skipped >= NOISE) return 'bytes come in, but no NMEA sentence among them: is the speed right?';
    return trouble;
  }

  return {
    status: (): DeviceStatus[] => [
      { id: device.id, lastMs: null, accepted: 0, rejected: 0, timeouts, trouble: inWords() },
    ],
    async stop() {
      silence?.();
      await transport.stop();
    },
  };
}
