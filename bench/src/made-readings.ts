/** Readings as a farm would give them: devices with a few channels each, sampled together, values that wander. */
import { newReadings, type Readings, seededRandom } from '@karez/model';

/**
 * @param count readings in all.
 * @param channels channels in all, in devices of eight.
 * @param startMs time of the first sample; samples of a device are `stepMs` apart.
 */
export function madeReadings(count: number, channels: number, startMs: number, stepMs: number): Readings {
  const random = seededRandom(7);
  const readings = newReadings(count);
  const level = Float64Array.from({ length: channels }, () => 10 + Math.floor(random.next() * 300) / 10);
  for (let i = 0; i < count; i++) {
    const channel = i % channels;
    const round = Math.floor(i / channels);
    const step = Math.round((random.next() - 0.5) * 6) / 10;
    level[channel] = Math.round(((level[channel] as number) + step) * 10) / 10;
    readings.seq[i] = i + 1;
    readings.timeMs[i] = startMs + round * stepMs + Math.floor(channel / 8) * 40;
    readings.channel[i] = channel + 1;
    readings.value[i] = level[channel] as number;
  }
  readings.count = count;
  return readings;
}
