/** `karez command`: asks the cloud for commands to actuators over its HTTP API, with a token, and stops or releases everything. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ApiActuators, type ApiCommand, type CommandRequest, isOver, messageOf } from '@karez/model';

const HELP = `karez command list                       actuators: how each is, and its newest command
karez command set GATEWAY ACTUATOR STATE  on, off or percent; waits until it is confirmed, or why not (exit 1)
    --for S         seconds until the gateway puts it back into its safe state; needed unless STATE is the safe one
    --expires S     not to be acted upon later than this (default 60)
    --note TEXT     why, for those who look
    --id ID         the same again asks what became of the first (default: a new one)
    --until-over    waits until the run is over
karez command stop [--note TEXT]         everything into its safe state; no command is taken
karez command resume                     commands are taken again; nothing is switched by it

  --farm FARM      of this farm
  --url URL        where the cloud is (default http://127.0.0.1:8080)
  --token TOKEN    with the right "command" (stop: "acknowledge"); also the variable KAREZ_TOKEN
  --json           prints what the server says`;

const AGAIN_MS = 300;
const OPTIONS = {
  farm: { type: 'string' },
  url: { type: 'string', default: 'http://127.0.0.1:8080' },
  token: { type: 'string' },
  for: { type: 'string' },
  expires: { type: 'string' },
  note: { type: 'string' },
  id: { type: 'string' },
  'until-over': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
type Values = ReturnType<typeof parsed>['values'];
const parsed = (args: string[]) => parseArgs({ args, allowPositionals: true, options: OPTIONS });

function secondsOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1) return seconds;
  throw new Error(`--${flag} must be a whole number of seconds from 1, not "${text}"`);
}

function stateOf(text: string): CommandRequest['state'] {
  if (text === 'on' || text === 'off') return text;
  const percent = Number(text);
  if (/^\d{1,3}$/.test(text) && percent <= 100) return percent;
  throw new Error(`STATE must be on, off or a whole percent from 0 to 100, not "${text}"`);
}

/** Asks the API. @throws Error with what the server says. */
function apiOf({ url, token = process.env.KAREZ_TOKEN, farm }: Values) {
  if (farm === undefined) throw new Error('say which farm: --farm FARM');
  if (token === undefined)
    throw new Error('a token is needed: --token, or the variable KAREZ_TOKEN (karez token add …)');
  const base = `${url.replace(/\/$/, '')}/api/v1/farms/${encodeURIComponent(farm)}`;
  return async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json().catch(() => ({}))) as { code?: string; message?: string };
    if (!response.ok) throw new Error(`${answer.code ?? response.status}: ${answer.message ?? response.statusText}`);
    return answer as T;
  };
}
type Ask = ReturnType<typeof apiOf>;

async function set(ask: Ask, [gateway, actuator, state, more]: string[], values: Values): Promise<void> {
  if (gateway === undefined || actuator === undefined || state === undefined || more !== undefined)
    throw new Error('usage: karez command set GATEWAY ACTUATOR STATE [--for S]');
  const runS = secondsOf('for', values.for);
  const expiresInS = secondsOf('expires', values.expires);
  const request: CommandRequest = {
    ...{ id: values.id ?? randomUUID(), gateway, actuator, state: stateOf(state) },
    ...(runS === undefined ? {} : { runS }),
    ...(expiresInS === undefined ? {} : { expiresInS }),
    ...(values.note === undefined ? {} : { note: values.note }),
  };
  let command = await ask<ApiCommand>('POST', '/commands', request);
  const isDecided = () => isOver(command.phase) || (command.phase === 'running' && values['until-over'] !== true);
  let told = '';
  for (;;) {
    const words = `${command.phase}${command.reason === null ? '' : ` (${command.reason})`}`;
    if (!values.json && words !== told) console.log(words);
    told = words;
    if (isDecided()) break;
    await pause(AGAIN_MS);
    command = await ask<ApiCommand>('GET', `/commands/${encodeURIComponent(command.id)}`);
  }
  if (values.json) console.log(JSON.stringify(command));
  if (command.phase !== 'running' && command.phase !== 'done') process.exitCode = 1;
}

async function list(ask: Ask, { json }: Values): Promise<void> {
  const answer = await ask<ApiActuators>('GET', '/actuators');
  if (json) {
    console.log(JSON.stringify(answer));
    return;
  }
  const { stopped, actuators } = answer;
  if (stopped !== null)
    console.log(`Everything is stopped since ${new Date(stopped.sinceMs).toISOString()} by ${stopped.by.name}.`);
  for (const { gateway, id, kind, value, sinceMs, online, command } of actuators) {
    const state = value === null ? 'not known' : value === 0 ? 'off' : value === 100 ? 'on' : `${value} %`;
    const since = sinceMs === null ? '' : ` since ${new Date(sinceMs).toISOString()}`;
    const last =
      command === null
        ? ''
        : `, last command: ${command.phase}${command.reason === null ? '' : ` (${command.reason})`}`;
    console.log(`${gateway} ${id} (${kind}): ${state}${since}${online ? '' : ', gateway not connected'}${last}`);
  }
}

async function main([verb = '', ...rest]: string[]): Promise<void> {
  const { values, positionals } = parsed(rest);
  if (values.help || !['list', 'set', 'stop', 'resume'].includes(verb)) {
    console.log(HELP);
    process.exitCode = values.help || verb === '--help' || verb === '-h' ? 0 : 2;
    return;
  }
  const ask = apiOf(values);
  if (verb === 'set') return set(ask, positionals, values);
  if (verb === 'list') return list(ask, values);
  const answer =
    verb === 'stop'
      ? await ask<object>('POST', '/stop', values.note === undefined ? {} : { note: values.note })
      : await ask<object>('DELETE', '/stop');
  console.log(
    values.json ? JSON.stringify(answer) : verb === 'stop' ? 'Everything is stopped.' : 'Commands are taken again.',
  );
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`karez command: ${messageOf(error)}`);
  process.exitCode = 1;
}
