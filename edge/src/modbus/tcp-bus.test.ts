/** A Modbus TCP gateway with several units: modbus-serial's server on a real port, and one in a test's hands that misbehaves. */
import { type ModbusProfile, profileOf, seededRandom, silentLogger, systemClock } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import ModbusSerial from 'modbus-serial';
import { afterEach, expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import { startModbusBus } from './bus.ts';

const SOIL = profileOf('cwt-soil-7in1') as ModbusProfile;
const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

/** A bus of `units` read by `profile`. */
function devicesOf(units: number[], profile: ModbusProfile, intervalMs: number) {
  const devices = units.map((address) => ({ id: `u${address}`, profile: profile.id, address, intervalMs }));
  return { devices, configured: devices.map(({ address: _, ...d }) => ({ ...d, profileRecord: profile })) };
}

test('several units behind one gateway of another maker are read, coils and registers; a silent one is said to be so', async () => {
  const profile: ModbusProfile = {
    ...SOIL,
    id: 'mixed',
    channels: [
      { quantity: 'soil.moisture', register: 0, type: 'uint16', divide: 1, decimals: 1 },
      { quantity: 'soil.raw', place: 'n1', register: 3, type: 'bit', function: 1, decimals: 0 },
      { quantity: 'soil.raw', place: 'n2', register: 4, type: 'bit', function: 2, decimals: 0 },
      { quantity: 'soil.ec', register: 8, type: 'float32', function: 4, decimals: 1 },
    ],
  };
  const float = new DataView(new ArrayBuffer(4));
  float.setFloat32(0, 418.5);
  const server = new ModbusSerial.ServerTCP(
    {
      getHoldingRegister: async (_: number, unit: number) => unit * 100,
      getInputRegister: async (address: number) => float.getUint16((address - 8) * 2),
      getCoil: async (address: number, unit: number) => address === 3 && unit === 5,
      getDiscreteInput: async (address: number) => address === 4,
    },
    { host: '127.0.0.1', port: 0, unitID: 0 },
  );
  const port = await new Promise<number>((resolve) =>
    server.once('initialized', () =>
      resolve((server as unknown as { _server: { address(): { port: number } } })._server.address().port),
    ),
  );
  endings.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { devices, configured } = devicesOf([5, 6, 200], profile, 100);
  const intake = fakeIntake();
  const heard = Promise.withResolvers<void>();
  const accept = intake.accept;
  intake.accept = async (sample) => {
    await accept(sample);
    if (intake.accepted.length === 6) heard.resolve();
  };
  const bus = startModbusBus(
    { type: 'modbus', framing: 'tcp', port: { tcp: `127.0.0.1:${port}` }, devices },
    configured,
    intake,
    { clock: systemClock(), random: seededRandom(1), logger: silentLogger },
  );
  endings.push(() => bus.stop());
  await heard.promise;
  const values = (unit: number) => intake.of(`u${unit}`)[0];
  expect(values(5)).toMatchObject({ channels: [0, 1, 2, 3], values: [50, 1, 1, 418.5] });
  expect(values(6)).toMatchObject({ values: [60, 0, 1, 418.5] });
  expect(values(200)).toMatchObject({ values: [2_000, 0, 1, 418.5] });
  expect(intake.rejected).toEqual([]);
});

test('late answers, rubbish and a gateway’s word that its device is silent are told apart; the next answer is read', async () => {
  const clock = virtualClock();
  const intake = fakeIntake(clock.monoMs);
  const port = fakeTransport();
  const { devices, configured } = devicesOf([1, 2, 3], SOIL, 1_000);
  const bus = startModbusBus(
    { type: 'modbus', framing: 'tcp', port: { tcp: 'gw:502' }, timeoutMs: 100, retries: 0, devices },
    configured,
    intake,
    { clock, random: seededRandom(1), logger: silentLogger },
    port.open,
  );
  endings.push(() => bus.stop());
  let asked = 0;
  port.line.device = (request) => {
    const unit = request[6] as number;
    const values = [352, 241, 418, 64, 18, 12, 63].flatMap((v) => [v >> 8, v & 255]);
    const header = [...request.subarray(0, 4)];
    const sound = Uint8Array.of(...header, 0, 17, unit, 3, 14, ...values);
    asked++;
    // Unit 1 now and then answers only after its time; unit 2 with rubbish before; unit 3 is silent behind the gateway.
    if (unit === 1) clock.after(asked % 2 === 0 ? 130 : 20, () => port.line.say(sound));
    if (unit === 2) clock.after(20, () => port.line.say(Uint8Array.of(0, 0, 1, 3), sound.slice(0, 5), sound));
    if (unit === 3) clock.after(20, () => port.line.say(Uint8Array.of(...header, 0, 3, 3, 0x83, 11)));
  };
  port.line.connect();
  await clock.advance(20_000);
  for (const unit of [1, 2]) {
    expect(intake.of(`u${unit}`).length).toBeGreaterThan(5);
    for (const { values } of intake.of(`u${unit}`)) expect(values).toEqual([35.2, 24.1, 418, 6.4, 18, 12, 63]);
  }
  expect(intake.of('u3')).toEqual([]);
  const [, , third] = bus.status();
  expect(third).toMatchObject({ trouble: 'the gateway says that address 3 does not answer' });
  expect(third?.timeouts).toBeGreaterThan(1);
  expect(bus.status()[0]?.timeouts).toBeGreaterThan(1);
});
