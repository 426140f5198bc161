/** `karez token` and `karez person`: what is done with people from the command line, also while the cloud runs. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EVERY_FARM, isId, jsonLogger, KarezError, messageOf, RIGHTS, type Right, systemClock } from '@karez/model';
import { openPeopleDb } from './people/open-people-db.ts';
import { People } from './people/people.ts';

const HELP = `karez token add NAME --farm FARM --rights view[,…] [--days N] --data DIR [--json]
  makes a token for a program and prints it once; FARM may be "*"
  rights: ${Object.keys(RIGHTS).join(', ')}

karez person reset LOGIN --data DIR
  prints a link by which somebody sets a new password, within a day`;

const fail = (message: string): never => {
  throw new KarezError('CONFIG_INVALID', message);
};

async function main([what, verb, ...rest]: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      data: { type: 'string', default: 'data/cloud' },
      farm: { type: 'string' },
      rights: { type: 'string', default: 'view' },
      days: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [name, more] = positionals;
  const known = `${what} ${verb}` === 'token add' || `${what} ${verb}` === 'person reset';
  if (values.help || !known || name === undefined || more !== undefined) {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  mkdirSync(resolve(values.data), { recursive: true, mode: 0o700 });
  const people = new People(await openPeopleDb(join(resolve(values.data), 'people.db')), systemClock());
  try {
    if (what === 'person') {
      console.log(`/#/welcome?code=${await people.resetLink(name, 'system')}`);
      return;
    }
    const token = await people.machineToken({
      name,
      farm: farmOf(values.farm),
      rights: rightsOf(values.rights),
      ...daysOf(values.days),
    });
    console.log(
      values.json
        ? JSON.stringify({ token })
        : `${token}\n\nIt is shown only now. Send it as "Authorization: Bearer …".`,
    );
  } finally {
    await people.close();
  }
}

function farmOf(farm: string | undefined): string {
  if (farm === undefined || (farm !== EVERY_FARM && !isId(farm)))
    return fail(`--farm must be the id of a farm or "*", not "${farm ?? ''}"`);
  return farm;
}

function rightsOf(text: string): Right[] {
  const rights = text.split(',');
  const unknown = rights.find((right) => !Object.hasOwn(RIGHTS, right));
  if (unknown !== undefined) fail(`--rights must be some of ${Object.keys(RIGHTS).join(', ')}, not "${unknown}"`);
  return rights as Right[];
}

function daysOf(text: string | undefined): { days?: number } {
  if (text === undefined) return {};
  const days = Number(text);
  return Number.isInteger(days) && days >= 1 ? { days } : fail(`--days must be a whole number from 1, not "${text}"`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  jsonLogger('people').log('error', messageOf(error));
  process.exitCode = 1;
}
