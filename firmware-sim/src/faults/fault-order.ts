/** What an order for a fault looks like, on standard input and under `faults` in the configuration, and which devices it means. */
import Type, { type TSchema } from 'typebox';
import { FAULTS, type FaultKind, type FaultRecord, type Trait } from './fault-table.ts';

const closed = { additionalProperties: false } as const;
const Device = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'A device’s id; ids with * for any letters; field:ID or kind:KIND for all of a field or kind; all.',
});
const time = {
  afterS: Type.Optional(
    Type.Number({
      minimum: 0,
      description: 'Seconds of simulated time until it begins: from the start, or from the command. Default 0.',
    }),
  ),
  forS: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description: 'How long it lasts, seconds of simulated time. Default for ever.',
    }),
  ),
};

const records = Object.entries(FAULTS) as [FaultKind, FaultRecord][];
const orders: TSchema[] = records.map(([fault, { options }]) =>
  Type.Object({ fault: Type.Literal(fault), device: Device, ...time, ...options }, closed),
);

/** A planned fault. */
export const FaultPlan = Type.Union(orders);
/** A line of standard input. `none` ends all faults of a device, also those still to come. */
export const FaultCommand = Type.Union([
  ...orders,
  Type.Object({ fault: Type.Literal('none'), device: Device }, closed),
]);

/** A checked order. Further keys are its record's options. */
export interface FaultCommand {
  fault: FaultKind | 'none';
  device: string;
  afterS?: number;
  forS?: number;
  share?: number;
  [option: string]: unknown;
}

/** A device as faults see it. */
export interface FaultTarget {
  /** The type of its line, or `node`. */
  kind: string;
  field?: string | undefined;
  traits: readonly Trait[];
  /** Names of the values that it measures. */
  values: readonly string[];
}

/** Ids of the devices that a selector means. */
export function selected(selector: string, devices: ReadonlyMap<string, FaultTarget>): string[] {
  const [, by, what] = /^(field|kind):(.+)$/.exec(selector) ?? [];
  const pattern = selector === 'all' ? /^/ : new RegExp(`^${selector.split('*').map(escaped).join('.*')}$`);
  const means = (id: string, target: FaultTarget) =>
    by === undefined ? pattern.test(id) : target[by as 'field' | 'kind'] === what;
  return [...devices].filter(([id, target]) => means(id, target)).map(([id]) => id);
}

const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

/** Why a fault cannot strike a device; undefined where it can. */
export function unfit(
  fault: FaultKind,
  options: Readonly<Record<string, unknown>>,
  target: FaultTarget,
): string | undefined {
  const { needs } = FAULTS[fault] as FaultRecord;
  if (!needs.some((all) => all.every((trait) => target.traits.includes(trait)))) {
    const wanted = needs.map((all) => all.map((trait) => TRAIT_WORDS[trait]).join(' and ')).join(', or ');
    return `needs a device that ${wanted}`;
  }
  if (options.value !== undefined && !target.values.includes(options.value as string))
    return `must name one of its values: ${target.values.join(', ')}`;
  return undefined;
}

const TRAIT_WORDS: Record<Trait, string> = {
  bytes: 'sends bytes',
  checksum: 'guards its frames by a checksum',
  address: 'answers by an address',
  messages: 'publishes messages',
  numbers: 'numbers its messages',
  payload: 'sends payloads of bytes by messages',
  clock: 'sends times by a clock of its own',
  values: 'measures values',
  absent: 'has a marker for a sensor that is not there',
};
