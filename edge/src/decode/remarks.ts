/** What is strange about a decoded frame, in words: the marks that its values would get, and whether it is of another kind. */
import { channelKey, type Profile, quantityOf } from '@karez/model';
import type { DecodedFrame } from './decoded-frame.ts';
import { foreignNote } from './foreign.ts';

export function remarks(profile: Profile, { values }: DecodedFrame): string[] {
  const said = profile.channels.flatMap((channel, position) => {
    const value = values[channelKey(channel)];
    return value === undefined ? [] : [{ channel, position, value: value ?? Number.NaN }];
  });
  const wild = said.flatMap(({ channel, value }) => {
    const range = quantityOf(channel.quantity);
    if (range === undefined || !(value < range.min || value > range.max)) return [];
    return [`${channelKey(channel)}: ${value} is out of range, ${range.min} to ${range.max} ${range.label}`.trimEnd()];
  });
  const note = foreignNote(
    profile,
    said.map(({ position }) => position),
    said.map(({ value }) => value),
  );
  return note === undefined ? wild : [...wild, note];
}
