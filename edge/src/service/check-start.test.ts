/** An update can be taken back without loss: an older gateway meets a newer journal. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { silentLogger, systemClock } from '@karez/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LoadedConfig } from '../config.ts';
import { openJournal } from '../journal/journal.ts';
import { SCHEMA_VERSION } from '../journal/tables.ts';
import { runGateway } from '../run-gateway.ts';
import { folder, options, START_MS } from '../testing/journals.ts';
import { checkStart } from './check-start.ts';

let place: ReturnType<typeof folder>;
beforeEach(() => {
  place = folder();
});
afterEach(() => place.remove());

const deps = { clock: systemClock(), logger: silentLogger };
const loaded = (): LoadedConfig => ({
  config: {
    farm: { id: 'farm', title: 'Farm' },
    gateway: { id: 'gw-1', title: 'Gateway' },
    ...{ data: '.', secrets: 'secrets.yaml', uplink: { url: 'mqtt://127.0.0.1:1' }, fields: [] },
  },
  secrets: { uplink: 'password' },
  dataDir: place.path,
  devices: [],
});

async function fill(readings: number): Promise<void> {
  const journal = await openJournal(options(place.path), deps);
  for (let i = 0; i < readings; i++) await journal.append(START_MS + i, [1], [i], [0]);
  await journal.close();
}

function makeNewer(): void {
  const db = new DatabaseSync(join(place.path, 'journal.db'));
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  db.close();
}

const contents = () =>
  readdirSync(place.path)
    .sort()
    .map((name) => [name, readFileSync(join(place.path, name)).toString('latin1')]);

test('says what stands there, and changes nothing', async () => {
  expect(checkStart(loaded())).toBe('sound: gateway gw-1 of farm, 0 devices; no journal yet');
  await fill(12);
  const before = contents();
  expect(checkStart(loaded())).toBe('sound: gateway gw-1 of farm, 0 devices; the journal holds 12 readings');
  expect(contents()).toEqual(before);
});

test('a newer journal is refused in one sentence by whoever opens it, and left as it was', async () => {
  await fill(12);
  makeNewer();
  const before = contents();
  const refusal = {
    code: 'JOURNAL_NEWER',
    message: `${join(place.path, 'journal.db')}: the journal was written by a newer Karez (schema ${SCHEMA_VERSION + 1}, this one knows ${SCHEMA_VERSION}): install that one again`,
  };
  expect(() => checkStart(loaded())).toThrow(expect.objectContaining(refusal));
  await expect(openJournal(options(place.path), deps)).rejects.toMatchObject(refusal);
  // The gateway does not go on without its journal, as it does while a disk is full: it ends with the sentence.
  await expect(runGateway(loaded(), { ...deps, random: { next: () => 0 } }, '0')).rejects.toMatchObject(refusal);
  expect(contents()).toEqual(before);
});

test('a damaged journal does not stand in the way: it is mended at the start', () => {
  writeFileSync(join(place.path, 'journal.db'), Buffer.alloc(8_192, 0x5a));
  expect(checkStart(loaded())).toContain('the journal is damaged and will be mended');
});
