/** Commands of the cloud, put together. */
import { COMMAND_DEVICE } from '@karez/model';
import type { People } from '../people/people.ts';
import type { StoreBatch } from '../store/store.ts';
import { CommandDesk, type CommandDeskParts } from './command-desk.ts';
import { openCommandsDb } from './open-commands-db.ts';

export interface Commands {
  desk: CommandDesk;
  /** Told after each commit. */
  committed(batches: readonly StoreBatch[]): void;
  stop(): Promise<void>;
}

/** Opens the file and takes up what is under way. Throws KarezError STORE_UNAVAILABLE. */
export async function startCommands({
  path,
  people,
  ...parts
}: Omit<CommandDeskParts, 'db' | 'audit'> & { path: string; people: Pick<People, 'audit'> }): Promise<Commands> {
  const db = await openCommandsDb(path);
  const desk = new CommandDesk({
    ...{ ...parts, db },
    audit: (who, action, farm, subject, details, address) =>
      people.audit({ who }, action, farm, subject, details, address),
  });
  try {
    await desk.start();
  } catch (error) {
    await db.close();
    throw error;
  }
  return {
    desk,
    committed(batches) {
      if (batches.some(({ channels }) => [...channels.values()].some(({ device }) => device === COMMAND_DEVICE)))
        desk.look();
    },
    async stop() {
      await desk.stop();
      await db.close();
    },
  };
}
