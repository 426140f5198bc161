/**
 * Makes the demonstration farm for containers: the same files as demo/, with names of services in place of loopback, and TCP
 * in place of serial devices, which do not reach from one container into another. docker-compose.yml runs it first.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Edit, prepareFarm } from './demo-farm.ts';

/** What is replaced in each file, each of which must be there. */
const PLACES: Record<Parameters<Edit>[0], [from: string, to: string][]> = {
  'gateway.yaml': [
    ['mqtt://127.0.0.1:1883', 'mqtt://cloud:1883'],
    ['serial: run/tty-soil, baudRate: 4800', 'tcp: "simulator:4001"'],
    ['serial: run/tty-weather, baudRate: 19200', 'tcp: "simulator:4002"'],
    ['tcp: "127.0.0.1:5760"', 'tcp: "simulator:5760"'],
    ['mqtt:\n  port: 1884', 'mqtt:\n  host: 0.0.0.0\n  port: 1884'],
  ],
  'sim.yaml': [
    ['port: { pty: run/tty-soil }', 'port: { tcp: 4001, host: 0.0.0.0 }'],
    ['port: { pty: run/tty-weather }', 'port: { tcp: 4002, host: 0.0.0.0 }'],
    ['tcp: 5760, host: 127.0.0.1', 'tcp: 5760, host: 0.0.0.0'],
    ['mqtt://127.0.0.1:1884', 'mqtt://gateway:1884'],
  ],
};

/** @param ca file of the certificate by which the cloud is known there; empty where it speaks no TLS. */
export const forContainers =
  (ca: string): Edit =>
  (file, text) => {
    const edited = PLACES[file].reduce((before, [from, to]) => {
      if (!before.includes(from)) throw new Error(`demo/${file} has no "${from}" any more`);
      return before.replace(from, to);
    }, text);
    return ca === ''
      ? edited
      : edited.replace('url: "mqtt://cloud:1883"', `url: "mqtts://cloud:1883", ca: ${JSON.stringify(ca)}`);
  };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? '/data');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { isNew } = prepareFarm(folder, root, forContainers(process.env.KAREZ_FARM_CA ?? ''));
  console.log(isNew ? `made the farm's files and passwords in ${folder}` : `the farm's files are in ${folder} already`);
}
