/** From the numbers that a command gave to the values of a profile's channels. */
import { KarezError, type Sdi12Channel, type Sdi12Profile, sdi12Places, sdi12Value } from '@karez/model';

/** One command of a profile and what is taken from what it gives. */
export interface CommandGroup {
  /** Letters behind the address, e.g. C or M1. */
  command: string;
  /** Positions of the profile's channels, and which number of the answer each has, from 0. */
  channels: number[];
  numbers: number[];
}

/** The commands of a profile, each once, in the order of its channels. */
export function commandGroups(profile: Sdi12Profile): CommandGroup[] {
  const groups = new Map<string, CommandGroup>();
  for (const [position, { command, value }] of sdi12Places(profile).entries()) {
    const group = groups.get(command) ?? { command, channels: [], numbers: [] };
    group.channels.push(position);
    group.numbers.push(value - 1);
    groups.set(command, group);
  }
  return [...groups.values()];
}

/**
 * The values of a group's channels from the numbers that its command gave; NaN is absent.
 * @throws KarezError FRAME_UNEXPECTED where there are too few numbers: the sensor is another one.
 */
export function groupValues(profile: Sdi12Profile, group: CommandGroup, given: readonly number[]): number[] {
  const needed = Math.max(...group.numbers) + 1;
  if (given.length < needed)
    throw new KarezError(
      'FRAME_UNEXPECTED',
      `${given.length} values by ${group.command}; ${profile.id} has at least ${needed}`,
      { where: 'values' },
    );
  if (isDead(profile, given)) return group.channels.map(() => Number.NaN);
  return group.channels.map((position, i) =>
    sdi12Value(profile.channels[position] as Sdi12Channel, given[group.numbers[i] as number] as number),
  );
}

/** Whether the profile names this whole answer as a dead sensor's. */
export function isDead({ deadReplies = [] }: Sdi12Profile, given: readonly number[]): boolean {
  return deadReplies.some((dead) => dead.length === given.length && dead.every((value, i) => value === given[i]));
}
