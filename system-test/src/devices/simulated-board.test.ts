/**
 * A simulated board with StandardFirmata, driven by the gateway's own line with johnny-five in its thread: sensors, relays,
 * starts anew, faults.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OpenTransport, startTransport, type Transport } from '@karez/edge';
import { noRecord, type SimConfig, startSimulator } from '@karez/firmware-sim';
import { silentLogger, systemClock } from '@karez/model';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { type BoardLine, boardOnAWire, listen } from './board-on-a-wire.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const recorded = resolve(root, process.env.KAREZ_REAL_DATA ?? '../shared/data', 'firmata');

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});
/** Far more than anything here takes; what matters is that it comes. */
const soon = <T>(holds: () => T) => vi.waitFor(holds, { timeout: 30_000, interval: 20 });

const LINE: BoardLine = {
  type: 'firmata',
  port: { serial: '/dev/ttyACM0' },
  devices: [
    { id: 'bed', profile: 'analog-soil-probe', pin: 'A1', intervalMs: 1_000 },
    { id: 'gauge', profile: 'tipping-bucket', pin: 2, tipMm: 0.2, intervalMs: 1_000 },
  ],
  outputs: [
    { id: 'pump', pin: 7 },
    { id: 'valve', pin: 8, activeLow: true },
    { id: 'fan', pin: 9, safe: 'on' },
  ],
};

async function setUp(config: BoardLine = LINE) {
  const world = { raw: 400, isClosed: false };
  const at = boardOnAWire({
    analog: (channel) => (channel === 1 ? world.raw : 0),
    isClosed: (pin) => pin === 2 && world.isClosed,
    i2c: () => undefined,
  });
  const heard = await listen(config, at.open);
  endings.push(
    () => at.end(),
    () => heard.line.stop(),
  );
  const { samples, line } = heard;
  const of = (device: string) => samples.filter((s) => s.device === device);
  const troubles = () => line.status().map((d) => d.trouble);
  return { ...at, ...heard, world, of, troubles };
}

describe('a board', () => {
  test('gives its analog values, counts tips and holds its relays', async () => {
    const { board, of, world, line, troubles } = await setUp();
    await soon(() => expect(of('bed').at(-1)?.values).toEqual([400]));
    expect([7, 8, 9].map((pin) => board.output(pin))).toEqual([0, 1, 1]);
    world.raw = 371;
    await soon(() => expect(of('bed').at(-1)?.values).toEqual([371]));
    for (let i = 0; i < 3; i++) {
      world.isClosed = true;
      await new Promise((done) => systemClock().after(20, () => done(null)));
      world.isClosed = false;
      await new Promise((done) => systemClock().after(20, () => done(null)));
    }
    const rain = () => of('gauge').reduce((sum, s) => sum + (s.values[0] as number), 0);
    await soon(() => expect(rain()).toBeCloseTo(0.6, 6));
    await line.outputs?.set('pump', true);
    await line.outputs?.set('valve', true);
    expect([7, 8, 9].map((pin) => board.output(pin))).toEqual([1, 0, 1]);
    expect(line.outputs?.states()).toEqual([
      { id: 'pump', on: true, safe: false },
      { id: 'valve', on: true, safe: false },
      { id: 'fan', on: true, safe: true },
    ]);
    expect(troubles()).toEqual([null, null]);
    await line.stop();
    expect([7, 8, 9].map((pin) => board.output(pin))).toEqual([0, 1, 1]);
  });

  test('that starts anew is taken up again, with its relays safe', async () => {
    const { board, of, line } = await setUp();
    await soon(() => expect(of('bed').length).toBeGreaterThan(0));
    await line.outputs?.set('pump', true);
    board.restart();
    expect(board.output(7)).toBe(0);
    await soon(() => expect(line.outputs?.states()[0]).toEqual({ id: 'pump', on: false, safe: false }));
    const before = of('bed').length;
    await soon(() => expect(of('bed').length).toBeGreaterThan(before));
    expect([7, 8, 9].map((pin) => board.output(pin))).toEqual([0, 1, 1]);
  });

  test('whose greeting is lost is found out by its pins', async () => {
    const { board, wire, of, troubles } = await setUp({ ...LINE, devices: LINE.devices.slice(1) });
    await soon(() => expect(of('gauge').length).toBeGreaterThan(0));
    const counted = of('gauge').length;
    wire.toGateway = (bytes) => (bytes[0] === 0xf9 || bytes[1] === 0x79 ? new Uint8Array(0) : bytes);
    board.restart();
    await soon(() => expect(troubles()[0]).not.toBeNull());
    wire.toGateway = (bytes) => bytes;
    await soon(() => expect(troubles()).toEqual([null]));
    await soon(() => expect(of('gauge').length).toBeGreaterThan(counted));
  });

  test('that is unplugged and back goes on', async () => {
    const { unplug, plugIn, of, troubles } = await setUp();
    await soon(() => expect(of('bed').length).toBeGreaterThan(0));
    unplug();
    expect(troubles()).toEqual(['unplugged', 'unplugged']);
    const before = of('bed').length;
    plugIn();
    await soon(() => expect(of('bed').length).toBeGreaterThan(before));
    expect(troubles()).toEqual([null, null]);
  });

  test('whose messages are damaged gives no value that it did not measure', async () => {
    const { wire, of, rejected } = await setUp();
    await soon(() => expect(of('bed').length).toBeGreaterThan(0));
    let n = 0;
    // Every third analog message loses its second byte, every seventh its first.
    wire.toGateway = (bytes) => {
      if ((bytes[0] as number) >> 4 !== 0x0e) return bytes;
      n++;
      if (n % 3 === 0) return bytes.filter((_, i) => i !== 1);
      return n % 7 === 0 ? bytes.subarray(1) : bytes;
    };
    const before = of('bed').length;
    await soon(() => expect(of('bed').length).toBeGreaterThan(before + 5));
    expect(new Set(of('bed').flatMap((s) => s.values))).toEqual(new Set([400]));
    expect(rejected.length).toBeGreaterThan(0);
    expect(rejected.every((r) => r.code === 'FRAME_MALFORMED')).toBe(true);
  });

  test('that tells of pins that it has not ends its driver, and the gateway goes on', async () => {
    const { wire, troubles, of } = await setUp();
    await soon(() => expect(of('bed').length).toBeGreaterThan(0));
    // State of pin 99: johnny-five falls over it.
    wire.toGateway = (bytes) => (bytes[1] === 0x6e ? Uint8Array.of(0xf0, 0x6e, 99, 1, 0, 0xf7) : bytes);
    await soon(() => expect(troubles()[0]).toMatch(/^the driver of the board ended: /));
    wire.toGateway = (bytes) => bytes;
    const before = of('bed').length;
    await soon(() => expect(of('bed').length).toBeGreaterThan(before));
  });
});

describe.skipIf(!existsSync(recorded))('a real board’s recorded stream, joined in the middle of a message', () => {
  const bytes = (name: string) =>
    Uint8Array.from(Buffer.from(readFileSync(join(recorded, name), 'utf8').trim(), 'hex'));

  /** A port from which the recording comes, in small pieces; a board at its end that answers with what stands in it. */
  function playing(stream: Uint8Array): OpenTransport {
    const text = Buffer.from(stream).toString('hex');
    const answers = [/f079(..)*?f7/, /f06c(..)*?f7/, /f06a(..)*?f7/].map((answer) =>
      Buffer.from(answer.exec(text)?.[0] as string, 'hex'),
    );
    return () => {
      const transport: Transport = {
        ...{ name: 'recording', open: true, trouble: null },
        onOpen() {},
        onBytes() {},
        onClose() {},
        write(bytes) {
          for (const [i, question] of ['f079f7', 'f06bf7', 'f069f7'].entries())
            if (Buffer.from(bytes).toString('hex').endsWith(question))
              queueMicrotask(() => transport.onBytes(answers[i] as Uint8Array));
        },
        async stop() {},
      };
      queueMicrotask(() => {
        transport.onOpen();
        for (let at = 0; at < stream.length; at += 7) transport.onBytes(stream.subarray(at, at + 7));
      });
      return transport;
    };
  }

  test.each(['stream-joined-mid-message-adc.hex', 'stream-joined-mid-message-serial.hex'])('%s', async (name) => {
    const { outputs: _, ...line } = LINE;
    const bed = { id: 'bed', profile: 'analog-soil-probe', pin: 'A0', intervalMs: 1_000 };
    const heard = await listen({ ...line, devices: [bed] }, playing(bytes(name)));
    endings.push(() => heard.line.stop());
    // Its last analog value is E0 7F 03, in one of the two.
    if (name.includes('adc')) await soon(() => expect(heard.samples[0]?.values).toEqual([511]));
    else await soon(() => expect(heard.line.status()[0]?.trouble).toBe('no value came from A0'));
    expect(heard.rejected.map((r) => [r.code, r.reason.slice(0, 7)])).toEqual(
      name.includes('adc') ? [] : [['FRAME_MALFORMED', 'byte FE']],
    );
  });
});

describe('the simulator’s board', () => {
  const farm = (port: { tcp: number } | { pty: string }): SimConfig => ({
    ...{ seed: 7, start: '2026-06-01T06:00:00Z', site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
    fields: [
      {
        id: 'north',
        soil: 'loam',
        outline: [
          [86.05, 44.302],
          [86.054, 44.302],
          [86.054, 44.304],
        ],
      },
    ],
    lines: [
      {
        ...{ type: 'firmata', device: 'board', port },
        probes: [{ device: 'bed', channel: 0, field: 'north', depthCm: 20 }],
        air: [
          { device: 'hut', sensor: 'bme280', address: 0x76 },
          { device: 'shed', sensor: 'dht-backpack', address: 0x0a },
        ],
        rain: [{ device: 'gauge', pin: 2 }],
      },
    ],
  });
  const everything: BoardLine['devices'] = [
    { id: 'bed', profile: 'analog-soil-probe', pin: 'A0', intervalMs: 5_000 },
    { id: 'hut', profile: 'bme280', address: 0x76, intervalMs: 5_000 },
    { id: 'shed', profile: 'dht22-backpack', address: 0x0a, intervalMs: 5_000 },
    { id: 'gauge', profile: 'tipping-bucket', pin: 2, intervalMs: 5_000 },
  ];
  const folder = mkdtempSync(join(tmpdir(), 'karez-board-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each<[string, { tcp: number } | { pty: string }]>([
    ['a TCP port', { tcp: 0 }],
    ['a pseudo-terminal', { pty: join(folder, 'board') }],
  ])('says by %s what its world is like', async (_, port) => {
    const deps = { clock: systemClock(), logger: silentLogger, record: noRecord };
    const simulator = await startSimulator({ config: farm(port), passwords: {}, folder }, { speed: 20 }, deps);
    endings.push(() => simulator.stop());
    const name = simulator.facts.lines[0]?.port as string;
    const { line, samples } = await listen(
      { ...LINE, devices: everything, port: 'tcp' in port ? { tcp: name } : { serial: name } },
      startTransport,
    );
    endings.push(() => line.stop());
    const last = (device: string) => samples.findLast((s) => s.device === device)?.values ?? [];
    await soon(() => expect(['bed', 'hut', 'shed', 'gauge'].every((id) => last(id).length > 0)).toBe(true));
    const { world } = simulator.farm;
    const weather = world.weather();
    const moisture = world.soilAt('north', 20, 'bed').moisturePct;
    expect(Math.abs((last('bed')[0] as number) - (520 - (260 * moisture) / 45))).toBeLessThan(3);
    expect(Math.abs((last('hut')[0] as number) - weather.temperatureC)).toBeLessThan(1);
    expect(Math.abs((last('hut')[1] as number) - weather.humidityPct)).toBeLessThan(3);
    expect(Math.abs((last('hut')[2] as number) - weather.pressureHpa)).toBeLessThan(0.5);
    expect(Math.abs((last('shed')[0] as number) - weather.temperatureC)).toBeLessThan(1);
    simulator.command(JSON.stringify({ fault: 'absent', device: 'hut' }));
    await soon(() =>
      expect(line.status().find((d) => d.id === 'hut')?.trouble).toBe(
        'nothing, or not enough, comes from address 0x76 of I2C: is the sensor connected?',
      ),
    );
  });
});
