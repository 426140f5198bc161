/** `karez store move`: copies the embedded store into an InfluxDB, with progress. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { jsonLogger, KarezError, messageOf } from '@karez/model';
import { Registry } from './registry/registry.ts';
import { parseInfluxUrl } from './store/influx-address.ts';
import { influxClient } from './store/influx-client.ts';
import { influxHttp } from './store/influx-http.ts';
import { type MoveProgress, moveReadings } from './store/move.ts';
import { storeSecret } from './store/store-secret.ts';
import { openVault } from './vault/open-vault.ts';

const HELP = `karez store move --data DIR --to http://127.0.0.1:8086/karez
  copies all readings of the embedded store into an InfluxDB; stop the cloud first, and start it with --store afterwards
  KAREZ_STORE_PASSWORD_FILE: file with the password or token, where it does not stand in the address
  again: goes on where it was interrupted, and proves that everything is there`;

async function move(data: string, to: string): Promise<void> {
  const path = join(resolve(data), 'cloud.db');
  if (!existsSync(path))
    throw new KarezError('FILE_UNREADABLE', `there is no embedded store at ${path}`, { where: 'data' });
  const address = parseInfluxUrl(to, storeSecret(process.env.KAREZ_STORE_PASSWORD_FILE ?? ''));
  const make = () => influxClient(address).createDatabase(address.database);
  await make();
  const vault = await openVault({ path, keepReadings: true });
  const registry = new Registry(vault);
  await registry.load();
  await vault.close();
  const http = influxHttp(address, 2, make);
  try {
    const done = await moveReadings({
      ...{ path, http, progress: shower() },
      fieldOf: ({ farm, gateway, device, quantity, place }) =>
        registry.channelOf(farm, `${gateway}/${device}/${quantity}${place === undefined ? '' : `@${place}`}`)?.field,
    });
    console.log(`\n${done.readings} readings of ${done.channels} channels are in ${to}, compared day by day.`);
    console.log(
      `${done.copied} days of channels were copied, ${done.same} were there already. The embedded store is as it was.`,
    );
  } finally {
    http.close();
  }
}

/** Says how far it is, on one line where that is a terminal, else now and then. */
function shower(): (progress: MoveProgress) => void {
  let saidAt = 0;
  return ({ channels, ofChannels, readings, ofReadings }) => {
    const now = performance.now();
    const isTerminal = process.stdout.isTTY;
    if (now - saidAt < (isTerminal ? 200 : 5_000)) return;
    saidAt = now;
    const share = ofReadings === 0 ? 100 : Math.floor((readings / ofReadings) * 100);
    const text = `${share} %  ${readings} of ${ofReadings} readings, ${channels} of ${ofChannels} channels`;
    process.stdout.write(isTerminal ? `\r${text}` : `${text}\n`);
  };
}

try {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      data: { type: 'string', default: 'data/cloud' },
      to: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help || positionals[0] !== 'move' || values.to === undefined) {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
  } else await move(values.data, values.to);
} catch (error) {
  jsonLogger('store').log('error', messageOf(error));
  process.exitCode = 1;
}
