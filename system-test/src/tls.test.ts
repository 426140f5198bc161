/**
 * The cloud speaks TLS itself, with certificates of a CA that docker/make-certificates.sh makes: a gateway that knows the CA brings
 * its readings, one that does not says why, and nobody is served without TLS.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { freePort } from '@karez/model/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, ROOT, type Service, startService, waitFor } from './process.ts';

let folder: string;
let ca: string;
let cloud: Service;
let mqtt: URL;
let http: URL;
let password: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'karez-tls-'));
  execFileSync('sh', [`${ROOT}docker/make-certificates.sh`, '--to', join(folder, 'tls'), 'farm.example', '10.1.2.3']);
  ca = readFileSync(join(folder, 'tls/ca.pem'), 'utf8');
  const data = join(folder, 'cloud');
  const lines: string[] = [];
  const made = launch('cloud/src/main.ts', ['gateway', 'add', 'farm', 'gw-1', '--data', data, '--json'], {
    ...{ cwd: folder, onLine: (line: string) => void lines.push(line) },
  });
  expect(await made.ended).toBe(0);
  ({ password } = JSON.parse(lines.join('')) as { password: string });
  cloud = await startService(
    'cloud/src/main.ts',
    [
      '--data',
      data,
      '--http-port',
      '0',
      '--mqtt-port',
      '0',
      '--tls-cert',
      'tls/server.pem',
      '--tls-key',
      'tls/server.key',
    ],
    { cwd: folder },
  );
  mqtt = new URL(cloud.ready.mqtt as string);
  http = new URL(cloud.ready.http as string);
});
afterAll(async () => {
  await cloud?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A gateway whose configuration says `uplink`; what its own page says of the link. */
async function linkOf(
  name: string,
  uplink: object,
  until: (link: { state: string; trouble: string | null }) => boolean,
) {
  const status = await freePort();
  mkdirSync(join(folder, name));
  const config = { farm: { id: 'farm', title: 'Farm' }, gateway: { id: 'gw-1', title: 'Gateway' }, data: name };
  writeFileSync(
    join(folder, `${name}.yaml`),
    JSON.stringify({
      ...config,
      ...{ secrets: 'secrets.yaml', uplink, status: { port: status }, fields: [] },
    }),
  );
  writeFileSync(join(folder, 'secrets.yaml'), JSON.stringify({ uplink: password }));
  const gateway = await startService('edge/src/main.ts', ['--config', `${name}.yaml`], { cwd: folder });
  try {
    return await waitFor(`the link of ${name}`, async () => {
      const page = (await (await fetch(`http://127.0.0.1:${status}/status.json`)).json()) as {
        trouble: string | null;
        status: { link: { state: string } };
      };
      const link = { state: page.status.link.state, trouble: page.trouble };
      return until(link) && link;
    });
  } finally {
    await gateway.stop();
  }
}

test('a gateway that knows the CA is connected', async () => {
  expect([mqtt.protocol, http.protocol]).toEqual(['mqtts:', 'https:']);
  const uplink = { url: `mqtts://localhost:${mqtt.port}`, ca: 'tls/ca.pem' };
  expect(await linkOf('knows', uplink, ({ state }) => state === 'up')).toMatchObject({ trouble: null });
});

test('one that does not is not, and says why', async () => {
  const { state, trouble } = await linkOf(
    'strange',
    { url: `mqtts://localhost:${mqtt.port}` },
    (l) => l.trouble !== null,
  );
  expect(state).not.toBe('up');
  expect(trouble).toMatch(/certificate/i);
});

test('a name that is not in the certificate is refused; a CA without TLS, or no certificate at all, is told at the start', async () => {
  const wrong = () =>
    new Promise<string>((resolve) => {
      const socket = connect({ port: Number(mqtt.port), host: '127.0.0.1', ca, servername: 'other.example' });
      socket.once('error', (error) => resolve(error.message));
      socket.once('secureConnect', () => resolve('connected'));
    });
  expect(await wrong()).toMatch(/altnames/i);
  for (const [uplink, words] of [
    [{ url: 'mqtt://localhost:1883', ca: 'tls/ca.pem' }, 'needs an address that begins with mqtts'],
    [{ url: 'mqtts://localhost:1883', ca: 'secrets.yaml' }, 'must be a certificate in PEM'],
  ] as const)
    await expect(linkOf(words.replace(/\W/g, ''), uplink, () => true)).rejects.toThrow(words);
});

test('the console and API are there over TLS; without it nobody is served, nor with an old version', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    get(new URL('/healthz', http), { ca }, (response) => resolve(response.resume().statusCode)).on('error', reject);
  });
  expect(status).toBe(200);
  const old = await new Promise<string>((resolve) => {
    const socket = connect({
      port: Number(mqtt.port),
      host: '127.0.0.1',
      ca,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
    });
    socket.once('error', (error) => resolve(error.message));
    socket.once('secureConnect', () => resolve('connected'));
  });
  expect(old).not.toBe('connected');
  const plain = await new Promise<number>((resolve) => {
    const socket = connectPlain({ port: Number(mqtt.port), host: '127.0.0.1' });
    let bytes = 0;
    // CONNECT of MQTT 3.1.1 with an empty client id.
    socket.write(Buffer.from('100c00044d5154540402003c0000', 'hex'));
    socket.on('data', (chunk) => {
      // What comes is a TLS alert (21), not a CONNACK.
      if (chunk[0] !== 21) bytes += chunk.length;
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(bytes));
  });
  expect(plain).toBe(0);
});

test('a certificate and the key of another are refused at the start, in words', async () => {
  const { ended, log } = launch(
    'cloud/src/main.ts',
    ['--data', join(folder, 'none'), '--tls-cert', 'tls/server.pem', '--tls-key', 'tls/ca.key'],
    { cwd: folder },
  );
  expect(await ended).toBe(1);
  expect(log.join('\n')).toContain('are no certificate with its key');
});
