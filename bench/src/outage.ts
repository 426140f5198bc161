/**
 * The same outage for two systems: nodes publish while there is no cloud, every message is acknowledged to them, then the
 * cloud comes back while they go on publishing. What is lost, how long the rest takes, and how old are values that were
 * published meanwhile? Once through two mosquitto brokers and a bridge, once through our gateway and cloud.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext } from './context.ts';
import { Delays } from './delays.ts';
import { openFarEnd } from './far-end.ts';
import { FARM, GATEWAY, makeFarm } from './farm.ts';
import { READINGS_PER_NODE } from './field.ts';
import { type Figure, figure, quantile } from './figure.ts';
import { openLive } from './live-client.ts';
import { type Broker, bridgeLines, mosquitto, mosquittoProgram } from './mosquitto.ts';
import { connectNodes } from './nodes.ts';
import { until } from './service.ts';

const MESSAGES = 200_000;
const SPEAK_MS = 250;
const LIMIT_MS = 300_000;
/** No message for so long: no more will come. */
const STILL_MS = 5_000;
/** A bridge takes its time to try again; one that was killed may have nothing left to send. */
const FIRST_MS = 30_000;
const AFTER_MS = 2_000;

interface Outcome {
  /** Messages that were acknowledged to the nodes during the outage and never came out at the other end. */
  lost: number;
  /** From the first message of the outage at the other end to the last. */
  drainS: number;
  /** Ages of what was published meanwhile, ms. */
  live: number[];
}

export async function outageFigures(context: BenchContext): Promise<Figure[]> {
  const program = mosquittoProgram();
  const theirs: Figure[] = [];
  if (program === undefined) context.say('  mosquitto is left out: it is not installed');
  else theirs.push(...(await mosquittoFigures(context, program)));
  const ours = await karez(context);
  const each = `${MESSAGES.toLocaleString('en')} messages of ${READINGS_PER_NODE} readings`;
  return [
    ...theirs,
    figure(
      'outage.lost',
      ours.lost,
      'messages',
      `of ${each}, through our gateway, killed by SIGKILL before the cloud is back`,
    ),
    figure('outage.drain', ours.drainS, 's', 'the same, first commit of them in the cloud to the last'),
    figure('outage.liveP99', quantile(ours.live, 0.99), 'ms', liveNote(ours, 'device to browser event')),
  ];
}

const liveNote = ({ live }: Outcome, way: string) =>
  `values published meanwhile, ${way}: ${live.length} values, p50 ${quantile(live, 0.5).toFixed(0)} ms`;

async function mosquittoFigures(context: BenchContext, program: string): Promise<Figure[]> {
  context.say('  mosquitto with its defaults …');
  const plain = await bridged(context, program, []);
  context.say('  mosquitto with max_queued_messages 0 …');
  const lifted = await bridged(context, program, ['max_queued_messages 0']);
  context.say('  the same, killed during the outage …');
  const killed = await bridged(context, program, ['max_queued_messages 0'], true);
  const of = `of ${MESSAGES.toLocaleString('en')} messages`;
  return [
    figure('mosquitto.lost', plain.lost, 'messages', `${of}, bridge with persistence, QoS 1, defaults`),
    figure('mosquitto.lostLifted', lifted.lost, 'messages', `${of}, max_queued_messages 0`),
    figure(
      'mosquitto.lostKilled',
      killed.lost,
      'messages',
      `${of}, max_queued_messages 0, SIGKILL before the link is back`,
    ),
    figure(
      'mosquitto.drain',
      lifted.drainS,
      's',
      'max_queued_messages 0, first message at the other broker to the last',
    ),
    figure(
      'mosquitto.liveP99',
      quantile(lifted.live, 0.99),
      'ms',
      liveNote(lifted, 'device to subscriber of the other broker'),
    ),
  ];
}

/** Two brokers with a bridge; the far one is gone while the messages are published. */
async function bridged(context: BenchContext, program: string, lines: string[], isKilled = false): Promise<Outcome> {
  const { ports } = await makeFarm(context);
  const folder = (name: string) => join(context.folder, `mosquitto-${ports.gatewayMqtt}-${name}`);
  // The far one keeps all for its subscriber, so that only the bridge can lose anything.
  const far = mosquitto(program, {
    ...{ folder: folder('far'), port: ports.cloudMqtt, lines: ['max_queued_messages 0'] },
  });
  const near = mosquitto(program, {
    ...{ folder: folder('near'), port: ports.gatewayMqtt, lines: [...lines, ...bridgeLines(ports.cloudMqtt)] },
  });
  const running: Broker[] = [far, near];
  for (const broker of running) context.atEnd(() => broker.stop());
  for (const broker of running) await broker.start();
  const end = await openFarEnd(ports.cloudMqtt);
  context.atEnd(end.stop);
  const nodes = await connectNodes(ports.gatewayMqtt);
  context.atEnd(nodes.stop);
  // The bridge stands before the outage: its session is known to both.
  await nodes.flood(1);
  await until('the bridge to stand', () => (end.came > 0 ? true : undefined), LIMIT_MS);
  await far.stop();
  await pause(AFTER_MS);
  end.forget();
  await nodes.flood(MESSAGES);
  if (isKilled) {
    await near.stop('SIGKILL');
    await near.start();
  }
  await far.start();
  const came = await until('the first message', () => (end.firstMs === null ? undefined : true), FIRST_MS, 5).catch(
    (error) => {
      if (!isKilled) throw error;
      return false;
    },
  );
  if (came) nodes.speak(SPEAK_MS, () => {});
  const still = () => {
    if (end.came >= MESSAGES) return true;
    return Date.now() - (end.lastMs ?? 0) > STILL_MS ? true : undefined;
  };
  await until('the rest', still, LIMIT_MS);
  end.over();
  await nodes.quiet();
  await pause(AFTER_MS);
  const outcome = {
    lost: MESSAGES - end.came,
    drainS: came ? ((end.lastMs as number) - (end.firstMs as number)) / 1000 : 0,
    live: end.live,
  };
  await Promise.all([nodes.stop(), end.stop()]);
  for (const broker of running) await broker.stop();
  return outcome;
}

/** The same through our own gateway, which is killed at the end of the outage. */
async function karez(context: BenchContext): Promise<Outcome> {
  const farm = await makeFarm(context);
  const gateway = await farm.startGateway();
  const nodes = await connectNodes(farm.ports.gatewayMqtt);
  context.atEnd(nodes.stop);
  context.say('  our own gateway …');
  await nodes.flood(MESSAGES);
  process.kill(gateway.pid, 'SIGKILL');
  await gateway.stop();
  await farm.startCloud('embedded');
  await farm.startGateway();
  const wanted = MESSAGES * READINGS_PER_NODE;
  const stored = async () => (await farm.gateway())?.ledger[0]?.ranges[0]?.[1] ?? 0;
  await until('the first reading', async () => ((await stored()) > 0 ? true : undefined), LIMIT_MS, 5);
  const firstMs = performance.now();
  const delays = new Delays();
  const { api } = farm;
  const page = openLive(api, FARM, (channel, value) => delays.seen(channel, value));
  context.atEnd(() => page.close());
  nodes.speak(SPEAK_MS, (node, count) => delays.sent(`${GATEWAY}/${node}/soil.ec@d10`, count));
  let [most, movedMs] = [0, firstMs];
  const all = async () => {
    const now = await stored();
    if (now > most) [most, movedMs] = [now, performance.now()];
    return most >= wanted || performance.now() - movedMs > STILL_MS ? true : undefined;
  };
  await until('the rest', all, LIMIT_MS, 50);
  await nodes.quiet();
  await pause(AFTER_MS);
  if (delays.waiting > 0) throw new Error(`${delays.waiting} values never came to the page`);
  const lost = Math.ceil(Math.max(0, wanted - most) / READINGS_PER_NODE);
  return { lost, drainS: (movedMs - firstMs) / 1000, live: delays.take() };
}
