/** Values of the bytes of an uplink, by the layout of its profile. */
import { type ByteSource, compileFormula, type Formula, type LorawanProfile, scaleRaw } from '@karez/model';
import { holds, numberAt, type PartGroup, partsOf } from './frame-parts.ts';

/** What was sampled at one moment. */
export interface FrameSample {
  channels: number[];
  values: number[];
  /** By the device's own clock, where the frame says it. */
  timeMs?: number;
  historical?: boolean;
}

export interface FrameReading {
  samples: FrameSample[];
  unread: string[];
}

type Channel = LorawanProfile['channels'][number];

/**
 * The samples of a frame, oldest first as they stand in it; none where it carries no readings.
 * @throws KarezError FRAME_* saying what is wrong with the bytes.
 */
export function readBytes(profile: LorawanProfile, bytes: Uint8Array): FrameReading {
  const { layout } = profile;
  if (layout === undefined) return { samples: [], unread: [] };
  const { groups, unread } = partsOf(layout, bytes);
  const order = layout.kind === 'flags' ? 'big' : layout.order;
  const samples = groups.map(({ parts, ...time }): FrameSample => {
    const sample: FrameSample = { channels: [], values: [], ...time };
    for (const [position, channel] of profile.channels.entries())
      for (const source of channel.from ?? []) {
        const value = valueAt(channel, source, parts, order);
        if (value === undefined) continue;
        sample.channels.push(position);
        sample.values.push(value);
        break;
      }
    return sample;
  });
  return { samples: samples.filter((sample) => sample.channels.length > 0), unread };
}

/** The stored value; NaN where it says that no sensor is there, undefined where the parts do not have it. */
function valueAt(
  channel: Channel,
  source: ByteSource,
  parts: PartGroup['parts'],
  order: 'big' | 'little' | undefined,
): number | undefined {
  const { sensor, word = 0, record = '', nth = 0, when, absentWhen } = source;
  const key = sensor === undefined ? record : String(sensor);
  const data = parts.get(key)?.[nth];
  if (data === undefined || !holds(when, parts, key, order)) return undefined;
  const place = sensor === undefined ? source : { ...source, at: word * 2 };
  const raw = numberAt(data, place, order);
  if (raw === undefined) return undefined;
  const scale = { ...channel, ...scaleOf(source) };
  const isAbsent =
    scale.absent?.includes(raw) || absentWhen?.some((condition) => holds([condition], parts, key, order));
  if (isAbsent) return Number.NaN;
  if (source.formula === undefined) return scaleRaw(raw, scale);
  const { absent: _, ...shown } = scale;
  return scaleRaw(formulaOf(source.formula)(raw, sensor === undefined ? [] : wordsOf(data)), shown);
}

/** What a source says of scale, where it says something. */
function scaleOf(source: ByteSource): Partial<Channel> {
  const scale: Record<string, unknown> = {};
  for (const name of ['multiply', 'divide', 'offset', 'unit', 'absent'] as const)
    if (source[name] !== undefined) scale[name] = source[name];
  return scale;
}

const formulas = new Map<string, Formula>();

function formulaOf(text: string): Formula {
  let formula = formulas.get(text);
  if (formula === undefined) {
    formula = compileFormula(text).run;
    formulas.set(text, formula);
  }
  return formula;
}

function wordsOf(data: Uint8Array): number[] {
  return Array.from(
    { length: data.length / 2 },
    (_, i) => ((data[i * 2] as number) << 8) | (data[i * 2 + 1] as number),
  );
}
