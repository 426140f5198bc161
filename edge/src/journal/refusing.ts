/**
 * What stands for the journal while the disk lets nobody open it: it knows the names of channels as far as they can still
 * be read, and takes nothing. The gateway shows live values meanwhile; devices are not told that anything was accepted.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readIdentity } from './identity.ts';
import type { StartJournal } from './journal-call.ts';
import type { JournalOptions } from './journal-db.ts';
import type { OpenedJournal } from './journal-host.ts';

/** Bytes that must find room before the journal is opened again. */
const PROBE_BYTES = 64 * 1024;
/** No journal has this epoch. */
const NO_EPOCH = '00000000';

/** @param why the disk's own words. */
export function refusingJournal(why: string): StartJournal {
  return async (options) => {
    const identity = readIdentity(`${options.path}.id`);
    const names = [...(identity?.channels ?? [])];
    const answers: Record<string, (...args: never[]) => unknown> = {
      open: () => nothingOpened(options, identity?.epoch ?? NO_EPOCH, why),
      number: (wanted: string[]) =>
        wanted.map((name) => {
          const at = names.indexOf(name);
          return at < 0 ? names.push(name) : at + 1;
        }),
      remember: (key: string) => identity?.kept[key] ?? null,
      recall: (key: string) => identity?.kept[key] ?? null,
      batch: () => undefined,
      protect: () => undefined,
      date: () => undefined,
      close: () => undefined,
    };
    return {
      async call(method, ...args) {
        const answer = answers[method];
        if (answer === undefined) throw new Error(why);
        return (answer as (...given: unknown[]) => unknown)(...args);
      },
    };
  };
}

/** Whether the folder takes a file again, all the way to the disk. */
export function takesWrites(folder: string): boolean {
  const path = join(folder, 'write-probe');
  try {
    if (!existsSync(folder)) mkdirSync(folder);
    const file = openSync(path, 'w', 0o600);
    try {
      writeSync(file, Buffer.alloc(PROBE_BYTES));
      fsyncSync(file);
    } finally {
      closeSync(file);
      rmSync(path, { force: true });
    }
    return true;
  } catch {
    return false;
  }
}

function nothingOpened({ boot }: JournalOptions, epoch: string, trouble: string): OpenedJournal {
  return {
    ...{
      epoch,
      writable: false,
      trouble,
      boot: 0,
      bytes: 0,
      oldestMs: undefined,
      nextSeq: 1,
      settledTo: 0,
      segments: [],
      rebuilt: undefined,
    },
    ...{ torn: 0, floorMs: 0, waiting: [], waitingReadings: 0, blocks: 0, marks: [], stored: 0, refused: 0, lost: {} },
    undated: [{ id: 0, ...boot }],
  };
}
