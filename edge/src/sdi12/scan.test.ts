import { seededRandom, silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { describe, expect, test } from 'vitest';
import type { Found, ScanRequest } from '../device/scanners.ts';
import { fakeTransport } from '../testing/fake-transport.ts';
import { attachSensors } from '../testing/sdi12-sensors.ts';
import { changeSdi12Address } from './change-address.ts';
import { scanSdi12 } from './scan.ts';

function setUp(addresses: string) {
  const clock = virtualClock();
  const port = fakeTransport();
  const bus = attachSensors(port.line, clock, addresses);
  const deps = { clock, random: seededRandom(1), logger: silentLogger };
  const open = (...args: Parameters<typeof port.open>) => {
    clock.after(1, () => port.line.connect());
    return port.open(...args);
  };
  /** Lets time pass until `done` is over. */
  const over = async <T>(done: Promise<T>): Promise<T> => {
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    done.then(end, end);
    for (let i = 0; i < 300 && !isOver; i++) await clock.advance(1_000);
    return done;
  };
  return { clock, line: port.line, bus, deps, open, over };
}

async function scan(
  addresses: string,
  more: Partial<ScanRequest> = {},
  prepare?: (it: ReturnType<typeof setUp>) => void,
) {
  const it = setUp(addresses);
  prepare?.(it);
  const found: Found[] = [];
  const progress: string[] = [];
  await it.over(
    scanSdi12(
      { port: { serial: '/dev/none' }, isThorough: false, isTcp: false, ...more },
      { ...it, found: (f) => found.push(f), progress: (text) => progress.push(text), isStopped: () => false },
    ),
  );
  return { found, progress, line: it.line };
}

describe('a search', () => {
  test('finds every sensor, says what it is and which profile fits', async () => {
    const { found, progress, line } = await scan('05aZ', {}, ({ bus }) => {
      bus.sensor('5').identity = '13CAMPBELLCLIM50529VUE-500002164';
      bus.sensor('a').identity = '14ACME    LEVEL1120';
      bus.sensor('Z').spoil = (answer) => answer.slice(2);
    });
    expect(found).toEqual([
      { address: '0', said: 'METER TER12 201 T12-00082937, SDI-12 1.3: profile teros-12' },
      { address: '5', said: 'CAMPBELL CLIM50 529 VUE-500002164, SDI-12 1.3: profile climavue50' },
      { address: 'a', said: 'ACME LEVEL1 120, SDI-12 1.4' },
      { address: 'Z', said: expect.stringMatching(/^something answers, but not well: /) },
    ]);
    expect(progress.at(-1)).toBe('address Z (62 of 62), 3 found');
    expect(line.open).toBe(false);
    expect(line.baudRate).toBe(9_600);
  });

  test('through a transparent adapter, among some addresses', async () => {
    const { found, line } = await scan('12', { adapter: 'transparent', addresses: ['2', '3'] }, ({ bus }) => {
      bus.wakesItself = false;
    });
    expect(found.map((f) => f.address)).toEqual(['2']);
    expect([line.baudRate, line.breaks > 2]).toEqual([1_200, true]);
  });

  test('what is no address is refused', async () =>
    expect(scan('1', { addresses: ['12'] })).rejects.toThrow('an SDI-12 address is a digit or a letter, not "12"'));
});

describe('another address', () => {
  const change = (it: ReturnType<typeof setUp>, from: string, to: string) =>
    it.over(changeSdi12Address({ port: { serial: '/dev/none' }, adapter: 'command', from, to }, it.deps, it.open));

  test('is given, and the sensor asked whether it has it', async () => {
    const it = setUp('01');
    await change(it, '0', '7');
    expect(it.bus.sensor('7').asked.map((a) => a.command)).toEqual(['', 'A7', '']);
    expect(it.line.open).toBe(false);
  });

  test('is there although the answer to it was lost: it is not sent twice', async () => {
    const it = setUp('0');
    it.bus.sensor('0').spoil = (answer, command) => (command === 'A7' ? '' : answer);
    await change(it, '0', '7');
    expect(it.bus.sensor('7').asked.filter((a) => a.command === 'A7')).toHaveLength(1);
  });

  test.each([
    ['01', '0', '1', 'address 1 is in use on this bus'],
    ['0', '0', '0', 'it has the address 0 already'],
    ['0', '0', '?', 'an SDI-12 address is a digit or a letter, not "?"'],
    ['0', '?', '1', 'an SDI-12 address is a digit or a letter, not "?"'],
    ['0', '3', '1', 'address 3 does not answer'],
  ])('on a bus with %s, from %s to %s is refused', async (addresses, from, to, words) => {
    const it = setUp(addresses);
    await expect(change(it, from, to)).rejects.toThrow(words);
    for (const address of addresses)
      expect(it.bus.sensor(address).asked.filter((a) => a.command.startsWith('A'))).toEqual([]);
  });

  test('that garbled answers stand at is not free', async () => {
    const it = setUp('01');
    it.bus.sensor('1').spoil = () => '\x81~x\r\n';
    await expect(change(it, '0', '1')).rejects.toThrow('address 1 is in use');
  });

  test('that a sensor does not take, or that two take, is told', async () => {
    const fixed = setUp('0');
    fixed.bus.sensor('0').movable = false;
    await expect(change(fixed, '0', '7')).rejects.toThrow('the sensor keeps address 0');
    const two = setUp('00');
    two.bus.sensor('0').movable = true;
    const [first] = [two.bus.sensor('0')];
    const hears = two.line.device;
    two.line.device = (bytes) => {
      if (new TextDecoder().decode(bytes) === '0A7!') first.movable = false;
      hears(bytes);
    };
    await expect(change(two, '0', '7')).rejects.toThrow(/the sensor keeps address 0|address 0 is still answered/);
  });
});
