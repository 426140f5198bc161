/** `karez device`: reads the command line, tries one device or searches for all. */
import { parseArgs } from 'node:util';
import { silentLogger, systemClock } from '@karez/model';
import { findProfile } from './decode/find-profile.ts';
import { anyPortFrom, portFrom, portName } from './device/port-text.ts';
import { type Found, SCANNERS, type ScannedProtocol } from './device/scanners.ts';
import { tryDevice } from './device/try-device.ts';
import { startTransport } from './transport/transport.ts';

const HELP = `karez device try PROFILE PORT   talk to a device and say what it answers, raw and decoded
  --address A      its address (Modbus, default 1; SDI-12, default 0) or system id (MAVLink)
  --baud N         speed of a serial port; default the maker's
  --parity P       none, even or odd
  --modbus-tcp     Modbus TCP, not RTU through a serial server
  --adapter A      SDI-12: command (default) or transparent
  --times N        stop after so many samples, default 3
  --seconds N      or after so long, default 20

karez device scan PORT            find the addresses that answer
  --protocol P     ${Object.keys(SCANNERS).join(' or ')}, default modbus
  --speeds A,B     speeds to try, default the usual ones until something answers
  --addresses A..B
  --all            all speeds, also where something was found at one
  --modbus-tcp, --adapter   as above

karez device address PORT A B     give the SDI-12 sensor at address A the address B, for good
  --adapter A      as above

PROFILE is an id (karez decode --list) or a YAML file of your own.
PORT is like /dev/ttyUSB0, /dev/ttyUSB0@4800 or 192.168.1.20:4001; for MAVLink also udpin:0.0.0.0:14550 (hear who
sends there), udpout:192.168.4.1:14555 or tcpin:0.0.0.0:5790.`;

const OPTIONS = {
  address: { type: 'string' },
  baud: { type: 'string' },
  parity: { type: 'string' },
  'modbus-tcp': { type: 'boolean', default: false },
  adapter: { type: 'string', default: 'command' },
  times: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '20' },
  protocol: { type: 'string', default: 'modbus' },
  speeds: { type: 'string' },
  addresses: { type: 'string' },
  all: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const deps = { clock: systemClock(), random: { next: Math.random }, logger: silentLogger };

let isInterrupted = false;
const interrupted = Promise.withResolvers<void>();

/** Ends at the first Ctrl-C, in order; a second one ends at once as always. Throws with what is wrong in words. */
export async function device(args: string[]): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      isInterrupted = true;
      interrupted.resolve();
    });
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const [verb, ...rest] = positionals;
  if (values.help || verb === undefined) return console.log(HELP);
  if (verb === 'try') return await tryOne(rest, values);
  if (verb === 'scan') return await scan(rest, values);
  if (verb === 'address') return await address(rest, values);
  throw new Error(`there is no "karez device ${verb}"; there are try, scan and address`);
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

async function tryOne([profileText, portText]: string[], values: Values): Promise<void> {
  if (profileText === undefined || portText === undefined) throw new Error('usage: karez device try PROFILE PORT');
  const profile = await findProfile(profileText);
  const port = anyPortFrom(portText, portOptions(values));
  const outcome = await tryDevice(
    {
      ...{
        profile,
        port,
        isTcp: values['modbus-tcp'],
        adapter: adapterFrom(values),
        times: whole('times', values.times),
      },
      withinMs: whole('seconds', values.seconds) * 1_000,
      ...(values.address === undefined ? {} : { address: values.address }),
    },
    deps,
    startTransport,
    console.log,
    interrupted.promise,
  );
  if (outcome.samples > 0) {
    const times = outcome.samples === 1 ? 'once' : `${outcome.samples} times`;
    console.log(`${profile.id} was read ${times}${isInterrupted ? ', then stopped' : ''}.`);
    return;
  }
  console.error(
    isInterrupted
      ? `Stopped; nothing was read from ${portName(port)}.`
      : `Nothing was read: ${outcome.trouble}${/[.?]$/.test(outcome.trouble ?? '') ? '' : '.'}`,
  );
  process.exitCode = isInterrupted ? 130 : 1;
}

async function scan([portText]: string[], values: Values): Promise<void> {
  if (portText === undefined) throw new Error('usage: karez device scan PORT');
  if (!(values.protocol in SCANNERS))
    throw new Error(`--protocol must be ${Object.keys(SCANNERS).join(' or ')}, not "${values.protocol}"`);
  const port = portFrom(portText, portOptions(values));
  const isShown = process.stderr.isTTY;
  const wipe = () => isShown && process.stderr.write('\r\x1b[K');
  const all: Found[] = [];
  await SCANNERS[values.protocol as ScannedProtocol](
    {
      ...{ port, isThorough: values.all, isTcp: values['modbus-tcp'], adapter: adapterFrom(values) },
      ...(values.speeds === undefined ? {} : { speeds: values.speeds.split(',').map((s) => whole('speeds', s)) }),
      ...(values.addresses === undefined ? {} : { addresses: addressesFrom(values.addresses) }),
    },
    {
      ...{ deps, open: startTransport, isStopped: () => isInterrupted },
      progress: (text) => isShown && process.stderr.write(`\r\x1b[K${text}`),
      found(device) {
        all.push(device);
        wipe();
        const at = device.baudRate === undefined ? '' : ` at ${device.baudRate} baud`;
        console.log(`address ${device.address}${at}: ${device.said}`);
      },
    },
  );
  wipe();
  const end = isInterrupted ? 'Stopped' : 'Done';
  if (all.length > 0) {
    const first = all[0] as Found;
    const speed = first.baudRate === undefined ? '' : `@${first.baudRate}`;
    console.log(
      `${end}: ${all.length} found. karez device try PROFILE ${portName(port)}${speed} --address ${first.address}${values['modbus-tcp'] ? ' --modbus-tcp' : ''} says what one measures.`,
    );
    return;
  }
  console.error(
    `${end}: nobody answered at ${portName(port)}. Are the devices powered, are the wires right (A and B not swapped), is the line not in use?`,
  );
  process.exitCode = isInterrupted ? 130 : 1;
}

async function address([portText, from, to]: string[], values: Values): Promise<void> {
  if (portText === undefined || from === undefined || to === undefined)
    throw new Error('usage: karez device address PORT A B');
  const { changeSdi12Address } = await import('./sdi12/change-address.ts');
  const port = portFrom(portText, portOptions(values));
  await changeSdi12Address({ port, adapter: adapterFrom(values), from, to }, deps, startTransport);
  console.log(`Done: the sensor at ${from} is at ${to} now.`);
}

function adapterFrom({ adapter }: Values): 'command' | 'transparent' {
  if (adapter !== 'command' && adapter !== 'transparent')
    throw new Error(`--adapter must be command or transparent, not "${adapter}"`);
  return adapter;
}

function portOptions({ baud, parity }: Values): Parameters<typeof portFrom>[1] {
  if (parity !== undefined && parity !== 'none' && parity !== 'even' && parity !== 'odd')
    throw new Error(`--parity must be none, even or odd, not "${parity}"`);
  return {
    ...(baud === undefined ? {} : { baudRate: whole('baud', baud) }),
    ...(parity === undefined ? {} : { parity }),
  };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text.trim()) || value < 1)
    throw new Error(`--${name} must be a whole number above 0, not "${text}"`);
  return value;
}

/** `1..32` or `1,5,9`; addresses of one character too. */
function addressesFrom(text: string): string[] {
  return text.split(',').flatMap((part) => {
    const range = /^([0-9]+)\.\.([0-9]+)$/.exec(part);
    if (range === null) return [part];
    const [from, to] = [Number(range[1]), Number(range[2])];
    if (from > to || to > 255) throw new Error(`--addresses must rise and end at 255 at most, not "${part}"`);
    return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
  });
}
