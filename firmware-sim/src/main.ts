/** `karez sim`: reads the command line, starts a simulated farm, stops on a signal. */
import { enableCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { jsonLogger, messageOf, stopOnSignal, systemClock } from '@karez/model';
import { loadSim } from './config.ts';
import { FAULTS } from './faults/fault-table.ts';
import { noRecord, openRecord } from './record.ts';
import { startSimulator } from './simulator.ts';

enableCompileCache();

const HELP = `karez sim: a simulated farm that speaks only bytes and topics.

  --config FILE    the world and its devices (YAML)
  --secrets FILE   passwords of the Wi-Fi nodes and of publishers: the gateway's own file of secrets
  --record DIR     writes there every message whose PUBACK came (acked.ndjson, uplinks.ndjson), and keeps the nodes' counters
  --speed X        simulated time runs X times as fast (default 1): weather, soil, drone, packets, messages. Times in
                   messages are simulated UTC that started now, so beyond 1 they run ahead of the real clock
  --for S          after so many simulated seconds time stands still: no more samples; nodes send what they hold
  --wait           time stands still until {"world":"start"} comes; ports are there already
  --clocks real    devices show the real time whatever the speed, and a console's packets and a radio's frames keep their
                   pace; only the world goes faster, and nodes and polls with it where they are told so
  --seed N         another world than the configuration's; the same seed and start repeat a run bit for bit
  --help           this text

Commands on standard input, one JSON object a line:
  {"fault":"silence","device":"soil-1"}
  {"fault":"bad-checksum","device":"weather","share":0.2}
  {"fault":"lose-bytes","device":"drone","share":0.1}
  {"fault":"drift","device":"field:north","value":"moisturePct","perHour":4,"afterS":60,"forS":600}
  {"fault":"none","device":"soil-1"}         ends its faults, also those still to come
  {"report":"faults"}                        how often each has struck, and what the nodes still hold
  {"world":"rest"}                           time stands still from now on, as after --for
device: an id; ids with * for any letters; field:ID; kind:KIND (a type of line, node, lorawan, sparkplug); all.
afterS, forS: seconds of simulated time. The same orders stand under "faults" in the configuration, counted from the start.
A fault that was due and never struck is told in the log when the simulator stops.
Faults:
${Object.entries(FAULTS)
  .map(([name, { what }]) => `  ${name.padEnd(15)}${what}`)
  .join('\n')}`;

function numberOf(name: string, text: string, isRight: (n: number) => boolean, expected: string): number {
  const value = Number(text);
  if (text.trim() === '' || !isRight(value)) throw new Error(`--${name} must be ${expected}, not "${text}"`);
  return value;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      secrets: { type: 'string' },
      record: { type: 'string' },
      speed: { type: 'string', default: '1' },
      seed: { type: 'string' },
      clocks: { type: 'string', default: 'simulated' },
      for: { type: 'string' },
      wait: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.config === undefined) throw new Error('say which configuration: karez sim --config sim.yaml');
  const speed = numberOf('speed', values.speed, (n) => n >= 0.01 && n <= 10_000, 'a number from 0.01 to 10000');
  const isSeed = (n: number) => Number.isInteger(n) && n >= 0 && n <= 4_294_967_295;
  const seed =
    values.seed === undefined
      ? undefined
      : numberOf('seed', values.seed, isSeed, 'a whole number from 0 to 4294967295');
  const forS = values.for === undefined ? undefined : numberOf('for', values.for, (n) => n > 0 && n < 1e9, 'seconds');
  const { clocks } = values;
  if (clocks !== 'simulated' && clocks !== 'real')
    throw new Error(`--clocks must be simulated or real, not "${clocks}"`);
  const logger = jsonLogger('sim');
  const simulator = await startSimulator(
    loadSim(values.config, values.secrets),
    {
      speed,
      clocks,
      waits: values.wait,
      ...(forS === undefined ? {} : { forS }),
      ...(seed === undefined ? {} : { seed }),
    },
    { clock: systemClock(), logger, record: values.record === undefined ? noRecord : openRecord(values.record) },
  );
  console.log(JSON.stringify({ event: 'ready', ...simulator.facts }));

  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() !== '') console.log(JSON.stringify(simulator.command(line)));
  });
  stopOnSignal(async () => {
    const { simulatedMs, faults } = simulator.report();
    for (const { fault, device, fromMs, strikes } of faults)
      if (strikes === 0 && fromMs <= simulatedMs) logger.log('warn', 'a fault never struck', { fault, device });
    console.log(JSON.stringify({ event: 'faults', ...simulator.report() }));
    await simulator.stop();
  }, logger);
}

try {
  await main();
} catch (error) {
  jsonLogger('sim').log('error', messageOf(error));
  process.exitCode = 1;
}
