/** A Sparkplug B payload as hexadecimal digits or base64, for `karez decode`. */
import { KarezError, type SparkplugProfile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { metricSamples, type NamedMetric } from './metric-samples.ts';
import { type Metric, numberOf, type Payload, readPayload } from './payload.ts';

/** @throws KarezError FRAME_*, PAYLOAD_INVALID. */
export function decodeSparkplug(profile: SparkplugProfile, text: string): DecodedFrame {
  const payload = readPayload(bytesOf(text.trim()));
  const named = payload.metrics.filter((metric): metric is NamedMetric => metric.name !== undefined);
  const { samples, refused } = metricSamples('', profile, named, payload.timeMs, () => undefined);
  const [error] = refused;
  if (error !== undefined) throw error;
  const values = Object.assign(
    {},
    ...samples.map(({ channels, values: v }) => byChannel(profile, [...channels], [...v])),
  );
  const details = {
    ...(payload.seq === undefined ? {} : { seq: payload.seq }),
    ...(payload.timeMs === undefined ? {} : { timeMs: payload.timeMs }),
    metrics: payload.metrics.map(inWords),
  };
  return { profile: profile.id, kind: kindOf(payload), values, details };
}

/** Births have names and numbers, a will has no number, data may have aliases only. */
function kindOf({ metrics, seq }: Payload): string {
  const hasSession = metrics.some(({ name }) => name === 'bdSeq');
  if (hasSession) return metrics.length > 1 && seq !== undefined ? 'NBIRTH' : 'NDEATH';
  return metrics.every(({ name }) => name === undefined) ? 'data by alias' : 'birth or data';
}

function inWords({ name, alias, timeMs, datatype, isHistorical, isNull, value }: Metric): Record<string, unknown> {
  const number =
    value === undefined ? undefined : (numberOf(value, datatype) ?? (value.kind === 'text' ? value.text : value.kind));
  return {
    ...(name === undefined ? {} : { name }),
    ...(alias === undefined ? {} : { alias }),
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(datatype === undefined ? {} : { datatype }),
    ...(isHistorical ? { isHistorical } : {}),
    value: isNull || number === undefined ? null : number,
  };
}

function bytesOf(text: string): Uint8Array {
  if (/^[0-9a-fA-F\s:,-]*$/.test(text)) return fromHex(text);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0)
    throw new KarezError('FRAME_MALFORMED', 'give hexadecimal digits or base64', { where: 'hex' });
  return bytes;
}
