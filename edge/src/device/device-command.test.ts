/** The command as people call it: one clear sentence for what goes wrong. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { anyPortFrom, linePort, portFrom } from './port-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-device-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'own.yaml'), 'protocol: modbus\nid: own\n');

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'device', ...args], (error, out, err) =>
      resolve({ code: (error as { code?: number } | null)?.code ?? 0, out, err }),
    );
  });
}

test.each([
  [
    ['try', 'cwt-soil-7in1', `${folder}/tty`],
    `Nothing was read: ${folder}/tty is not there: is the device plugged in?\n`,
  ],
  [['scan', `${folder}/tty`], `${folder}/tty is not there: is the device plugged in?\n`],
  [['try', 'cwt-soil-7in1'], 'usage: karez device try PROFILE PORT\n'],
  [['try', 'cwt-soil-7in1', `${folder}/tty`, '--baud', 'fast'], '--baud must be a whole number above 0, not "fast"\n'],
  [['scan', 'soil'], /^"soil" is no port: give a path/],
  [['scan', `${folder}/tty`, '--protocol', 'can'], /^--protocol must be modbus.*, not "can"/],
  [['try', join(folder, 'own.yaml'), `${folder}/tty`], /own\.yaml: [a-zA-Z]+ is missing\n$/],
  [['find'], 'there is no "karez device find"; there are try, scan and address\n'],
])('%j ends with a sentence', async (args, sentence) => {
  const { code, out, err } = await run(...args);
  expect([code, out]).toEqual([1, '']);
  if (typeof sentence === 'string') expect(err).toBe(sentence);
  else expect(err).toMatch(sentence);
});

test('help says what there is', async () => {
  const { code, out } = await run('--help');
  expect([code, out]).toEqual([0, expect.stringMatching(/karez device try PROFILE PORT[\s\S]*karez device scan PORT/)]);
});

test.each([
  ['/dev/ttyUSB0', { serial: '/dev/ttyUSB0' }],
  ['/dev/ttyUSB0@4800', { serial: '/dev/ttyUSB0', baudRate: 4_800 }],
  ['run/tty-soil', { serial: 'run/tty-soil' }],
  ['COM3@9600', { serial: 'COM3', baudRate: 9_600 }],
  ['192.168.1.20:4001', { tcp: '192.168.1.20:4001' }],
  ['tcp://gateway.local:502', { tcp: 'gateway.local:502' }],
])('%s is a port', (text, port) => expect(portFrom(text)).toEqual(port));

test.each([
  ['udpin:0.0.0.0:14550', { udpListen: '0.0.0.0:14550' }],
  ['udpout:192.168.4.1:14555', { udp: '192.168.4.1:14555' }],
  ['tcpin:0.0.0.0:5790', { tcpListen: '0.0.0.0:5790' }],
  ['/dev/ttyUSB0@57600', { serial: '/dev/ttyUSB0', baudRate: 57_600 }],
])('%s is a port of drones', (text, port) => {
  expect(anyPortFrom(text)).toEqual(port);
  if ('serial' in port) expect(linePort(port)).toEqual(port);
  else expect(() => linePort(anyPortFrom(text))).toThrow(/only MAVLink is heard there/);
});

test.each(['', 'soil', 'host:0', 'host:99999', '/dev/tty USB'])('"%s" is none', (text) =>
  expect(() => portFrom(text)).toThrow(/is no port: give a path like/),
);
