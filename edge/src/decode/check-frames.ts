/** Whether a profile's recorded frames say what it claims: for those who write one. */
import { KarezError, messageOf, type Profile } from '@karez/model';
import { decodeFrame } from './decode.ts';

/** @throws KarezError CONFIG_INVALID naming the frame and what differs. */
export async function checkFrames(profile: Profile, what: string): Promise<void> {
  for (const [i, frame] of profile.frames.entries()) {
    const fail = (words: string): never => {
      throw new KarezError('CONFIG_INVALID', `${what}: frames.${i} ${words}`, { where: `frames.${i}` });
    };
    const said = await decodeFrame(profile, frame.hex ?? frame.json ?? '').catch((error) => fail(messageOf(error)));
    for (const [key, expected] of Object.entries(frame.values)) {
      const value = said.values[key];
      if (value === undefined) fail(`says nothing of ${key}; it says ${Object.keys(said.values).join(', ')}`);
      if (value !== expected) fail(`says ${key} ${value ?? 'absent'}, not ${expected ?? 'absent'}`);
    }
  }
}
