/** The past that a panel looks back on: every channel of the nodes of one gateway, at an even pace, up to a while ago. */
import { newReadings, type Readings, seededRandom } from '@karez/model';
import { DAY_MS, HOUR_MS } from './times.ts';

const DEVICE_CHANNELS = 8;

/**
 * Readings of `devices` nodes for `days` days, one of each channel every `stepMs`: a daily wave about a level of the
 * channel's own, with noise, one decimal; channel numbers as a gateway gives them to its nodes in turn, from 1.
 */
export function pastReadings(devices: number, days: number, stepMs: number, endMs: number): Readings {
  const channels = devices * DEVICE_CHANNELS;
  const rounds = Math.floor((days * DAY_MS) / stepMs);
  const startMs = endMs - rounds * stepMs;
  const random = seededRandom(11);
  const levels = Float64Array.from({ length: channels }, () => 15 + random.next() * 20);
  const readings = newReadings(rounds * channels);
  let i = 0;
  for (let round = 0; round < rounds; round++) {
    const timeMs = startMs + round * stepMs;
    const wave = 4 * Math.sin(((timeMs % DAY_MS) / DAY_MS) * 2 * Math.PI);
    for (let channel = 0; channel < channels; channel++, i++) {
      readings.seq[i] = i + 1;
      // The nodes of a farm do not speak in one millisecond.
      readings.timeMs[i] = timeMs + Math.floor(channel / DEVICE_CHANNELS) * 37;
      readings.channel[i] = channel + 1;
      readings.value[i] = Math.round(((levels[channel] as number) + wave + random.next()) * 10) / 10;
    }
  }
  readings.count = i;
  return readings;
}

/** The start of the hour before the last whole one: nothing of the past is in an hour that is still open. */
export const endOfPast = (nowMs: number) => Math.floor(nowMs / HOUR_MS) * HOUR_MS - HOUR_MS;
