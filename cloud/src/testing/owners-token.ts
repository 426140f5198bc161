/** A login for tests and measurements. */
import { join } from 'node:path';
import { EVERY_FARM, RIGHTS, type Right, systemClock } from '@karez/model';
import { openPeopleDb } from '../people/open-people-db.ts';
import { People } from '../people/people.ts';

/** A token that may everything in every farm of the cloud whose data is in `folder`. */
export async function ownersToken(folder: string): Promise<string> {
  const people = new People(await openPeopleDb(join(folder, 'people.db')), systemClock());
  const rights = Object.keys(RIGHTS) as Right[];
  const token = await people.machineToken({ name: 'test', farm: EVERY_FARM, rights });
  await people.close();
  return token;
}
