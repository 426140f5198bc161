/**
 * A board with relays on a TCP port of the test, so that the test is witness of every change, and a farm whose gateway has
 * valves and a pump on it. What the board is asked can be heard before it is done and before it is answered.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { ModbusBus, RelayBoard } from '@karez/firmware-sim';
import type { ApiActuators, ApiCommand, CommandRequest } from '@karez/model';
import { FARM, GATEWAY, makeFarm, type TestFarm } from '../farm.ts';
import { waitFor } from '../process.ts';

export interface Board {
  port: number;
  board: RelayBoard;
  /** Told of each write before it is done, and before it is answered. */
  hook: { beforeWrite(): void; beforeAnswer(): void };
  /** While true nothing is answered, and nothing done. */
  isDead: boolean;
  close(): Promise<void>;
}

const ADDRESS = 3;
const WRITE = 5;

export async function startBoard(): Promise<Board> {
  const board = new RelayBoard(8, () => performance.now());
  const rig: Board = {
    ...{ port: 0, board, isDead: false, hook: { beforeWrite() {}, beforeAnswer() {} } },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const bus = new ModbusBus((address) => (address === ADDRESS ? board.slave : undefined));
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      if (rig.isDead) return;
      const isWrite = bytes[1] === WRITE;
      if (isWrite) rig.hook.beforeWrite();
      const replies = bus.take(bytes);
      if (isWrite) rig.hook.beforeAnswer();
      for (const { reply } of replies) socket.write(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  rig.port = (server.address() as { port: number }).port;
  return rig;
}

/** Valves 1 and 2 with timed coils, valve 3 without, a pump, and something that is not to run without a link. */
const OUTPUTS = ['valve-1', 'valve-2', 'valve-3', 'pump-1', 'fan-1']
  .map((id, i) => {
    const kind = i < 2 ? 'waveshare-modbus-rtu-relay' : 'modbus-coils';
    return `{ id: ${id}, board: ${kind}, address: ${ADDRESS}, relay: ${i + 1} }`;
  })
  .join(', ');
const ACTUATORS = `
actuators:
  - { id: valve-1, title: Valve 1, kind: valve, field: north, maxRunS: 60, flowLpm: 60, pump: pump-1 }
  - { id: valve-2, title: Valve 2, kind: valve, field: north, maxRunS: 60, flowLpm: 60, pump: pump-1 }
  - { id: valve-3, title: Valve 3, kind: valve, field: north, maxRunS: 60, flowLpm: 40, pump: pump-1 }
  - { id: pump-1, title: Pump, kind: pump, maxRunS: 60, flowLpm: 100 }
  - { id: fan-1, title: Fan, kind: fan, maxRunS: 60, linkLossS: 2 }
`;

export interface CommandFarm {
  farm: TestFarm;
  rig: Board;
  ask(request: Partial<CommandRequest> & { actuator: string }): Promise<ApiCommand>;
  command(id: string): Promise<ApiCommand>;
  actuators(): Promise<ApiActuators>;
  /** Waits until a command is in one of these phases. */
  until(id: string, ...phases: ApiCommand['phase'][]): Promise<ApiCommand>;
  post(path: string, body: object | undefined, method?: string): Promise<Response>;
  close(): Promise<void>;
}

/** Nothing is started yet. */
export async function makeCommandFarm(): Promise<CommandFarm> {
  const rig = await startBoard();
  const farm = await makeFarm({ nodes: 0, probes: 1 });
  const file = join(farm.folder, 'gateway.yaml');
  const text = readFileSync(file, 'utf8');
  const line = `lines:\n  - { type: modbus, port: { tcp: "127.0.0.1:${rig.port}" }, timeoutMs: 300, outputs: [${OUTPUTS}] }\n`;
  const from = text.indexOf('lines:');
  const to = text.indexOf('mqtt:\n');
  writeFileSync(file, `${text.slice(0, from)}${line}${ACTUATORS}${text.slice(to).replace(/ {2}devices:\s*$/, '')}`);
  const path = `/farms/${FARM}`;
  const post = (where: string, body: object | undefined, method = 'POST') =>
    farm.api.get(`${path}${where}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  const command = async (id: string) => (await (await farm.api.get(`${path}/commands/${id}`)).json()) as ApiCommand;
  return {
    ...{ farm, rig, command, post },
    async ask(request) {
      const response = await post('/commands', {
        id: randomUUID(),
        gateway: GATEWAY,
        state: 'on',
        runS: 5,
        ...request,
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return (await response.json()) as ApiCommand;
    },
    actuators: async () => (await (await farm.api.get(`${path}/actuators`)).json()) as ApiActuators,
    until: (id, ...phases) =>
      waitFor(`command ${id} to be ${phases.join(' or ')}`, async () => {
        const now = await command(id).catch(() => undefined);
        return now !== undefined && phases.includes(now.phase) ? now : undefined;
      }),
    async close() {
      await farm.close();
      await rig.close();
    },
  };
}
