/** Checks of what stands in the store: values, quality marks, numbers of readings. */
import { QUALITY, type QualityName } from '@karez/model';
import Type from 'typebox';
import { closed } from '../kinds/device-kind.ts';
import type { StoredReading } from '../stored.ts';
import { FieldTime, fieldMs } from '../times.ts';
import { type CheckContext, checkKind, type Evidence } from './check.ts';

const Device = Type.String({ minLength: 1, description: 'An id; ids with *; field:ID; kind:KIND; all.' });
const Channel = Type.String({
  pattern: '^[a-z][a-z0-9.-]*(@[a-z0-9]+)?$',
  description: 'A quantity, e.g. air.temperature, or one at a place, e.g. soil.moisture@d10.',
});
/** Readings taken from then on, and until then. */
const between = { from: Type.Optional(FieldTime), to: Type.Optional(FieldTime) };
const count = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }));

interface Between {
  device: string;
  channel?: string;
  from?: string;
  to?: string;
}

const meansDevices = ({ device }: { device: string }, { selected }: CheckContext) =>
  selected(device).length > 0 ? undefined : { key: 'device', expected: 'must mean a device of this scenario' };
const when = ({ from, to }: Between) =>
  from === undefined && to === undefined ? '' : `, ${from ?? '0s'} to ${to ?? 'the end'}`;

/** Readings of the devices in the time that is meant. */
function found(spec: Between, context: CheckContext, evidence: Evidence): (StoredReading & { device: string })[] {
  const fromMs = evidence.wallMs(spec.from === undefined ? Number.NEGATIVE_INFINITY : fieldMs(spec.from));
  const toMs = evidence.wallMs(spec.to === undefined ? Number.POSITIVE_INFINITY : fieldMs(spec.to));
  return context.selected(spec.device).flatMap((device) =>
    evidence
      .readings(device, spec.channel)
      .filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs)
      .map((reading) => ({ ...reading, device })),
  );
}

/** Whether a number of readings is as it was meant, and how to say it. */
function counted(n: number, atLeast: number | undefined, atMost: number | undefined, what: string) {
  const asked = [atLeast === undefined ? '' : `at least ${atLeast}`, atMost === undefined ? '' : `at most ${atMost}`];
  return {
    ok: n >= (atLeast ?? 0) && n <= (atMost ?? Number.POSITIVE_INFINITY),
    detail: `${n.toLocaleString('en')} ${what} (${asked.filter(Boolean).join(', ')} expected)`,
  };
}

export const value = checkKind({
  what: 'values stay within bounds, or get there once',
  schema: Type.Object(
    {
      check: Type.Literal('value'),
      device: Device,
      channel: Channel,
      ...between,
      min: Type.Optional(Type.Number()),
      max: Type.Optional(Type.Number()),
      how: Type.Optional(Type.Enum(['always', 'once'], { description: 'Default always.' })),
    },
    closed,
  ),
  name: (spec) =>
    `${spec.device} ${spec.channel} ${spec.how ?? 'always'} ${spec.min ?? '…'} to ${spec.max ?? '…'}${when(spec)}`,
  problem: (spec, context) =>
    spec.min === undefined && spec.max === undefined
      ? { key: 'min', expected: 'or max must be there: which values are right?' }
      : meansDevices(spec, context),
  watch: (spec, context) => ({
    judge(evidence) {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, how = 'always' } = spec;
      const readings = found(spec, context, evidence).filter((r) => r.value !== null);
      if (readings.length === 0) return { ok: false, detail: 'there is no such reading' };
      const values = readings.map((r) => r.value as number);
      const [low, high] = values.reduce(([l, h], v) => [Math.min(l, v), Math.max(h, v)], [Infinity, -Infinity]);
      const right = values.filter((v) => v >= min && v <= max).length;
      const range = `${values.length.toLocaleString('en')} readings from ${round(low)} to ${round(high)}`;
      const first = readings.find((r) => ((r.value as number) < min || (r.value as number) > max) && how === 'always');
      const where = first === undefined ? '' : `; ${round(first.value as number)} of ${first.device}`;
      return { ok: how === 'always' ? right === values.length : right > 0, detail: `${range}${where}` };
    },
  }),
});

const round = (n: number) => Number(n.toFixed(3));

export const quality = checkKind({
  what: 'readings carry a quality mark, or none does',
  schema: Type.Object(
    {
      check: Type.Literal('quality'),
      device: Device,
      channel: Type.Optional(Channel),
      has: Type.Enum(Object.keys(QUALITY) as QualityName[]),
      ...between,
      atLeast: count('Readings with it. Default 1, or 0 where atMost is given.'),
      atMost: count('Readings with it. 0: none may have it.'),
    },
    closed,
  ),
  name: (spec) => `${spec.device} ${spec.channel ?? 'readings'} marked ${spec.has}${when(spec)}`,
  problem: meansDevices,
  watch: (spec, context) => ({
    judge(evidence) {
      const readings = found(spec, context, evidence);
      const marked = readings.filter((r) => (r.quality & QUALITY[spec.has]) !== 0);
      const atLeast = spec.atLeast ?? (spec.atMost === undefined ? 1 : undefined);
      return counted(marked.length, atLeast, spec.atMost, `of ${readings.length.toLocaleString('en')} readings`);
    },
  }),
});

export const stored = checkKind({
  what: 'so many readings of devices are in the store',
  schema: Type.Object(
    {
      check: Type.Literal('stored'),
      device: Device,
      channel: Type.Optional(Channel),
      ...between,
      atLeast: count('Readings.'),
      atMost: count('Readings.'),
    },
    closed,
  ),
  name: (spec) =>
    `stored of ${spec.device}${spec.channel === undefined ? '' : ` ${spec.channel}`}${when(spec)}: ${spec.atLeast ?? 0} to ${spec.atMost ?? '…'}`,
  problem: (spec, context) =>
    spec.atLeast === undefined && spec.atMost === undefined
      ? { key: 'atLeast', expected: 'or atMost must be there' }
      : meansDevices(spec, context),
  watch: (spec, context) => ({
    judge: (evidence) => counted(found(spec, context, evidence).length, spec.atLeast, spec.atMost, 'readings'),
  }),
});
