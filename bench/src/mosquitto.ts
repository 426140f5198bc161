/**
 * Two mosquitto brokers, one bridging to the other, as they stand in for gateway and cloud on many farms
 * (mosquitto.conf(5), "Configuring bridges"): persistence on, QoS 1, a clean session of neither side.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { until } from './service.ts';

const PROGRAMS = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];
const START_MS = 10_000;
/** Between two tries of a bridge; the default waits up to half a minute. */
const RETRY_S = 1;

/** Where mosquitto is, if it is installed. */
export const mosquittoProgram = (): string | undefined => PROGRAMS.find((path) => existsSync(path));

export interface Broker {
  port: number;
  start(): Promise<void>;
  /** Resolves when it has gone; SIGTERM lets it write its file, SIGKILL does not. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface BrokerOptions {
  folder: string;
  port: number;
  /** More lines for its configuration. */
  lines: string[];
}

/** Lines that make a broker hand everything of the devices to the one on `port`. */
export const bridgeLines = (port: number): string[] => [
  'connection cloud',
  `address 127.0.0.1:${port}`,
  'topic devices/+/up out 1',
  'cleansession false',
  'notifications false',
  'bridge_protocol_version mqttv311',
  `restart_timeout ${RETRY_S}`,
];

export function mosquitto(program: string, { folder, port, lines }: BrokerOptions): Broker {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'mosquitto.conf');
  const common = [
    `listener ${port} 127.0.0.1`,
    ...['allow_anonymous true', 'persistence true', `persistence_location ${folder}/`],
    // Started by root it would drop its rights and could not write to a folder of root's.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    'log_dest none',
  ];
  writeFileSync(path, [...common, ...lines, ''].join('\n'));
  let child: ChildProcess | undefined;
  let gone: Promise<void> | undefined;
  return {
    port,
    async start() {
      const started = spawn(program, ['-c', path], { stdio: 'ignore' });
      child = started;
      gone = new Promise((resolve) => {
        started.once('close', () => resolve());
        started.once('error', () => resolve());
      });
      await until(`mosquitto on port ${port}`, () => isListening(port), START_MS);
    },
    async stop(signal = 'SIGTERM') {
      if (child?.exitCode === null && child.signalCode === null) child.kill(signal);
      await gone;
    },
  };
}

function isListening(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
