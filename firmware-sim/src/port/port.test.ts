/** Ports with real programs on the other end. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, systemClock } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { SerialPort } from 'serialport';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { openPort, type Port } from './port.ts';
import { TtyReader } from './tty-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-port-'));
const said: string[] = [];
const deps = { clock: systemClock(), logger: { log: (_level: string, message: string) => void said.push(message) } };
const open: Port[] = [];
afterEach(async () => {
  for (const port of open.splice(0)) await port.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(config: Parameters<typeof openPort>[0], take: (bytes: Uint8Array) => void): Promise<Port> {
  const port = await openPort(config, folder, take, deps);
  open.push(port);
  return port;
}

/** Whether a process is the `script` that holds the tty of `path`. */
function isScriptOf(pid: string, path: string): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'script' &&
      readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`KAREZ_TTY=${path}\0`)
    );
  } catch {
    // It ended meanwhile, or is not ours.
    return false;
  }
}

/** Gathers bytes, and resolves once there are as many as asked for. */
function gatherer() {
  let all = Buffer.alloc(0);
  let wanted: { bytes: number; done: (all: Buffer) => void } | undefined;
  return {
    push(chunk: Uint8Array) {
      all = Buffer.concat([all, chunk]);
      if (wanted !== undefined && all.length >= wanted.bytes) wanted.done(all);
    },
    atLeast: (bytes: number) =>
      new Promise<Buffer>((done) => {
        wanted = { bytes, done };
        if (all.length >= bytes) done(all);
      }),
  };
}

describe('a pseudo-terminal', () => {
  const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);

  test('is a tty that serialport opens, and carries every byte both ways', async () => {
    const atDevice = gatherer();
    const port = await start({ pty: 'run/tty-soil' }, atDevice.push);
    const path = join(folder, 'run/tty-soil');
    expect(execFileSync('stty', ['-F', path, '-a'], { encoding: 'utf8' })).toMatch(/speed \d+ baud/);

    const atHost = gatherer();
    const serial = new SerialPort({ path, baudRate: 9600 });
    await new Promise<void>((resolve, reject) => {
      serial.once('open', resolve);
      serial.once('error', reject);
    });
    serial.on('data', atHost.push);
    serial.write(everyByte);
    expect([...(await atDevice.atLeast(256))]).toEqual([...everyByte]);
    port.write(everyByte);
    expect([...(await atHost.atLeast(256))]).toEqual([...everyByte]);
    await new Promise<void>((resolve) => serial.close(() => resolve()));
  });

  test('outlives a host that comes and goes, and takes its link away at the end', async () => {
    const atDevice = gatherer();
    const port = await start({ pty: 'tty' }, atDevice.push);
    const path = join(folder, 'tty');
    for (let round = 1; round <= 3; round++) {
      const serial = new SerialPort({ path, baudRate: 9600 });
      await new Promise((resolve) => serial.once('open', resolve));
      serial.write(Uint8Array.of(round));
      await atDevice.atLeast(round);
      await new Promise<void>((resolve) => serial.close(() => resolve()));
    }
    expect([...(await atDevice.atLeast(3))]).toEqual([1, 2, 3]);
    await port.stop();
    expect(existsSync(path)).toBe(false);
  });

  test('is made anew when its process dies', async () => {
    const atDevice = gatherer();
    await start({ pty: 'tty' }, atDevice.push);
    const path = join(folder, 'tty');
    const script = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .find((pid) => isScriptOf(pid, path));
    process.kill(Number(script), 'SIGKILL');
    await vi.waitFor(() => expect(said).toContain('a simulated tty is there again'), 20_000);
    const serial = new SerialPort({ path, baudRate: 9600 });
    await new Promise((resolve) => serial.once('open', resolve));
    serial.write(Uint8Array.of(42));
    expect([...(await atDevice.atLeast(1))]).toEqual([42]);
    await new Promise<void>((resolve) => serial.close(() => resolve()));
  });

  test('does not overwrite a file', async () => {
    writeFileSync(join(folder, 'precious'), 'data');
    await expect(start({ pty: 'precious' }, () => {})).rejects.toThrow(/precious is a file already/);
  });
});

describe('who reads a tty', () => {
  test('bytes stop soon after nobody reads, and flow again when somebody does', async () => {
    const clock = virtualClock();
    let accessMs = 0;
    const reader = new TtyReader(clock, () => accessMs);
    const second = async (isRead: boolean) => {
      const allowed = reader.allows();
      if (isRead && clock.monoMs() % 8_000 === 0) accessMs = clock.monoMs() + 1;
      await clock.advance(1_000);
      return allowed;
    };
    for (let s = 0; s < 60; s++) expect(await second(true)).toBe(true);
    let passed = 0;
    for (let s = 0; s < 200; s++) if (await second(false)) passed++;
    expect(passed).toBeGreaterThan(15);
    expect(passed).toBeLessThan(40);
    reader.heard();
    expect(await second(true)).toBe(true);
  });

  test('where the kernel does not tell, bytes flow', async () => {
    const clock = virtualClock();
    const reader = new TtyReader(clock, () => undefined);
    for (let s = 0; s < 100; s++) {
      expect(reader.allows()).toBe(true);
      await clock.advance(1_000);
    }
  });
});

describe('a TCP port', () => {
  const client = async (port: Port) => {
    const socket = connect(Number(port.name.split(':')[1]), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    return socket;
  };

  test('serves several clients: each hears the line, each may speak', async () => {
    const atDevice = gatherer();
    const port = await start({ tcp: 0 }, atDevice.push);
    const clients: Socket[] = [await client(port), await client(port)];
    const heard = clients.map((socket) => {
      const bytes = gatherer();
      socket.on('data', bytes.push);
      return bytes;
    });
    // What a client says has arrived, so the server knows it.
    clients[0]?.write('a');
    await atDevice.atLeast(1);
    clients[1]?.write('b');
    expect((await atDevice.atLeast(2)).toString()).toBe('ab');
    port.write(Uint8Array.of(1, 2, 3));
    for (const bytes of heard) expect([...(await bytes.atLeast(3))]).toEqual([1, 2, 3]);
    for (const socket of clients) socket.destroy();
  });

  test('that is taken is refused in one sentence', async () => {
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = (other.address() as { port: number }).port;
    const error = await start({ tcp: taken }, () => {}).catch((e: Error) => e);
    expect(codeOf(error)).toBe('PORT_TAKEN');
    expect((error as Error).message).toBe(
      `port ${taken} on 127.0.0.1 is taken by another program; stop it or choose another under lines`,
    );
    await new Promise((resolve) => other.close(resolve));
  });
});
