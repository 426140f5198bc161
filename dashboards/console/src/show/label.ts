/** Names of channels in the reader's words. */
import { depthOf, type SectionKind } from '../judge/groups.ts';
import { quantityName } from '../judge/sentence.ts';
import type { LanguageId, Say } from '../words/words.ts';

interface Named {
  quantity: string;
  place: string | null;
}

/** Where on its device a channel measures; empty where there is only one place. */
export function placeWords(place: string | null, say: Say): string {
  const depth = depthOf(place);
  if (depth !== null) return say('place.depth', { cm: depth });
  const found = /^([hn])(\d+)$/.exec(place ?? '');
  if (found === null) return '';
  return found[1] === 'h'
    ? say('place.height', { cm: Number(found[2]) })
    : say('place.number', { n: Number(found[2]) });
}

/** "Soil moisture, 30 cm" */
export function channelName({ quantity, place }: Named, say: Say, language: LanguageId): string {
  const where = placeWords(place, say);
  const name = quantityName(quantity, language);
  return where === '' ? name : say('channel.at', { name, where });
}

/** What needs no name beside its unit. */
const SAID_BY_UNIT = new Set(['soil.moisture', 'soil.temperature']);

/** Under a heading that says it already, the soil's moisture is its moisture. */
export function nameInSection(quantity: string, section: SectionKind, language: LanguageId): string {
  const name = quantityName(quantity, language);
  if (section !== 'soil' && section !== 'air') return name;
  const short = language === 'zh' ? name.replace(/^(土壤|空气)/, '') : name.replace(/^(Soil|Air) /, '');
  return short.startsWith('pH') ? short : short.charAt(0).toUpperCase() + short.slice(1);
}

/** As short as it can be where there is little room and a unit beside it: "Soil 30 cm" in % is its moisture. */
export function shortName({ quantity, place }: Named, say: Say, language: LanguageId): string {
  const depth = depthOf(place);
  if (SAID_BY_UNIT.has(quantity) && depth !== null) return say('soil.depth', { cm: depth });
  // A mast's height does not tell its values apart.
  return channelName({ quantity, place: place?.startsWith('h') ? null : place }, say, language);
}
