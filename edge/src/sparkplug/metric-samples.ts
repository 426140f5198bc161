/** Samples of a device out of the metrics of one message: those of one moment together. */
import { channelKey, KarezError, type SparkplugProfile, scaleRaw } from '@karez/model';
import { contentHash } from '../content-hash.ts';
import type { Sample } from '../ports.ts';
import { type Datatype, type Metric, numberOf } from './payload.ts';

/** A metric whose name is known. */
export interface NamedMetric extends Metric {
  name: string;
}

export interface MetricSamples {
  samples: Sample[];
  /** Why values of channels could not be read. */
  refused: KarezError[];
}

type Channel = SparkplugProfile['channels'][number];

/**
 * @param datatypeOf the type that a metric has in the birth.
 * @param when the time that a value of a channel is stored with, given its own; null where it is known already.
 */
export function metricSamples(
  device: string,
  profile: SparkplugProfile,
  metrics: readonly NamedMetric[],
  payloadMs: number | undefined,
  datatypeOf: (name: string) => Datatype | undefined,
  when: (position: number, timeMs: number | undefined, value: number) => number | undefined | null = (_, timeMs) =>
    timeMs,
): MetricSamples {
  const groups = new Map<string, { timeMs: number | undefined; historical: boolean; values: Map<number, number> }[]>();
  const refused: KarezError[] = [];
  for (const metric of metrics)
    for (const [position, channel] of profile.channels.entries()) {
      if (channel.metric !== metric.name) continue;
      const value = numberFor(channel, metric, metric.datatype ?? datatypeOf(metric.name));
      if (value instanceof KarezError) {
        refused.push(value);
        continue;
      }
      const own = metric.timeMs ?? payloadMs;
      const timeMs = metric.isHistorical ? own : when(position, own, value);
      if (timeMs === null) continue;
      const key = `${timeMs} ${metric.isHistorical}`;
      const alike = groups.get(key) ?? [];
      groups.set(key, alike);
      // The same channel twice at one moment is two readings.
      let group = alike.find(({ values }) => !values.has(position));
      if (group === undefined) {
        group = { timeMs, historical: metric.isHistorical, values: new Map() };
        alike.push(group);
      }
      group.values.set(position, value);
    }
  const samples = [...groups.values()].flat().map(({ timeMs, historical, values }): Sample => {
    const channels = [...values.keys()].sort((a, b) => a - b);
    const found = channels.map((position) => values.get(position) as number);
    return {
      ...{ device, channels, values: found, counter: contentHash(channels.join(), found.join()) },
      ...(timeMs === undefined ? {} : { timeMs }),
      ...(historical ? { historical } : {}),
    };
  });
  return { samples, refused };
}

/** The stored value, NaN for none; an error where it cannot be one. */
function numberFor(channel: Channel, metric: NamedMetric, datatype: Datatype | undefined): number | KarezError {
  const { value } = metric;
  if (metric.isNull || value === undefined) return Number.NaN;
  const where = `${metric.name} (${channelKey(channel)})`;
  if (value.kind === 'compound') return invalid(where, `must be a number, not ${value.of}`);
  if (value.kind === 'text') {
    const { states } = channel;
    const known = states !== undefined && Object.hasOwn(states, value.text) ? states[value.text] : undefined;
    return known === undefined
      ? invalid(
          where,
          `must be a number${states === undefined ? '' : ` or one of ${Object.keys(states).join(', ')}`}, not a text`,
        )
      : scaleRaw(known, channel);
  }
  const number = numberOf(value, datatype);
  if (number === undefined) return invalid(where, 'must be a number that can be held exactly');
  return scaleRaw(number, channel);
}

function invalid(where: string, expected: string): KarezError {
  return new KarezError('PAYLOAD_INVALID', `${where} ${expected}`, { where });
}
