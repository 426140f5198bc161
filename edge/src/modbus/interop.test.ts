import { type ModbusProfile, profileOf, seededRandom, silentLogger, systemClock } from '@karez/model';
import ModbusSerial from 'modbus-serial';
import { afterEach, expect, test } from 'vitest';
import { fakeIntake } from '../testing/fake-intake.ts';
import { openPty } from '../testing/pty.ts';
import { startModbusBus } from './bus.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

test('a slave of other makers on a real tty is read: modbus-serial answers, another address stays silent', async () => {
  const ours = await openPty();
  const theirs = await openPty();
  endings.push(
    () => ours.unplug(),
    () => theirs.unplug(),
  );
  ours.onBytes = (bytes) => theirs.write(bytes);
  theirs.onBytes = (bytes) => ours.write(bytes);
  const registers = [352, 65_435, 418, 64, 18, 12, 63];
  const slave = new ModbusSerial.ServerSerial(
    {
      getHoldingRegister: (address: number) => registers[address] as number,
      getMultipleHoldingRegisters: (from: number, count: number) => registers.slice(from, from + count),
    },
    { path: theirs.path, baudRate: 9_600, unitID: 5 },
  );
  await new Promise((resolve) => slave.once('initialized', () => resolve(undefined)));
  endings.push(() => new Promise<void>((resolve) => slave.close(() => resolve())));

  const profile = profileOf('cwt-soil-7in1') as ModbusProfile;
  const intake = fakeIntake();
  const heard = Promise.withResolvers<void>();
  const accept = intake.accept;
  intake.accept = async (sample) => {
    await accept(sample);
    if (intake.accepted.length === 3) heard.resolve();
  };
  const devices = [5, 6].map((address) => ({ id: `p${address}`, profile: profile.id, address, intervalMs: 100 }));
  const bus = startModbusBus(
    { type: 'modbus', port: { serial: ours.path, baudRate: 9_600 }, devices, timeoutMs: 1_000 },
    devices.map(({ address: _, ...d }) => ({ ...d, profileRecord: profile })),
    intake,
    { clock: systemClock(), random: seededRandom(1), logger: silentLogger },
  );
  endings.push(() => bus.stop());
  await heard.promise;
  expect(intake.accepted[2]).toMatchObject({
    device: 'p5',
    channels: [0, 1, 2, 3, 4, 5, 6],
    values: [35.2, -10.1, 418, 6.4, 18, 12, 63],
  });
  expect(intake.of('p6')).toEqual([]);
  expect(intake.rejected).toEqual([]);
});
