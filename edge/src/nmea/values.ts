/** From a sentence to the values of a profile's channels, in their stored units. */
import { KarezError, NMEA_UNITS, type NmeaProfile, type NmeaSource, quantityOf, roundTo, scaleRaw } from '@karez/model';
import { numberIn, type Sentence } from './sentence.ts';

export interface SentenceValues {
  /** Positions in the profile's `channels`, rising. */
  channels: number[];
  /** NaN where the sentence has the field and nothing in it, or says that it is void. */
  values: number[];
  /** Which of the channel's sources it was, from 0: the best. */
  ranks: number[];
}

type Channel = NmeaProfile['channels'][number];
type Readers = Map<string, { position: number; channel: Channel; sources: { rank: number; source: NmeaSource }[] }[]>;

const readers = new WeakMap<NmeaProfile, Readers>();

/** By sentence, for each profile once. */
function readersOf(profile: NmeaProfile): Readers {
  let known = readers.get(profile);
  if (known === undefined) {
    known = new Map();
    for (const [position, channel] of profile.channels.entries()) {
      const bySentence = Map.groupBy(channel.from.entries(), ([, source]) => source.sentence);
      for (const [sentence, of] of bySentence) {
        const list = known.get(sentence) ?? [];
        list.push({ position, channel, sources: of.map(([rank, source]) => ({ rank, source })) });
        known.set(sentence, list);
      }
    }
    readers.set(profile, known);
  }
  return known;
}

/**
 * What a sentence says of a profile's channels; nothing where the profile does not know it. Of several places in one
 * sentence the first that is not empty counts.
 * @throws KarezError FRAME_MALFORMED naming the field.
 */
export function sentenceValues(profile: NmeaProfile, sentence: Sentence): SentenceValues {
  const said: SentenceValues = { channels: [], values: [], ranks: [] };
  for (const { position, channel, sources } of readersOf(profile).get(sentence.formatter) ?? []) {
    let best: { rank: number; value: number } | undefined;
    for (const { rank, source } of sources) {
      const value = valueAt(channel, source, sentence);
      if (value === undefined) continue;
      best ??= { rank, value };
      if (Number.isNaN(value)) continue;
      best = { rank, value };
      break;
    }
    if (best === undefined) continue;
    said.channels.push(position);
    said.values.push(best.value);
    said.ranks.push(best.rank);
  }
  return said;
}

/** Undefined where the sentence says nothing of it. */
function valueAt(channel: Channel, source: NmeaSource, sentence: Sentence): number | undefined {
  const { formatter, fields } = sentence;
  for (const [field, expected] of Object.entries(source.when ?? {}))
    if (fields[Number(field) - 1] !== expected) return undefined;
  const place = source.transducer === undefined ? source : measurement(source.transducer, fields);
  if (place?.field === undefined) return undefined;
  if (source.status !== undefined && fields[source.status - 1] !== 'A') return Number.NaN;
  const raw = numberIn(sentence, place.field);
  if (place.unit === undefined || Number.isNaN(raw) || channel.absent?.includes(raw)) return scaleRaw(raw, channel);
  const stored = quantityOf(channel.quantity)?.unit ?? '';
  const letter = fields[place.unit - 1] ?? '';
  const unit = NMEA_UNITS[stored]?.[letter];
  if (unit === undefined)
    throw new KarezError(
      'FRAME_MALFORMED',
      `field ${place.unit} of ${formatter} must be a unit of ${channel.quantity} (${Object.keys(NMEA_UNITS[stored] ?? {}).join(', ')}), not ${JSON.stringify(letter)}`,
      { where: `${formatter}.${place.unit}` },
    );
  return roundTo(scaleRaw(raw * unit[0] + unit[1], { ...channel, decimals: 9 }), channel.decimals);
}

/** The measurement of XDR that is meant: groups of type, value, unit and name. */
function measurement(
  { type, name }: NonNullable<NmeaSource['transducer']>,
  fields: string[],
): { field: number; unit: number } | undefined {
  for (let at = 0; at + 1 < fields.length; at += 4) {
    if (fields[at] === type && (name === undefined || fields[at + 3] === name)) return { field: at + 2, unit: at + 3 };
  }
  return undefined;
}
