/** What a schema cannot say of a LoRaWAN profile: that every source is a place which its layout has. */
import { compileFormula } from '../formula.ts';
import { quantityOf } from '../quantities.ts';
import { convertibleWith } from '../units.ts';
import type { ByteSource, ByteType, LorawanProfile } from './lorawan.ts';

type Fail = (key: string, expected: string) => never;

/** Bytes of a number. */
export function byteWidth(type: ByteType): number {
  return type === 'float32' ? 4 : Number(/\d+$/.exec(type)?.[0]) / 8;
}

/** Throws through `fail`, naming the key. */
export function checkLorawanProfile(profile: LorawanProfile, fail: Fail): void {
  const { layout, codec, channels } = profile;
  if (layout !== undefined && codec !== undefined) fail('codec', 'must be left out where there is a layout');
  if (layout?.kind === 'records')
    for (const key of Object.keys(layout.sizes ?? {}))
      if (key.length !== layout.keyBytes * 2) fail(`layout.sizes.${key}`, `must be a key of ${layout.keyBytes} bytes`);
  if (layout?.kind !== 'flags')
    for (const [i, time] of (layout?.times ?? []).entries()) checkPlace(profile, time, `layout.times.${i}`, fail);
  for (const [i, channel] of channels.entries()) {
    const key = `channels.${i}`;
    const given = (['from', 'radio', 'path'] as const).filter((name) => channel[name] !== undefined);
    if (given.length !== 1) fail(key, `must have one of from, radio and path, not ${given.join(' and ') || 'none'}`);
    if (channel.from !== undefined && layout === undefined) fail(`${key}.from`, 'needs a layout');
    if (channel.path !== undefined && layout !== undefined)
      fail(`${key}.path`, 'must be left out where there is a layout');
    for (const [j, source] of (channel.from ?? []).entries())
      checkSource(profile, channel.quantity, source, `${key}.from.${j}`, fail);
  }
}

function checkSource(profile: LorawanProfile, quantity: string, source: ByteSource, key: string, fail: Fail): void {
  checkPlace(profile, source, key, fail);
  for (const name of ['when', 'absentWhen'] as const)
    for (const [i, condition] of (source[name] ?? []).entries())
      checkPlace(profile, { ...source, ...condition }, `${key}.${name}.${i}`, fail);
  const unit = quantityOf(quantity)?.unit ?? '';
  if (source.unit !== undefined && !convertibleWith(unit).includes(source.unit))
    fail(`${key}.unit`, `must be one of ${convertibleWith(unit).join(', ')}, not "${source.unit}"`);
  if (source.formula === undefined) return;
  try {
    const { highestWord } = compileFormula(source.formula);
    const words = profile.layout?.kind === 'flags' ? (profile.layout.words[source.sensor ?? 0] ?? 0) : 0;
    if (highestWord >= words) fail(`${key}.formula`, `must name words below x${words}, not x${highestWord}`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== undefined) throw error;
    fail(`${key}.formula`, `must be a formula: ${(error as Error).message}`);
  }
}

function checkPlace({ layout }: LorawanProfile, source: Partial<ByteSource>, key: string, fail: Fail): void {
  const { record, at = 0, type, sensor, word = 0 } = source;
  if (layout?.kind === 'flags') {
    const words = sensor === undefined ? undefined : layout.words[sensor];
    if (words === undefined) fail(`${key}.sensor`, `must be from 0 to ${layout.words.length - 1}`);
    else if (word >= words) fail(`${key}.word`, `must be below ${words}, the words of sensor ${sensor}`);
    return;
  }
  if (type === undefined) fail(`${key}.type`, 'is missing');
  const width = byteWidth(type as ByteType);
  if (layout?.kind === 'fixed') {
    if (at + width > layout.bytes) fail(`${key}.at`, `must leave room for ${width} bytes in ${layout.bytes}`);
    return;
  }
  if (layout?.kind !== 'records') return;
  if (record === undefined) fail(`${key}.record`, 'is missing');
  const size = layout.sizes?.[record] ?? layout.size;
  if (record.length !== layout.keyBytes * 2) fail(`${key}.record`, `must be a key of ${layout.keyBytes} bytes`);
  if (size === undefined) fail(`${key}.record`, 'must stand in layout.sizes');
  if (at + width > size) fail(`${key}.at`, `must leave room for ${width} bytes in the ${size} of record ${record}`);
}
