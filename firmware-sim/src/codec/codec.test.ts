/** The simulator's encoders against frames that others have published, field by field. */
import { describe, expect, test } from 'vitest';
import { DavisConsole, loop2Packet, loopPacket } from './davis-console.ts';
import { davisCrc } from './davis-crc.ts';
import { DavisLogger } from './davis-logger.ts';
import { MavlinkSender } from './mavlink.ts';
import { SIM_MODBUS_DEVICES, slaveOf } from './modbus-devices.ts';
import { ModbusBus, modbusCrc } from './modbus-slave.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (b: Uint8Array | undefined) => Buffer.from(b ?? []).toString('hex');
const celsius = (f: number) => (f - 32) / 1.8;
const ms = (mph: number) => mph * 0.44704;
const hPa = (inches: number) => inches * 33.8638866667;

describe('Modbus probe', () => {
  const values = {
    ...{ moisturePct: 35.2, temperatureC: 24.1, ecUsCm: 418, ph: 6.4 },
    ...{ nitrogen: 18, phosphorus: 12, potassium: 63 },
  };
  const probe = (measured: typeof values) => slaveOf(SIM_MODBUS_DEVICES['cwt-soil-7in1'], measured);
  const bus = () => new ModbusBus((address) => (address === 1 ? probe(values) : undefined));

  test('gives the published reply to the published request', () => {
    const replies = bus().take(bytes('0103000000070408'));
    expect(replies.map((r) => hex(r.reply).toUpperCase())).toEqual(['01030E016000F101A200400012000C003FA0FD']);
  });

  test('encodes frost as a signed number', () => {
    expect(probe({ ...values, temperatureC: -10.1 }).word(1)).toBe(0xff9b);
  });

  test('takes a request in pieces, after noise, and keeps silent to a wrong CRC and to other addresses', () => {
    const line = bus();
    expect(line.take(bytes('010300000007440c'))).toEqual([]);
    expect(line.take(bytes('ff'))).toEqual([]);
    expect(line.take(bytes('01030000'))).toEqual([]);
    expect(line.take(bytes('00070408'))).toHaveLength(1);
    expect(line.take(bytes('0203000000070' + '43b'))).toEqual([]);
  });

  test.each([
    ['010300050007', '8302'],
    ['010600000001', '8601'],
    ['010300000000', '8303'],
  ])('refuses %s with an exception', (request, expected) => {
    const plain = bytes(request);
    const crc = modbusCrc(plain);
    const [answer] = bus().take(Uint8Array.from([...plain, crc & 0xff, crc >>> 8]));
    expect(hex(answer?.reply).slice(2, 6)).toBe(expected);
    expect(modbusCrc(answer?.reply as Uint8Array)).toBe(0);
  });
});

describe('Davis console', () => {
  // Published captures: LOOP without and with solar sensors, LOOP2.
  const captures = [
    '4c4f4f14003e032175da0239d10204056301ffffffffffffffffffffffffffffff4effffffffffffff0000ffff7f0000ffff000000000000000000000000ffffffffffffff0000000000000000000000000000000000002703064b26023e070a0d1163',
    '4c4f4fec00a0045b7434032d24030201a300ffffffffffffffffffffffffffffff2bffffffffffffff000050ca030000ffff00000d000d0061002e016004ffffffffffffff000000000000000000000000000000000000c70003c06f02f9070a0d3387',
    '4c4f4f0001ff7fef742d0335660305ffe000400042000c003b01ff7fff7f4b00ff44ff600057006d000000ff12040000ffff00000000000035000000020000c9ff657265721775ff00100b080d100c28160202ff7fff7fff7fff7fff7fff7f0a0ddd2b',
  ].map(bytes);
  const calm = {
    ...{ temperatureC: 20, humidityPct: 50, pressureHpa: 1000, windMs: 0, gustMs: 0, windDeg: 0, rainMmPerH: 0 },
    ...{ cloud: 0, solarWm2: 0, uvIndex: 0, windAverage10Ms: 0, windAverage2Ms: 0, gust10Ms: 0, gust10Deg: 0 },
    ...{ pressureChange3hHpa: 0, rainDayMm: 0, etDayMm: 0, clickMm: 0.254 },
  };
  /** Bytes of `[from, length]` fields of a packet. */
  const fields = (packet: Uint8Array, at: [number, number][]) =>
    at.map(([from, length]) => `${from}: ${hex(packet.subarray(from, from + length))}`);

  test('has the checksum of three captures', () => {
    expect(captures).toHaveLength(3);
    for (const capture of captures) expect(davisCrc(capture)).toBe(0);
  });

  test('LOOP has the bytes of a capture wherever the weather decides them', () => {
    const packet = loopPacket({
      ...calm,
      ...{ pressureHpa: hPa(29.787), temperatureC: celsius(80.4), humidityPct: 43, windDeg: 163, uvIndex: 8 },
      ...{ solarWm2: 970, etDayMm: 0.097 * 25.4, rainDayMm: 0, windMs: ms(2), windAverage10Ms: ms(1) },
      pressureChange3hHpa: hPa(-0.03),
    });
    const at: [number, number][] = [
      ...([
        [0, 5],
        [7, 2],
        [12, 4],
        [16, 17],
        [33, 8],
        [41, 2],
        [43, 1],
        [44, 2],
        [50, 2],
        [56, 2],
        [95, 2],
      ] as [number, number][]),
    ];
    const capture = captures[1] as Uint8Array;
    expect(fields(packet, at)).toEqual(fields(capture, at));
    expect(davisCrc(packet)).toBe(0);
  });

  test('LOOP2 has the bytes of a capture wherever the weather decides them', () => {
    const packet = loop2Packet({
      ...calm,
      ...{ pressureHpa: hPa(29.935), temperatureC: celsius(87), humidityPct: 68, windMs: ms(5), windDeg: 224 },
      ...{ windAverage10Ms: ms(6.4), windAverage2Ms: ms(6.6), gust10Ms: ms(1.2), gust10Deg: 315 },
      ...{ solarWm2: 1042, uvIndex: 10.9, etDayMm: 0.053 * 25.4 },
    });
    const at: [number, number][] = [
      ...([
        [0, 3],
        [4, 3],
        [7, 2],
        [12, 2],
        [14, 4],
        [18, 12],
        [30, 5],
        [41, 2],
        [44, 2],
        [48, 2],
      ] as [number, number][]),
    ];
    expect(fields(packet, at)).toEqual(fields(captures[2] as Uint8Array, at));
    expect(davisCrc(packet)).toBe(0);
  });

  test('wakes, answers, sends what was asked for and stops at a byte', () => {
    const logger = (clickMm: number) =>
      new DavisLogger({ clickMm, zone: { offsetMinutes: 0 }, periodMinutes: 5, revision: 'B' }, () =>
        Date.UTC(2026, 5, 1),
      );
    const console = new DavisConsole(() => calm, logger(0.254));
    const text = (s: string) => new TextEncoder().encode(s);
    const said = (it: DavisConsole, command: string) =>
      Uint8Array.from(it.take(text(command)).flatMap(({ bytes: words }) => [...words]));
    expect(hex(said(console, '\n'))).toBe('0a0d');
    expect(hex(said(console, 'TEST\n'))).toBe(hex(text('\n\rTEST\n\r')));
    expect(hex(said(console, 'EEBRD 2B 01\n')).slice(0, 4)).toBe('06c0');
    const metric = new DavisConsole(() => ({ ...calm, clickMm: 0.2, rainDayMm: 1.3 }), logger(0.2));
    const memory = said(metric, 'EEBRD 2B 01\n');
    expect([memory[1], memory.length, davisCrc(memory.subarray(1))]).toEqual([0xd0, 4, 0]);
    metric.take(text('LOOP 1\n'));
    expect(hex(metric.tick()?.subarray(50, 52))).toBe('0600');
    expect(hex(said(console, 'NONSENSE\n'))).toBe('21');
    expect(console.tick()).toBeUndefined();
    expect(hex(said(console, 'LPS 3 3\n'))).toBe('06');
    expect([console.tick(), console.tick(), console.tick()].map((p) => p?.[4])).toEqual([0, 1, 0]);
    expect(console.tick()).toBeUndefined();
    console.take(text('LOOP 9\r'));
    expect(console.tick()?.[4]).toBe(0);
    expect(hex(said(console, '\r'))).toBe('0a0d');
    expect(console.tick()).toBeUndefined();
  });
});

describe('MAVLink radio', () => {
  /** A sender that has sent as many frames as the sequence number of `published` says. */
  const senderUpTo = (published: Uint8Array) => {
    const sender = new MavlinkSender(1, 1);
    for (let i = 0; i < (published[4] as number); i++) sender.frame('NAMED_VALUE_FLOAT', (p) => p);
    return sender;
  };
  // Built with node-mavlink from the messages' definitions.
  const position = bytes('fd1c000007010121000040e201003ba5671ae8314a3352f20600821400002c01f8fd00002e75b492');
  const fuel = bytes('fd1a00000801017301000060ea4600b0334600889046666685423393924301000000003e2967');

  test('GLOBAL_POSITION_INT and FUEL_STATUS are byte for byte those of another encoder', () => {
    const own = senderUpTo(position).frame('GLOBAL_POSITION_INT', (p) =>
      p.u32(123_456).i32(443_000_123, 860_500_456, 455_250, 5_250).u16(300, -520, 0, 29_998),
    );
    expect(hex(own)).toBe(hex(position));
    const liquid = senderUpTo(fuel).frame('FUEL_STATUS', (p) =>
      p.f32(30_000, 11_500, 18_500, 66.7, 293.15).u32(1).u8(0, 62),
    );
    expect(hex(liquid)).toBe(hex(fuel));
  });
});
