/** The desk of commands, where the configuration has actuators. */
import type { Catalog } from '../catalog.ts';
import type { LoadedConfig } from '../config.ts';
import { CommandDesk, type CommandDeskParts } from './command-desk.ts';
import { stopFileIn } from './stop-file.ts';

export function openCommands(
  { config, actuators = [], dataDir }: LoadedConfig,
  { commands: channels }: Catalog,
  parts: Pick<CommandDeskParts, 'clock' | 'logger' | 'journal' | 'now'>,
): CommandDesk | undefined {
  if (channels === undefined) return undefined;
  const entries = config.actuators ?? [];
  return new CommandDesk({
    ...{ ...parts, channels, isStoppedHere: stopFileIn(dataDir) },
    actuators: actuators.map((actuator, i) => ({
      ...actuator,
      ...{ output: entries[i]?.output ?? actuator.id, linkLossS: entries[i]?.linkLossS ?? null },
    })),
  });
}
