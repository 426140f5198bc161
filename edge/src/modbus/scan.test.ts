import { seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import type { Found, ScanRequest } from '../device/scanners.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import { attachProbes } from '../testing/modbus-probes.ts';
import { scanModbus } from './scan.ts';

/** A line whose devices hear one speed only. */
async function scan(
  more: Partial<ScanRequest>,
  devices: number[],
  speed: number,
  stopAfter = Number.POSITIVE_INFINITY,
) {
  const clock = virtualClock();
  const port = fakeTransport();
  const probes = attachProbes(port.line, clock, devices);
  const answer = port.line.device;
  port.line.device = (bytes) => {
    if (port.line.baudRate === speed) answer(bytes);
  };
  const found: Found[] = [];
  const progress: string[] = [];
  const host = {
    deps: { clock, random: seededRandom(1), logger: silentLogger },
    open: (...args: Parameters<typeof port.open>) => {
      clock.after(1, () => port.line.connect());
      return port.open(...args);
    },
    found: (device: Found) => found.push(device),
    progress: (text: string) => progress.push(text),
    isStopped: () => progress.length >= stopAfter,
  };
  const run = (request: Partial<ScanRequest> = {}) => {
    const done = scanModbus(
      { port: { serial: '/dev/none' }, isThorough: false, isTcp: false, ...more, ...request },
      host,
    );
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    done.then(end, end);
    return (async () => {
      for (let i = 0; i < 400 && !isOver; i++) await clock.advance(1_000);
      await done;
      return { found, progress };
    })();
  };
  return { run, probes, line: port.line };
}

test('addresses are found at the speed at which they answer, whatever they say', async () => {
  const { run, probes } = await scan({}, [1, 32, 247], 4_800);
  (probes.get(32) as { exception: number }).exception = 2;
  (probes.get(247) as { spoil: (reply: Uint8Array) => Uint8Array }).spoil = (reply) =>
    reply.map((b, i) => (i === 4 ? b ^ 1 : b));
  const { found, progress } = await run();
  expect(found).toEqual([
    { address: '1', baudRate: 4_800, said: 'holding register 0 is 100' },
    { address: '32', baudRate: 4_800, said: 'answers; refuses holding register 0: illegal register address' },
    {
      address: '247',
      baudRate: 4_800,
      said: expect.stringMatching(/^something answers, but not well: .* is the line sound\?$/),
    },
  ]);
  expect(progress).toContain('address 33 at 4800 baud (33 of 247, speed 2 of 7), 2 found');
  // 9600 first, then 4800, and no further.
  expect(progress).toHaveLength(2 * 247);
});

test('speeds and addresses may be given; all speeds are tried on request', async () => {
  const { run } = await scan({ addresses: ['3', '5'], speeds: [4_800, 9_600], isThorough: true }, [5], 4_800);
  const { found, progress } = await run();
  expect(found.map((f) => f.address)).toEqual(['5']);
  expect(progress).toHaveLength(4);
});

test('a search that is stopped ends where it is', async () => {
  const { run } = await scan({}, [200], 9_600, 10);
  const { found, progress } = await run();
  expect([found, progress.length]).toEqual([[], 10]);
});

test('units behind Modbus TCP have no speed', async () => {
  const { run, line } = await scan({ isTcp: true, port: { tcp: 'gw:502' }, addresses: ['1', '2'] }, [], 0);
  line.device = (request) => {
    if (request[6] === 2) line.say(Uint8Array.of(...request.subarray(0, 4), 0, 5, 2, 3, 2, 1, 0));
  };
  const { found } = await run();
  expect(found).toEqual([{ address: '2', said: 'holding register 0 is 256' }]);
});

test('a port that does not open ends the search in words', async () => {
  const clock = virtualClock();
  const port = fakeTransport();
  const host = {
    deps: { clock, random: seededRandom(1), logger: silentLogger },
    open: (...args: Parameters<typeof port.open>) => {
      const line = port.open(...args);
      clock.after(10, () => port.line.lose('/dev/none is not there: is the device plugged in?'));
      return line;
    },
    ...{ found: () => {}, progress: () => {}, isStopped: () => false },
  };
  const done = scanModbus({ port: { serial: '/dev/none' }, isThorough: false, isTcp: false }, host);
  const refused = expect(done).rejects.toThrow('/dev/none is not there: is the device plugged in?');
  await clock.advance(500);
  await refused;
});
