import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { soundSenses } from '../senses.ts';
import { World } from '../world/world.ts';
import { DroneRadio, RADIO_STEP_MS, type RadioOptions } from './drone-radio.ts';
import { asFrom, MAVLINK_MESSAGES, MavlinkSender, spoiled, x25 } from './mavlink.ts';

const START = Date.UTC(2026, 5, 1);

function setUp(more: Partial<RadioOptions> = {}) {
  const world = new World({
    ...{ seed: 1, startMs: START, site: { latitude: 44.3, longitude: 86.05, elevationM: 450 } },
    fields: [
      {
        id: 'f',
        soil: 'loam',
        outline: [
          [86.05, 44.302],
          [86.054, 44.302],
          [86.054, 44.304],
        ],
      },
    ],
    drones: [{ device: 'drone', fields: ['f'], base: [86.05, 44.301] }],
  });
  const radio = new DroneRadio(soundSenses(world), {
    ...{ device: 'drone', systemId: 42, dialect: 'ardupilot', version: 2, tank: 'fuel-status', ...more },
  });
  let step = 0;
  /** So many steps of the radio; frames as they leave. */
  const run = (steps: number) =>
    Array.from({ length: steps }, () => {
      world.advance(START + ++step * RADIO_STEP_MS);
      return radio.frames();
    }).flat();
  return { world, radio, run };
}

/** Reads a frame with nothing but the rules of the guide. */
function read(frame: Uint8Array) {
  const isFirst = frame[0] === 0xfe;
  const head = isFirst ? 6 : 10;
  const end = head + (frame[1] as number);
  const id = isFirst ? (frame[5] as number) : (frame[7] as number) + (frame[8] as number) * 256;
  const [name, message] = Object.entries(MAVLINK_MESSAGES).find(([, [own]]) => own === id) as [
    string,
    readonly number[],
  ];
  const sum = x25([...frame.subarray(1, end), message[1] as number]);
  const payload = new Uint8Array(255);
  payload.set(frame.subarray(head, end));
  return {
    ...{ name, sequence: frame[isFirst ? 2 : 4], system: frame[isFirst ? 3 : 5], bytes: frame[1] },
    isSound: frame[end] === (sum & 255) && frame[end + 1] === sum >> 8,
    view: new DataView(payload.buffer),
    rest: frame.subarray(end + 2),
  };
}

describe.each([
  ['ardupilot', 2],
  ['ardupilot', 1],
  ['px4', 2],
  ['px4', 1],
] as const)('%s in version %d', (dialect, version) => {
  test('sends every message at its pace, numbered without gaps, with right checksums', () => {
    const { run } = setUp({ dialect, version });
    const counts: Record<string, number> = {};
    let sequence = 0;
    for (const { bytes } of run(40)) {
      expect(bytes[0]).toBe(version === 1 ? 0xfe : 0xfd);
      const frame = read(bytes);
      expect(frame).toMatchObject({ sequence: sequence++ & 255, system: 42, isSound: true });
      expect(frame.rest.length).toBe(0);
      if (version === 1)
        expect(frame.bytes).toBe(Object.entries(MAVLINK_MESSAGES).find(([n]) => n === frame.name)?.[1][3]);
      counts[frame.name] = (counts[frame.name] ?? 0) + 1;
    }
    const common = {
      ...{ HEARTBEAT: 10, SYSTEM_TIME: 10, GPS_RAW_INT: 10, GLOBAL_POSITION_INT: 40, SERVO_OUTPUT_RAW: 10 },
      ...{ VFR_HUD: 20, BATTERY_STATUS: 5, MISSION_CURRENT: 10 },
    };
    const own =
      dialect === 'ardupilot'
        ? { RANGEFINDER: 20, RPM: 10, NAMED_VALUE_FLOAT: 20 }
        : { DISTANCE_SENSOR: 20, ...(version === 2 ? { ESC_STATUS: 10 } : {}) };
    expect(counts).toEqual({ ...common, ...own, ...(version === 2 ? { FUEL_STATUS: 10 } : {}) });
  });

  test('tells its mode as the autopilot does while it flies', () => {
    const { run, world } = setUp({ dialect, version });
    const modes = new Set<string>();
    for (let i = 0; i < 4_000; i++)
      for (const { bytes } of run(1)) {
        const { name, view } = read(bytes);
        if (name !== 'HEARTBEAT') continue;
        expect(view.getUint8(5)).toBe(dialect === 'px4' ? 12 : 3);
        modes.add(`${world.drone('drone').phase} ${view.getUint32(0, true).toString(16)}`);
      }
    const expected =
      dialect === 'px4'
        ? ['ready 3040000', 'climb 2040000', 'transit 4040000', 'spray 4040000', 'home 5040000', 'land 6040000']
        : ['ready 0', 'climb 3', 'transit 3', 'spray 3', 'home 6', 'land 9'];
    for (const mode of expected) expect(modes).toContain(mode);
  });
});

test('a tank may be told as a meter in the place of a second battery', () => {
  const { run } = setUp({ tank: 'battery-monitor' });
  const meters = run(8)
    .map(({ bytes }) => read(bytes))
    .filter(({ name, view }) => name === 'BATTERY_STATUS' && view.getUint8(32) === 1);
  expect(meters.length).toBe(1);
  expect(meters[0]?.view.getUint16(10, true)).toBe(1_000);
  expect(meters[0]?.view.getInt8(35)).toBe(100);
});

test('frames are signed: the key, the frame, the link and a time that rises', () => {
  const { run } = setUp({ passphrase: 'a passphrase' });
  const key = createHash('sha256').update('a passphrase').digest();
  let last = 0;
  for (const { bytes } of run(8)) {
    expect(bytes[2]).toBe(1);
    expect(read(bytes).rest.length).toBe(13);
    const hash = createHash('sha256').update(key).update(bytes.subarray(0, -6)).digest();
    expect(Buffer.from(bytes.subarray(-6))).toEqual(hash.subarray(0, 6));
    const tail = Buffer.from(bytes.subarray(-13));
    const time = tail.readUIntLE(1, 6);
    expect(time).toBeGreaterThan(last);
    last = time;
  }
  expect(Math.abs(last / 100 - (START + 2_000 - Date.UTC(2015, 0, 1)))).toBeLessThan(10);
});

test('a frame can be spoiled, or come from a neighbour, in both versions and signed', () => {
  for (const options of [{ version: 1 }, { version: 2 }, { passphrase: 'a passphrase' }] as const) {
    const [frame] = setUp(options).run(4);
    expect(read(frame?.spoiled() as Uint8Array).isSound).toBe(false);
    expect(read(frame?.elsewhere() as Uint8Array)).toMatchObject({ isSound: true, system: 43 });
  }
  expect(spoiled(new MavlinkSender(1, 1).frame('RPM', (p) => p)).length).toBe(13);
  expect(
    read(
      asFrom(
        new MavlinkSender(1, 1).frame('RPM', (p) => p),
        9,
      ),
    ).system,
  ).toBe(9);
});

describe('asked for messages', () => {
  /** A request of another system, by the rules of the guide; 76 has CRC_EXTRA 152. */
  function request(id: number, micros: number, target = 42): Uint8Array {
    const frame = new Uint8Array(12 + 33);
    frame.set([0xfd, 33, 0, 0, 0, 254, 191, 76, 0, 0]);
    const view = new DataView(frame.buffer, 10);
    view.setFloat32(0, id, true);
    view.setFloat32(4, micros, true);
    view.setUint16(28, 511, true);
    view.setUint8(30, target);
    const sum = x25([...frame.subarray(1, 43), 152]);
    frame.set([sum & 255, sum >> 8], 43);
    return frame;
  }
  const results = (frames: { bytes: Uint8Array }[]) =>
    frames.map(({ bytes }) => {
      const { name, view } = read(bytes);
      return [name, view.getUint16(0, true), view.getUint8(2)];
    });

  test('a quiet one sends heartbeats only, until it is asked; what it does not have it says', () => {
    const { run, radio } = setUp({ quiet: true });
    const names = () => new Set(run(8).map(({ bytes }) => read(bytes).name));
    expect(names()).toEqual(new Set(['HEARTBEAT']));
    expect(results(radio.take(request(33, 500_000)))).toEqual([['COMMAND_ACK', 511, 0]]);
    expect(results(radio.take(request(9_999, 500_000)))).toEqual([['COMMAND_ACK', 511, 3]]);
    expect(radio.take(request(24, 500_000, 7))).toEqual([]);
    expect(run(40).filter(({ bytes }) => read(bytes).name === 'GLOBAL_POSITION_INT').length).toBe(20);
    radio.take(request(33, -1));
    expect(names()).toEqual(new Set(['HEARTBEAT']));
  });

  test('however the bytes come, with noise before and between', () => {
    const { radio } = setUp();
    const bytes = [0xfd, 7, 0xfe, ...request(33, 0), 0xfe, 0xfd, ...request(24, 0), ...new Array(300).fill(0)];
    const acks = bytes.flatMap((byte) => radio.take(Uint8Array.of(byte)));
    expect(results(acks)).toEqual([
      ['COMMAND_ACK', 511, 0],
      ['COMMAND_ACK', 511, 0],
    ]);
  });
});
