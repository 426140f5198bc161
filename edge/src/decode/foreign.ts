/** What values say of the device that they come from: whether it may be another kind than its profile says. */
import { channelKey, type Profile, quantityOf } from '@karez/model';

/** So many values that are all zero are hardly measured: a sensor of another kind answers foreign reads like that. */
const MANY = 3;
/** And so many out of all range are hardly broken at once. */
const SEVERAL = 2;

const KINDS: Record<Profile['kind'], string> = {
  soil: 'a soil probe',
  weather: 'a weather sensor',
  sprayer: 'a sprayer',
  water: 'a water sensor',
  other: 'such a device',
};

/**
 * Why these values are hardly those of `profile`, for a person to look, or undefined. Nothing is refused for it.
 * @param positions of the profile's channels, and the value of each; NaN is absent.
 */
export function foreignNote(
  profile: Profile,
  positions: readonly number[],
  values: readonly number[],
): string | undefined {
  if (values.length >= MANY && values.every((value) => value === 0))
    return `answers ${values.length} zeros: not ${KINDS[profile.kind]}?`;
  const wild = positions.flatMap((position, i) => {
    const channel = profile.channels[position] as Profile['channels'][number];
    const value = values[i] as number;
    const range = quantityOf(channel.quantity);
    const isOut = range !== undefined && (value < range.min || value > range.max);
    return isOut ? [`${channelKey(channel)} ${value} ${range.label}`.trimEnd()] : [];
  });
  if (wild.length < SEVERAL || wild.length * 2 < values.length) return undefined;
  return `${wild.slice(0, 3).join(', ')} cannot be: not ${KINDS[profile.kind]} of this profile?`;
}
