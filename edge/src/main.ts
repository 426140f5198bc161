/** `karez edge`, `karez decode` and `karez device`: reads the command line, starts, stops on a signal. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { jsonLogger, messageOf, stopOnSignal, systemClock } from '@karez/model';

const HELP = `karez edge: a gateway.

  --config FILE   its configuration (YAML)
  --check         only says whether it could start: reads the configuration, looks at the journal, changes nothing

karez edge stop --config FILE
  puts every actuator into its safe state and takes no command, also after a restart, until
karez edge resume --config FILE
  takes commands again; nothing is switched on by it

karez decode PROFILE HEX
  prints as JSON what a frame says, or why it is refused (exit 1); PROFILE may be a YAML file of your own; of Modbus, a request may stand before its reply
karez decode FILE.yaml
  checks a profile of your own and its recorded frames
karez decode --list
  lists the profiles`;

const USAGE = 'usage: karez decode PROFILE HEX, karez decode FILE.yaml to check a profile, or karez decode --list';

async function edge(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { config: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.config === undefined) throw new Error('say which configuration: karez edge --config gateway.yaml');
  const { readConfig } = await import('./read-config.ts');
  if (values.check) {
    const { checkStart } = await import('./service/check-start.ts');
    console.log(checkStart(await readConfig(values.config)));
    return;
  }
  const [{ runGateway }, { tellSystemd }, { serviceSentence }] = await Promise.all([
    import('./run-gateway.ts'),
    import('./service/notify.ts'),
    import('./service/sentence.ts'),
  ]);
  const { version } = JSON.parse(readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8')) as {
    version: string;
  };
  const logger = jsonLogger('edge');
  const clock = systemClock();
  const gateway = await runGateway(
    await readConfig(values.config),
    { clock, random: { next: Math.random }, logger },
    version,
  );
  console.log(JSON.stringify({ event: 'ready', status: gateway.statusUrl, mqttPort: gateway.mqttPort }));
  const { NOTIFY_SOCKET, WATCHDOG_USEC } = process.env;
  const environment = { NOTIFY_SOCKET, WATCHDOG_USEC };
  const stopTelling = tellSystemd(environment, () => serviceSentence(gateway), { clock, logger });
  stopOnSignal(() => {
    stopTelling();
    return gateway.stop();
  }, logger);
}

/** At the gateway itself, whether it runs or not. */
async function setStopped(isStopped: boolean, args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('say which configuration: karez edge stop --config gateway.yaml');
  const [{ readConfig }, { setStop }] = await Promise.all([
    import('./read-config.ts'),
    import('./commands/stop-file.ts'),
  ]);
  await setStop((await readConfig(values.config)).dataDir, isStopped);
  console.log(isStopped ? 'Everything is stopped, as soon as the gateway runs.' : 'Commands are taken again.');
}

async function decode([profileId, ...rest]: string[]): Promise<void> {
  if (profileId === '--help' || profileId === '-h') {
    console.log(HELP);
    return;
  }
  const { PROFILES } = await import('@karez/model');
  if (profileId === '--list') {
    const { listProfiles } = await import('./decode/list-profiles.ts');
    console.log(listProfiles(PROFILES));
    return;
  }
  const [{ decodeFrame }, { findProfile }, { remarks }] = await Promise.all([
    import('./decode/decode.ts'),
    import('./decode/find-profile.ts'),
    import('./decode/remarks.ts'),
  ]);
  if (profileId === undefined) throw new Error(USAGE);
  const profile = await findProfile(profileId);
  if (rest.length > 0) {
    const decoded = await decodeFrame(profile, rest.join(''));
    const strange = remarks(profile, decoded);
    console.log(JSON.stringify(strange.length === 0 ? decoded : { ...decoded, remarks: strange }, null, 2));
    return;
  }
  if (profile.id === profileId) throw new Error(USAGE);
  const { checkFrames } = await import('./decode/check-frames.ts');
  await checkFrames(profile, profileId);
  const frames = profile.frames.length === 1 ? 'its frame says' : `its ${profile.frames.length} frames say`;
  console.log(`${profileId}: a sound profile; ${frames} what is written there.`);
}

try {
  const [first, ...rest] = process.argv.slice(2);
  if (first === 'decode') await decode(rest);
  else if (first === 'device') await (await import('./device-main.ts')).device(rest);
  else if (first === 'stop' || first === 'resume') await setStopped(first === 'stop', rest);
  else await edge(process.argv.slice(2));
} catch (error) {
  if (process.argv[2] === 'decode' || process.argv[2] === 'device') console.error(messageOf(error));
  else jsonLogger('edge').log('error', messageOf(error));
  process.exitCode = 1;
}
