/**
 * `npm run package:try`: installs the gateway's package into an empty Debian with its own systemd, fills the journal, upgrades it while a
 * node goes on publishing, lets bad versions be taken back, cuts the power in a trial, takes a version back by hand, and counts. Needs root,
 * mmdebstrap, systemd-container and a mirror of Debian (or the root that was made before).
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePorts } from '@karez/model/testing';
import { bring, debian, makeRoot, names, until } from './container.ts';
import { readBooks } from './journal-books.ts';
import { CHANNELS, NODE, type Sender, sendFrom } from './node-sender.ts';
import { buildVersions, VERSIONS } from './versions.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const { values } = parseArgs({ options: { arch: { type: 'string', default: 'amd64' } } });
const began = performance.now();
const say = (text: string) => console.log(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${text}`);
const must = (is: boolean, what: string) => {
  if (!is) throw new Error(`NOT SO: ${what}`);
  say(`ok  ${what}`);
};

const FULL = 5_000;
const START_MS = Date.now() - 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'karez-package-try-'));
const box = debian(join(folder, 'root'));
const acked = new Set<number>();
let sender: Sender | undefined;
let sent = 0;

function configuration(mqttPort: number, statusPort: number): string {
  return `farm: { id: farm, title: Farm }
gateway: { id: gw-1, title: Gateway }
data: /var/lib/karez
secrets: secrets.yaml
uplink: { url: "mqtt://127.0.0.1:1" }
status: { port: ${statusPort} }
journal: { limitMb: 64 }
fields: []
mqtt: { port: ${mqttPort}, devices: [{ id: ${NODE.id}, title: Node, profile: wifi-soil-node }] }
`;
}

const statusOf = () =>
  box.run('systemctl show karez-gateway -p ActiveState -p StatusText -p NRestarts -p Result').trim();
const accepts = () => /ActiveState=active/.test(statusOf()) && /StatusText=accepting/.test(statusOf());
const before = () => box.run('karez-gateway status | sed -n "s/^before: *//p"').trim();
const running = () => box.run('karez-gateway status | sed -n "s/^runs: *//p"').trim();

async function keepSending(port: number): Promise<void> {
  sender = await sendFrom(port, sent + 1, START_MS);
}
async function stopSending(): Promise<void> {
  await sender?.stop();
  for (const n of sender?.acked ?? []) acked.add(n);
  sent = Math.max(sent, ...(sender?.acked ?? []));
  sender = undefined;
}

/** Everything that was acknowledged is there, once, and no number is missing or given twice. */
function count(when: string): void {
  const books = readBooks(join(box.root, 'var/lib/karez/journal.db'), { farm: 'farm', gateway: 'gw-1' });
  const lost = [...acked].filter((n) => !books.times.has(START_MS + n * 1_000));
  must(lost.length === 0, `${when}: all ${acked.size} acknowledged messages are in the journal`);
  must(books.readings === books.times.size * CHANNELS, `${when}: each once (${books.readings} readings)`);
  must(books.twice === 0 && books.missing === 0, `${when}: no sequence number twice, none missing`);
}

async function run(): Promise<void> {
  say(`builds ${Object.keys(VERSIONS).length} packages, ${values.arch}`);
  const debs = buildVersions(root, values.arch, folder, Object.keys(VERSIONS));
  say('makes an empty Debian');
  makeRoot(values.arch, join(root, 'node_modules/.cache/karez-roots'), box.root);
  bring(box, Object.values(debs));
  const file = (version: string) => `/root/karez-gateway_${version}_${values.arch}.deb`;
  const [mqttPort, statusPort] = (await freePorts(2)) as [number, number];
  // Short trials, so that this ends.
  writeFileSync(
    join(box.root, 'etc/systemd/system.conf'),
    '[Manager]\nDefaultEnvironment=KAREZ_TRIAL_HOLD_S=6 KAREZ_TRIAL_LIMIT_S=120\n',
  );
  box.run(`dpkg -i ${file('0.1.0')}`);
  must(names(box, 'opt/karez/versions').join() === '0.1.0', 'installed into a root that is not running');
  await box.boot();
  must(
    /ConditionResult=no/.test(box.run('systemctl show karez-gateway -p ConditionResult')),
    'not started before it is set up',
  );

  box.run('printf "farm\\nBad Id\\ngw-1\\nmqtt://127.0.0.1:1\\nanything-1\\n" | karez-gateway setup');
  writeFileSync(join(box.root, 'etc/karez/gateway.yaml'), configuration(mqttPort, statusPort));
  writeFileSync(
    join(box.root, 'etc/karez/secrets.yaml'),
    `uplink: anything-1\ndevices: { ${NODE.id}: ${NODE.password} }\n`,
  );
  say(box.run('karez-gateway check').trim());
  box.run('systemctl restart karez-gateway');
  must(accepts(), `set up and started: ${statusOf().replaceAll('\n', ', ')}`);
  say(box.run('systemctl status karez-gateway --no-pager -n 0 | sed -n "3,12p"'));
  must(
    /\/dev\/null|Permission|denied/.test(box.run('runuser -u nobody cat /etc/karez/secrets.yaml 2>&1 || true')),
    'nobody else reads the secrets',
  );

  const filled = await sendFrom(mqttPort, 1, START_MS, FULL);
  for (const n of filled.acked) acked.add(n);
  sent = FULL;
  await filled.stop();
  count('filled');

  await keepSending(mqttPort);
  say(await box.runBeside(`karez-gateway update ${file('0.1.1')} 2>&1 | tail -3`));
  await stopSending();
  must(running() === '0.1.1' && accepts(), 'upgraded while a node went on publishing');
  count('upgraded');

  for (const bad of ['0.1.2', '0.1.3']) {
    await keepSending(mqttPort);
    say(await box.runBeside(`karez-gateway update ${file(bad)} 2>&1 | tail -3`));
    await until(accepts, 'the version before accepts again');
    await stopSending();
    must(running() === '0.1.1' && before() === bad, `${bad} does not do and was taken back by itself`);
    count(`${bad} taken back`);
  }

  box.run(`systemd-run --no-block karez-gateway update ${file('0.1.2')}`);
  await until(() => names(box, 'opt/karez').includes('trial'), 'a trial');
  await box.cut();
  say('cut the power in a trial');
  await box.boot();
  await until(() => running() === '0.1.1' && accepts(), 'taken back after the power cut');
  must(
    !names(box, 'opt/karez').includes('trial'),
    'a power cut in a trial: the next start ended it, and took the version back',
  );
  box.run('dpkg --configure -a');
  count('after the power cut');
  await until(accepts, 'it accepts again');

  say(box.run('systemctl kill -s STOP karez-gateway; sleep 1; systemctl show karez-gateway -p MainPID --value').trim());
  const restarts = () => Number(/NRestarts=(\d+)/.exec(statusOf())?.[1]);
  const had = restarts();
  await until(() => restarts() > had && accepts(), 'the watchdog');
  must(
    /watchdog/i.test(box.run('journalctl -u karez-gateway --no-pager | grep -i watchdog || true')),
    'a gateway that stands still is started again by the watchdog',
  );
  count('after standing still');

  await keepSending(mqttPort);
  await box.runBeside(`karez-gateway update ${file('0.1.0')} 2>&1 | tail -3`);
  say(box.run('karez-gateway rollback 2>&1'));
  await until(accepts, 'rolled back');
  await stopSending();
  must(running() === '0.1.1', 'taken back by hand');
  count('taken back by hand');

  say(await box.runBeside(`karez-gateway update ${file('0.2.0')} 2>&1 | tail -3`));
  must(running() === '0.2.0' && accepts(), 'upgraded to a version with a newer journal');
  say(box.run('karez-gateway rollback 2>&1 || echo refused'));
  must(running() === '0.2.0', 'the older version refuses the newer journal, so it is not taken back');
  await until(accepts, 'goes on');
  await keepSending(mqttPort);
  await until(() => (sender?.acked.size ?? 0) > 100, 'a hundred more messages');
  await stopSending();
  count('with the newer journal');

  box.run('dpkg --purge karez-gateway');
  must(names(box, 'var/lib/karez').includes('journal.db'), 'purged: readings stay');
  must(names(box, 'opt').length === 0 && names(box, 'etc/karez').length === 0, 'purged: nothing else stays');
}

try {
  await run();
  say('Everything held.');
} catch (error) {
  const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
  console.error(message, stdout ?? '', stderr ?? '');
  try {
    console.error(box.run('journalctl --no-pager -n 40 -u karez-gateway -u karez-trial'));
  } catch {
    // It does not run.
  }
  process.exitCode = 1;
} finally {
  await sender?.stop().catch(() => {});
  await box.cut().catch(() => {});
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
