/** `karez cloud` and `karez gateway add`: reads the command line and the environment, starts, stops on a signal. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isId, jsonLogger, KarezError, messageOf, stopOnSignal, systemClock } from '@karez/model';
import { startCloud } from './cloud.ts';
import type { MailServer } from './notify/senders/email.ts';
import { makeCredential } from './registry/credentials.ts';
import { storeSecret } from './store/store-secret.ts';
import { readTls, type TlsFiles } from './tls.ts';
import { openVault } from './vault/open-vault.ts';

const HELP = `karez cloud: broker, ingest, store, API and console.

  --data DIR         where everything is kept (default data/cloud)
  --http-port N      console and API (default 8080)
  --http-host HOST   address that they listen on (default 127.0.0.1); any other needs --public-url
  --public-url URL   where people reach the console, e.g. https://farm.example behind a proxy that speaks TLS
  --tls-cert FILE    certificate (PEM) with which broker, API and console speak TLS themselves; with
  --tls-key FILE     its key. Also KAREZ_TLS_CERT and KAREZ_TLS_KEY. Renewed ones count from the next start
  --mqtt-port N      broker for gateways (default 1883)
  --mqtt-host HOST   address that the broker listens on (default 127.0.0.1)
  --smtp URL         mail server for alerts, smtps://user:password@host:465; also the variable KAREZ_SMTP
  --mail-from ADDR   whom such mails come from (default karez@ the host of --public-url)
  --store URL        embedded (default), or an InfluxDB such as http://127.0.0.1:8086/karez;
                     the variable KAREZ_STORE says the same
  --store-password-file FILE
                     the InfluxDB's password, or token with ?auth=token; also KAREZ_STORE_PASSWORD_FILE

karez gateway add FARM GATEWAY --data DIR [--new-password] [--json]
  makes the password of a gateway and prints it once`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const fail = (message: string): never => {
  throw new KarezError('CONFIG_INVALID', message);
};

function portOf(text: string, flag: string): number {
  const port = Number(text);
  return Number.isInteger(port) && port >= 0 && port <= 65_535
    ? port
    : fail(`--${flag} must be a port from 0 to 65535, not "${text}"`);
}

function mailServer(url: string, from: string | undefined, publicUrl: string | undefined): { mail?: MailServer } {
  if (url === '') return {};
  if (!URL.canParse(url) || !/^smtps?:$/.test(new URL(url).protocol))
    fail('--smtp must be like smtps://user:password@host:465');
  const host = publicUrl !== undefined && URL.canParse(publicUrl) ? new URL(publicUrl).hostname : new URL(url).hostname;
  return { mail: { url, from: from ?? `Karez <karez@${host}>` } };
}

/** Beyond this machine a password must not travel in the clear. */
function httpPlace(httpHost: string, publicUrl: string | undefined): { httpHost: string; publicUrl?: string } {
  const isLoopback = /^(localhost|::1|127(\.\d{1,3}){3})$/.test(httpHost);
  if (publicUrl === undefined)
    return isLoopback ? { httpHost } : fail('--http-host other than loopback needs --public-url https://…');
  if (!URL.canParse(publicUrl) || !/^https?:$/.test(new URL(publicUrl).protocol))
    fail(`--public-url must be like https://farm.example, not "${publicUrl}"`);
  return { httpHost, publicUrl: new URL(publicUrl).origin };
}

function tlsOptions(cert: string, key: string): { tls?: TlsFiles } {
  const tls = readTls(cert, key);
  return tls === undefined ? {} : { tls };
}

async function runCloud(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string', default: 'data/cloud' },
      'http-port': { type: 'string', default: '8080' },
      'http-host': { type: 'string', default: '127.0.0.1' },
      'public-url': { type: 'string' },
      smtp: { type: 'string', default: process.env.KAREZ_SMTP || '' },
      'mail-from': { type: 'string' },
      'mqtt-port': { type: 'string', default: '1883' },
      'mqtt-host': { type: 'string', default: '127.0.0.1' },
      store: { type: 'string', default: process.env.KAREZ_STORE || 'embedded' },
      'tls-cert': { type: 'string', default: process.env.KAREZ_TLS_CERT || '' },
      'tls-key': { type: 'string', default: process.env.KAREZ_TLS_KEY || '' },
      'store-password-file': { type: 'string', default: process.env.KAREZ_STORE_PASSWORD_FILE || '' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const clock = systemClock();
  const logger = jsonLogger('cloud');
  const cloud = await startCloud(
    {
      dataDir: resolve(values.data),
      httpPort: portOf(values['http-port'], 'http-port'),
      ...httpPlace(values['http-host'], values['public-url']),
      ...mailServer(values.smtp, values['mail-from'], values['public-url']),
      mqttPort: portOf(values['mqtt-port'], 'mqtt-port'),
      mqttHost: values['mqtt-host'],
      store: values.store,
      ...tlsOptions(values['tls-cert'], values['tls-key']),
      storeSecret: storeSecret(values['store-password-file']),
      consoleDir: join(root, 'dashboards/console/dist'),
      version: (JSON.parse(readFileSync(join(root, 'cloud/package.json'), 'utf8')) as { version: string }).version,
    },
    { clock, logger },
  );
  console.log(JSON.stringify({ event: 'ready', http: cloud.http, mqtt: cloud.mqtt, welcome: cloud.welcome }));
  stopOnSignal(() => cloud.stop(), logger);
}

async function addGateway(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      data: { type: 'string', default: 'data/cloud' },
      'new-password': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const [farm, gateway, more] = positionals;
  if (farm === undefined || gateway === undefined || more !== undefined)
    fail('usage: karez gateway add FARM GATEWAY --data DIR');
  for (const id of [farm as string, gateway as string])
    if (!isId(id)) fail(`"${id}" must be lower-case letters, digits and inner hyphens`);
  mkdirSync(resolve(values.data), { recursive: true, mode: 0o700 });
  const vault = await openVault({ path: join(resolve(values.data), 'cloud.db'), keepReadings: true });
  try {
    if (!values['new-password'] && (await vault.credential(farm as string, gateway as string)) !== undefined) {
      fail(`${farm}/${gateway} has a password already; --new-password replaces it`);
    }
    const { password, credential } = await makeCredential();
    await vault.setCredential(farm as string, gateway as string, credential, Date.now());
    const username = `${farm}/${gateway}`;
    if (values.json) console.log(JSON.stringify({ username, password }));
    else
      console.log(
        `user name  ${username}\npassword   ${password}\n\nIt is shown only now: put it as "uplink" into the gateway's secrets file.`,
      );
  } finally {
    await vault.close();
  }
}

try {
  const [first, second, ...rest] = process.argv.slice(2);
  if (first === 'gateway' && second === 'add') await addGateway(rest);
  else if (first === 'gateway') fail('usage: karez gateway add FARM GATEWAY --data DIR');
  else await runCloud(process.argv.slice(2));
} catch (error) {
  jsonLogger('cloud').log('error', messageOf(error));
  process.exitCode = 1;
}
