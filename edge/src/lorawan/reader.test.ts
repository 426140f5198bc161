/** Events of LoRaWAN servers, as their documents publish them and with what goes wrong, through the gateway's own pipeline. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KarezError, type LorawanProfile, profileOf, silentLogger, systemClock } from '@karez/model';
import { afterAll, describe, expect, test } from 'vitest';
import { codecRunner } from '../codec/runner.ts';
import type { ConfiguredDevice } from '../config.ts';
import type { Mark } from '../journal/marks.ts';
import { fakeIntake } from '../testing/fake-intake.ts';
import { recordingPipeline } from '../testing/recording-pipeline.ts';
import type { LorawanLineConfig } from './line-config.ts';
import { lorawanReader } from './reader.ts';

const RX = Date.UTC(2022, 6, 18, 9, 34, 15, 775);
const NOW = RX + 86_400_000;
const SOIL = 'a840410001818181';
const LSE01 = 'zikA8QelCZtuKJA=';
const folder = mkdtempSync(join(tmpdir(), 'karez-lorawan-'));
const codecs = codecRunner({ clock: systemClock(), logger: silentLogger });
afterAll(async () => {
  await codecs.stop();
  rmSync(folder, { recursive: true });
});

const device = (id: string, profileRecord: LorawanProfile): ConfiguredDevice => ({
  id,
  profile: profileRecord.id,
  profileRecord,
});
const lse01 = profileOf('dragino-lse01') as LorawanProfile;

async function setUp(network: 'chirpstack' | 'ttn', profile = lse01, marks: Mark[] = []) {
  const devices = [device('soil-1', profile), device('soil-2', profile)];
  const line: LorawanLineConfig = {
    ...{ type: 'lorawan', name: 'server', network },
    devices: [
      { id: 'soil-1', profile: profile.id, devEui: SOIL.toUpperCase() },
      { id: 'soil-2', profile: profile.id, deviceId: 'abp-2' },
    ],
  };
  const recording = await recordingPipeline(devices, NOW, marks);
  const reader = lorawanReader(line, devices, recording.pipeline, codecs);
  const take = (event: unknown, topic = `application/1/device/${SOIL}/event/up`) =>
    reader.take(topic, Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)), 1);
  return { ...recording, reader, take, trouble: () => reader.status()[0]?.trouble };
}

/** The example of ChirpStack's documentation, with our device and its payload; the first uplink, so without fCnt. */
const up = (more: object = {}) => ({
  deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
  time: '2022-07-18T09:34:15.775023242+00:00',
  deviceInfo: { tenantName: 'ChirpStack', deviceName: 'Test device', devEui: SOIL, tags: { key: 'value' } },
  ...{ devAddr: '00189440', dr: 1, fPort: 2, data: LSE01 },
  rxInfo: [
    { gatewayId: '0016c001f153a14c', uplinkId: 4_217_106_255, rssi: -36, snr: 10.5, context: 'E3OWOQ==' },
    { gatewayId: '0016c001f153a14d', uplinkId: 1, rssi: -110, snr: -12 },
  ],
  txInfo: { frequency: 867_100_000, modulation: { lora: { bandwidth: 125_000, spreadingFactor: 11 } } },
  ...more,
});

describe('a ChirpStack event', () => {
  test('is the payload by the profile, the gateway’s time, and the signal of the gateway that heard it best', async () => {
    const s = await setUp('chirpstack');
    await s.take(up());
    expect(s.stored).toEqual([
      {
        ...{ device: 'soil-1', timeMs: RX, historical: false },
        values: {
          ...{ 'soil.moisture': 19.57, 'soil.temperature': 24.59, 'soil.ec': 28_200, 'probe.temperature': 24.1 },
          ...{ 'battery.voltage': 3.625, 'radio.rssi': -36, 'radio.snr': 10.5 },
        },
        // No soil conducts so well.
        range: true,
      },
    ]);
    expect(s.trouble()).toBeNull();
  });

  test('may leave out what holds its default: a ratio of 0, the port, the frame’s number', async () => {
    const s = await setUp('chirpstack');
    await s.take(up({ fPort: undefined, rxInfo: [{ rssi: -120 }] }));
    expect(s.stored[0]?.values).toMatchObject({ 'radio.rssi': -120, 'radio.snr': 0 });
  });

  test('of a gateway that woke in 1970 has the server’s time', async () => {
    const s = await setUp('chirpstack');
    const rxInfo = [{ rssi: -36, gwTime: '1970-01-01T00:00:40Z', nsTime: '2022-07-18T09:34:16.001Z' }];
    await s.take(up({ time: '1970-01-01T00:00:40Z', rxInfo }));
    expect(s.stored[0]?.timeMs).toBe(Date.UTC(2022, 6, 18, 9, 34, 16, 1));
  });

  test.each(['join', 'status', 'ack', 'txack', 'log', 'location', 'integration'])(
    'of the kind %s is counted and stores nothing',
    async (kind) => {
      const s = await setUp('chirpstack');
      await s.take(
        { deviceInfo: { devEui: SOIL }, devAddr: '00189440', margin: 10 },
        `application/1/device/x/event/${kind}`,
      );
      expect(s.stored).toEqual([]);
      expect(s.pipeline.counts.ignored).toEqual(new Map([[`lorawan ${kind}`, 1]]));
      expect(s.pipeline.rejections).toEqual([]);
    },
  );
  test.each([
    ['join', { deviceInfo: {}, devAddr: '00189440' }],
    ['status', { deviceInfo: {}, margin: 10, batteryLevel: 88.3 }],
    ['log', { level: 'ERROR', code: 'UPLINK_MIC', description: 'x' }],
  ])('is known for a %s by its fields where its topic was changed on the way', async (kind, event) => {
    const s = await setUp('chirpstack');
    await s.take(event, 'site/7/lorawan');
    expect([...s.pipeline.counts.ignored.keys()]).toEqual([`lorawan ${kind}`]);
  });

  test('on a port without readings, or with an empty payload, is counted', async () => {
    const s = await setUp('chirpstack');
    await s.take(up({ fPort: 5 }));
    await s.take(up({ data: undefined }));
    expect(s.stored).toEqual([]);
    expect([...s.pipeline.counts.ignored.keys()]).toEqual(['lorawan uplink, port 5', 'lorawan uplink, empty']);
  });

  test('of a device that is not configured is told once and counted', async () => {
    const s = await setUp('chirpstack');
    for (let fCnt = 0; fCnt < 3; fCnt++) await s.take(up({ fCnt, deviceInfo: { devEui: '0102030405060708' } }));
    expect(s.pipeline.rejections).toMatchObject([
      { code: 'NOT_FOUND', reason: expect.stringContaining('0102030405060708') },
    ]);
    expect(s.pipeline.counts.ignored.get('lorawan device that is not configured')).toBe(3);
  });
});

describe('a frame that comes again', () => {
  test('from another gateway minutes later, or by the server anew, is stored once', async () => {
    const s = await setUp('chirpstack');
    await Promise.all([
      s.take(up({ fCnt: 7 })),
      s.take(up({ fCnt: 7, deduplicationId: 'other', time: '2022-07-18T09:36:00Z' })),
    ]);
    await s.take(up({ fCnt: 7, time: '2022-07-18T09:40:00Z', rxInfo: [{ rssi: -90 }] }));
    expect(s.stored.length).toBe(1);
    expect(s.pipeline.counts.repeats).toBe(2);
  });

  test('after the gateway’s restart is known by what stands in the journal', async () => {
    const before = await setUp('chirpstack');
    await before.take(up({ fCnt: 7 }));
    const s = await setUp('chirpstack', lse01, before.marks);
    await s.take(up({ fCnt: 7, time: '2022-07-18T09:35:00Z' }));
    await s.take(up({ fCnt: 8, time: '2022-07-18T09:35:00Z' }));
    expect(s.stored.length).toBe(1);
  });

  test('differs from one with the same number after a join, after a reset, of another device, with another content', async () => {
    const s = await setUp('chirpstack');
    await s.take(up());
    await s.take(up({ devAddr: '00aabbcc' }));
    await s.take(up({ time: '2022-07-18T10:34:15Z' }));
    await s.take(up({ data: 'zikA8QelCZsAyJA=' }));
    await s.take(up({ fCnt: 1 }));
    expect(s.stored.length).toBe(5);
    expect(s.pipeline.counts.repeats).toBe(0);
  });

  test('many frames late by hours keep their own times', async () => {
    const s = await setUp('chirpstack');
    for (let fCnt = 20; fCnt > 0; fCnt--) {
      const rxInfo = [
        { rssi: -80, gwTime: new Date(RX + fCnt * 600_000).toISOString(), nsTime: new Date(NOW).toISOString() },
      ];
      await s.take(up({ fCnt, rxInfo }));
    }
    expect(s.stored.map(({ timeMs }) => timeMs)).toEqual(Array.from({ length: 20 }, (_, i) => RX + (20 - i) * 600_000));
  });
});

/** The message of The Things Stack's documentation, with our device and its payload; numbers as texts where it writes them so. */
const ttn = (message: object = {}, more: object = {}) => ({
  end_device_ids: {
    ...{
      device_id: 'dev1',
      application_ids: { application_id: 'app1' },
      dev_eui: SOIL.toUpperCase(),
      dev_addr: '00BCB929',
    },
  },
  correlation_ids: ['as:up:01'],
  received_at: '2022-07-18T09:34:16.200555444Z',
  uplink_message: {
    ...{ session_key_id: 'AXA50==', f_port: 2, f_cnt: '7', frm_payload: LSE01 },
    rx_metadata: [
      {
        gateway_ids: { gateway_id: 'gtw1' },
        time: '2022-07-18T09:34:15.775Z',
        timestamp: 2_463_457_000,
        rssi: '-35',
        channel_rssi: -35,
        snr: '5.2',
      },
    ],
    settings: { data_rate: { lora: { bandwidth: 125_000, spreading_factor: 7 } }, frequency: '868300000' },
    received_at: '2022-07-18T09:34:16.050Z',
    ...message,
  },
  ...more,
});
const TOPIC = 'v3/app1@ttn/devices/dev1/up';

describe('a message of The Things Stack', () => {
  test('is read like any uplink, with numbers as texts', async () => {
    const s = await setUp('ttn');
    await s.take(ttn(), TOPIC);
    expect(s.stored).toMatchObject([
      { device: 'soil-1', timeMs: RX, values: { 'soil.moisture': 19.57, 'radio.rssi': -35, 'radio.snr': 5.2 } },
    ]);
  });
  test('has the server’s time where the gateway’s cannot be true', async () => {
    const s = await setUp('ttn');
    await s.take(ttn({ rx_metadata: [{ time: '2022-07-18T12:34:15Z', rssi: -35 }] }), TOPIC);
    await s.take(ttn({ f_cnt: 8, rx_metadata: [{ rssi: -35 }] }), TOPIC);
    expect(s.stored.map(({ timeMs }) => timeMs)).toEqual([RX + 275, RX + 275]);
  });
  test('of a device without a DevEUI is known by its name', async () => {
    const s = await setUp('ttn');
    await s.take(ttn({}, { end_device_ids: { device_id: 'abp-2' } }), TOPIC);
    expect(s.stored[0]?.device).toBe('soil-2');
  });
  test.each([
    ['join-accept', { join_accept: { session_key_id: 'x' } }],
    ['downlink-sent', { downlink_sent: {} }],
    ['uplink-normalized', { uplink_normalized: {} }],
    ['other', {}],
  ])('of the kind %s is counted', async (kind, event) => {
    const s = await setUp('ttn');
    await s.take(event, 'v3/app1@ttn/devices/dev1/x');
    expect([...s.pipeline.counts.ignored.keys()]).toEqual([`lorawan ${kind}`]);
  });
  test('gives what its own codec decoded, and what is beside it, by paths', async () => {
    const { layout: _, ...head } = lse01;
    const channels = [
      { quantity: 'soil.moisture', path: 'water', decimals: 2 },
      { quantity: 'soil.temperature', path: '$.uplink_message.normalized_payload[0].soil.temperature', decimals: 1 },
      { quantity: 'battery.level', radio: 'battery', decimals: 0 },
    ] as LorawanProfile['channels'];
    const s = await setUp('ttn', { ...head, numbersAsText: true, channels } as LorawanProfile);
    const normalized_payload = [{ soil: { temperature: 24.6 } }];
    await s.take(
      ttn({ decoded_payload: { water: '19.57' }, normalized_payload, last_battery_percentage: { value: 58.9 } }),
      TOPIC,
    );
    expect(s.stored[0]?.values).toEqual({ 'soil.moisture': 19.57, 'soil.temperature': 24.6, 'battery.level': 58.9 });
  });
});

describe('an event that cannot be read is refused and kept, naming the place', () => {
  test.each([
    ['chirpstack', 'hello', 'PAYLOAD_INVALID', /^the payload is not JSON/],
    ['chirpstack', '[]', 'PAYLOAD_INVALID', 'the event must be an object, not a list'],
    [
      'chirpstack',
      up({ deviceInfo: {} }),
      'PAYLOAD_INVALID',
      'deviceInfo.devEui must be 16 hexadecimal digits, not left out',
    ],
    ['chirpstack', up({ deviceInfo: 5 }), 'PAYLOAD_INVALID', 'deviceInfo must be an object, not 5'],
    [
      'chirpstack',
      up({ deviceInfo: { devEui: 'xyz' } }),
      'PAYLOAD_INVALID',
      /^deviceInfo.devEui must be 16 hexadecimal digits/,
    ],
    ['chirpstack', up({ data: 'not base64!' }), 'PAYLOAD_INVALID', 'data must be base64, not "not base64!"'],
    ['chirpstack', up({ data: Buffer.alloc(243).toString('base64') }), 'PAYLOAD_TOO_LARGE', /^data holds 243 bytes/],
    ['chirpstack', up({ fCnt: -1 }), 'PAYLOAD_INVALID', /^fCnt must be a whole number from 0/],
    ['chirpstack', up({ fCnt: 1.5 }), 'PAYLOAD_INVALID', /^fCnt must be/],
    ['chirpstack', up({ fPort: 300 }), 'PAYLOAD_INVALID', 'fPort must be a whole number from 0 to 255, not 300'],
    ['chirpstack', up({ time: 'noon' }), 'PAYLOAD_INVALID', /^time must be a time like/],
    ['chirpstack', up({ rxInfo: {} }), 'PAYLOAD_INVALID', 'rxInfo must be a list, not an object'],
    [
      'chirpstack',
      up({ rxInfo: [{ rssi: 'loud' }] }),
      'PAYLOAD_INVALID',
      'rxInfo[0].rssi must be a number, not "loud"',
    ],
    ['chirpstack', up({ data: 'zik=' }), 'FRAME_TOO_SHORT', '2 bytes; frames of this device have 11'],
    ['ttn', ttn({ f_cnt: 'x' }), 'PAYLOAD_INVALID', /^uplink_message.f_cnt must be a number/],
    ['ttn', ttn({ frm_payload: 7 }), 'PAYLOAD_INVALID', 'uplink_message.frm_payload must be base64, not 7'],
    ['ttn', { uplink_message: {} }, 'PAYLOAD_INVALID', /^end_device_ids.dev_eui must be/],
  ] as const)('%s %j', async (network, event, code, reason) => {
    const s = await setUp(network);
    await s.take(event);
    expect(s.stored).toEqual([]);
    expect(s.pipeline.rejections).toMatchObject([
      { code, reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) },
    ]);
    await s.take(network === 'ttn' ? ttn() : up());
    expect(s.stored.length).toBe(1);
  });

  test('but one that the journal does not take is not refused: it must come again', async () => {
    const intake = fakeIntake();
    intake.refuse = new KarezError('JOURNAL_FULL', 'the journal is full');
    const reader = lorawanReader(
      {
        type: 'lorawan',
        name: 's',
        network: 'chirpstack',
        devices: [{ id: 'soil-1', profile: lse01.id, devEui: SOIL }],
      },
      [device('soil-1', lse01)],
      intake,
      codecs,
    );
    await expect(reader.take('application/1/device/x/event/up', Buffer.from(JSON.stringify(up())), 1)).rejects.toThrow(
      'full',
    );
    expect(intake.rejected).toEqual([]);
    expect(reader.status()).toMatchObject([{ id: 'soil-1', trouble: 'the journal is full' }]);
  });
});

describe('a device with a codec script', () => {
  const withCodec = (script: string): LorawanProfile => {
    const { layout: _, ...head } = lse01;
    const codec = join(folder, `codec-${Math.trunc(script.length)}.js`);
    writeFileSync(codec, script);
    return {
      ...head,
      ...{ codec, numbersAsText: true, timePath: 'at', timeUnit: 's' },
      channels: [
        { quantity: 'soil.moisture', path: 'water_SOIL', decimals: 2 },
        { quantity: 'radio.rssi', radio: 'rssi', decimals: 0 },
      ],
    } as LorawanProfile;
  };
  test('is what the script makes of its bytes, with the network’s values beside', async () => {
    const s = await setUp(
      'chirpstack',
      withCodec(
        'function Decode(port, bytes) { return { water_SOIL: ((bytes[4] << 8 | bytes[5]) / 100).toFixed(2), at: 1658136000 }; }',
      ),
    );
    await s.take(up());
    expect(s.stored).toMatchObject([
      { timeMs: 1_658_136_000_000, values: { 'soil.moisture': 19.57, 'radio.rssi': -36 } },
    ]);
  });
  test('whose script fails is refused with its words, the next uplink is read', async () => {
    const s = await setUp(
      'chirpstack',
      withCodec(
        'function Decode(port, bytes) { if (bytes[0] === 0) throw new Error("bad"); return { water_SOIL: bytes[1] }; }',
      ),
    );
    await s.take(up({ data: 'AAE=' }));
    await s.take(up({ fCnt: 1, data: 'AQE=' }));
    expect(s.pipeline.rejections).toMatchObject([
      { device: 'soil-1', code: 'CODEC_FAILED', reason: expect.stringMatching(/^codec-\d+\.js: Error: bad$/) },
    ]);
    expect(s.stored).toMatchObject([{ values: { 'soil.moisture': 1 } }]);
  });
});
