/** A profile's codec script stands beside the profile. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { KarezError, type Profile } from '@karez/model';

/** The profile of a file with the path of its script made absolute. Throws FILE_UNREADABLE. */
export function withCodec(profile: Profile, file: string): Profile {
  if (profile.protocol !== 'lorawan' || profile.codec === undefined) return profile;
  const codec = resolve(dirname(file), profile.codec);
  if (existsSync(codec)) return { ...profile, codec };
  throw new KarezError('FILE_UNREADABLE', `${file}: codec must name a file that is there, not ${codec}`, {
    where: 'codec',
  });
}
