/** A profile by its id, or from a YAML file of the user's own. */
import { type Profile, profileOf } from '@karez/model';

/** @throws KarezError PROFILE_UNKNOWN, FILE_UNREADABLE, CONFIG_INVALID with the line. */
export async function findProfile(text: string): Promise<Profile> {
  if (!/\.ya?ml$/i.test(text)) return profileOf(text);
  // Loaded only for a file: the schemas and their compiler are large.
  const [{ readYamlFile }, { parseProfile }, { withCodec }] = await Promise.all([
    import('../yaml.ts'),
    import('@karez/model/schemas'),
    import('../codec/profile-codec.ts'),
  ]);
  const file = readYamlFile(text);
  return withCodec(parseProfile(file.value, file.path), file.path);
}
