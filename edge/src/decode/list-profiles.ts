/** The table of `karez decode --list`. */
import { channelKey, type Profile } from '@karez/model';

/** A line for each profile, by protocol: id, protocol, device, channels. */
export function listProfiles(profiles: readonly Profile[]): string {
  const sorted = [...profiles].sort((a, b) => key(a).localeCompare(key(b), 'en'));
  const idWidth = Math.max(...profiles.map((p) => p.id.length));
  const protocolWidth = Math.max(...profiles.map((p) => p.protocol.length));
  return sorted
    .map((p) => {
      const channels = p.channels.map(channelKey).join(' ');
      return `${p.id.padEnd(idWidth)}  ${p.protocol.padEnd(protocolWidth)}  ${p.maker}: ${channels}`;
    })
    .join('\n');
}

const key = (profile: Profile) => `${profile.protocol} ${profile.id}`;
