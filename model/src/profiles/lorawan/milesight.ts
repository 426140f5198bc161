/**
 * Milesight EM300 and EM500: records of a channel, a type and a value, low byte first (README of each device in
 * Milesight-IoT/SensorDecoders). Record 20 CE holds one sample from the device's own memory with its time. FFFF is the
 * mark of a measurement that failed, FFFD of one out of the sensor's range; of a temperature, which may truly be −0.1 °C,
 * only where the other values of the same probe say so too.
 */
import type { LorawanProfile } from '../../profile-schemas.ts';
import { RADIO } from './radio.ts';

type Channel = LorawanProfile['channels'][number];
type Source = NonNullable<Channel['from']>[number];

const README = 'github.com/Milesight-IoT/SensorDecoders, EM_Series';
const FAILED = [0xffff, 0xfffd];
/** What a device says of itself when it starts, and its answers to commands: lengths, so that what follows is read. */
const OWN = {
  ...{ ff01: 1, ff09: 2, ff0a: 2, ff0b: 1, ff0f: 1, ff16: 8, ff18: 2, ffff: 2, fffe: 1, ff02: 2, ff03: 2, ff06: 9 },
  ...{ ff10: 1, ff11: 4, ff17: 2, ff1c: 2, ff27: 1, ff28: 1, ff35: 8, ff3b: 1, ff4a: 1, ff68: 1, ff69: 1, ff6a: 3 },
  ...{ fe02: 2, fe03: 2, fe06: 9, fe10: 1, fe11: 4, fe17: 2, fe27: 1, fe28: 1, fe68: 1, fe69: 1, fe6a: 3 },
  ...{ ff84: 1, ff96: 8, fff1: 4, fff2: 2, fff5: 1 },
};

interface Device {
  id: string;
  title: { en: string; zh: string };
  kind: LorawanProfile['kind'];
  folder: string;
  /** Bytes of each record besides those that every device has. */
  sizes: Record<string, number>;
  channels: Channel[];
  frames: LorawanProfile['frames'];
}

function milesight({ id, folder, sizes, channels, ...rest }: Device): LorawanProfile {
  return {
    id: `milesight-${id}`,
    maker: 'Milesight',
    intervalMs: 600_000,
    protocol: 'lorawan',
    source: `${README}/${folder}/README.md`,
    layout: {
      kind: 'records',
      order: 'little',
      keyBytes: 2,
      sizes: { ...OWN, '0175': 1, ...sizes },
      ...(sizes['20ce'] === undefined
        ? {}
        : { times: [{ record: '20ce', type: 'uint32' as const, unit: 's' as const, historical: true }] }),
    },
    channels: [
      ...channels,
      { quantity: 'battery.level', from: [{ record: '0175', type: 'uint8' }], decimals: 0 },
      ...RADIO,
    ],
    ...rest,
  };
}

const kept = (at: number, type: Source['type'] & string, more: Partial<Source> = {}): Source => ({
  record: '20ce',
  at,
  type,
  ...more,
});
const temperature = (quantity: string, history: number | undefined, more: Partial<Source> = {}): Channel => ({
  quantity,
  from: [{ record: '0367', type: 'int16', ...more }, ...(history === undefined ? [] : [kept(history, 'int16')])],
  divide: 1,
  decimals: 1,
});
const humidity = (history: number): Channel => ({
  quantity: 'air.humidity',
  from: [{ record: '0468', type: 'uint8' }, kept(history, 'uint8')],
  multiply: 0.5,
  absent: [0xff],
  decimals: 1,
});
/** The alarm record repeats the temperature that raised it. */
const ALARM = { '83d7': 5 };
const AIR = { '0367': 2, '0468': 1, '20ce': 8 };

const probeFailed = (...records: string[]) =>
  records.map((record) => ({ record, type: 'uint16' as const, is: FAILED }));

export const MILESIGHT: LorawanProfile[] = [
  milesight({
    id: 'em500-smtc',
    title: { en: 'Soil moisture, temperature and conductivity', zh: '土壤水分温度电导率' },
    kind: 'soil',
    folder: 'EM500_Series/EM500-SMTC',
    sizes: { '0367': 2, '0468': 1, '04ca': 2, '057f': 2, '20ce': 10, ...ALARM },
    channels: [
      {
        quantity: 'soil.moisture',
        from: [
          { record: '04ca', type: 'uint16', divide: 2, absent: FAILED },
          { record: '0468', type: 'uint8', multiply: 0.5, absent: [0xff] },
          kept(8, 'uint16', { divide: 2, absent: FAILED }),
        ],
        decimals: 2,
      },
      {
        quantity: 'soil.temperature',
        from: [
          { record: '0367', type: 'int16', absentWhen: probeFailed('04ca', '057f') },
          kept(6, 'int16', { absentWhen: [{ at: 8, type: 'uint16', is: FAILED }] }),
        ],
        divide: 1,
        decimals: 1,
      },
      {
        quantity: 'soil.ec',
        from: [{ record: '057f', type: 'uint16' }, kept(4, 'uint16')],
        absent: FAILED,
        decimals: 0,
      },
    ],
    frames: [
      {
        hex: '01756403671901046873057ff000',
        values: { 'battery.level': 100, 'soil.temperature': 28.1, 'soil.moisture': 57.5, 'soil.ec': 240 },
        source: `${README}/EM500_Series/EM500-SMTC/README.md`,
      },
    ],
  }),
  milesight({
    id: 'em500-pt100',
    title: { en: 'Temperature, PT100', zh: '温度（PT100）' },
    kind: 'other',
    folder: 'EM500_Series/EM500-PT100',
    sizes: { '0367': 2, '20ce': 6, ...ALARM },
    channels: [temperature('probe.temperature', 4)],
    frames: [
      {
        hex: '01755c03671901',
        values: { 'battery.level': 92, 'probe.temperature': 28.1 },
        source: 'TheThingsNetwork/lorawan-devices, vendor/milesight-iot/em500-pt100-codec.yaml',
      },
    ],
  }),
  milesight({
    id: 'em500-lgt',
    title: { en: 'Light', zh: '光照' },
    kind: 'weather',
    folder: 'EM500_Series/EM500-LGT',
    sizes: { '0394': 4, '20ce': 8 },
    channels: [
      {
        quantity: 'light.illuminance',
        from: [{ record: '0394', type: 'uint32' }, kept(4, 'uint32')],
        absent: [0xffffffff],
        decimals: 0,
      },
    ],
    frames: [
      {
        hex: '017564039450000000',
        values: { 'battery.level': 100, 'light.illuminance': 80 },
        source: `${README}/EM500_Series/EM500-LGT/README.md`,
      },
    ],
  }),
  milesight({
    id: 'em500-udl',
    title: { en: 'Distance to the water, ultrasonic', zh: '超声水面距离' },
    kind: 'water',
    folder: 'EM500_Series/EM500-UDL',
    sizes: { '0382': 2, '20ce': 6 },
    channels: [
      {
        quantity: 'water.distance',
        from: [{ record: '0382', type: 'uint16' }, kept(4, 'uint16')],
        unit: 'mm',
        absent: FAILED,
        decimals: 3,
      },
    ],
    frames: [
      {
        hex: '01756403821e00',
        values: { 'battery.level': 100, 'water.distance': 0.03 },
        source: `${README}/EM500_Series/EM500-UDL/README.md`,
      },
    ],
  }),
  milesight({
    id: 'em500-swl',
    title: { en: 'Water level, submersible', zh: '投入式水位' },
    kind: 'water',
    folder: 'EM500_Series/EM500-SWL',
    sizes: { '0377': 2, '20ce': 6 },
    channels: [
      {
        quantity: 'water.level',
        from: [{ record: '0377', type: 'uint16' }, kept(4, 'uint16')],
        unit: 'cm',
        absent: FAILED,
        decimals: 2,
      },
    ],
    frames: [
      {
        hex: '01756403770200',
        values: { 'battery.level': 100, 'water.level': 0.02 },
        source: `${README}/EM500_Series/EM500-SWL/README.md`,
      },
    ],
  }),
  milesight({
    id: 'em500-pp',
    title: { en: 'Pipe pressure', zh: '管道压力' },
    kind: 'water',
    folder: 'EM500_Series/EM500-PP',
    sizes: { '037b': 2 },
    channels: [{ quantity: 'water.pressure', from: [{ record: '037b', type: 'uint16' }], absent: FAILED, decimals: 0 }],
    frames: [
      {
        hex: '017564037b0a00',
        values: { 'battery.level': 100, 'water.pressure': 10 },
        source: `${README}/EM500_Series/EM500-PP/README.md`,
      },
    ],
  }),
  milesight({
    id: 'em500-co2',
    title: { en: 'Carbon dioxide, air temperature, humidity and pressure', zh: '二氧化碳温湿度气压' },
    kind: 'weather',
    folder: 'EM500_Series/EM500-CO2',
    sizes: { '0367': 2, '0468': 1, '057d': 2, '0673': 2, '20ce': 11, ...ALARM },
    channels: [
      {
        quantity: 'air.co2',
        from: [{ record: '057d', type: 'uint16' }, kept(4, 'uint16')],
        absent: FAILED,
        decimals: 0,
      },
      {
        quantity: 'air.pressure',
        from: [{ record: '0673', type: 'uint16' }, kept(6, 'uint16')],
        divide: 1,
        absent: FAILED,
        decimals: 1,
      },
      temperature('air.temperature', 8),
      humidity(10),
    ],
    frames: [
      {
        hex: '01755c03673401046865057d670406736827',
        values: {
          'battery.level': 92,
          'air.temperature': 30.8,
          'air.humidity': 50.5,
          'air.co2': 1_127,
          'air.pressure': 1_008.8,
        },
        source: 'TheThingsNetwork/lorawan-devices, vendor/milesight-iot/em500-co2-codec.yaml',
      },
    ],
  }),
  milesight({
    id: 'em300-th',
    title: { en: 'Air temperature and humidity', zh: '空气温湿度' },
    kind: 'weather',
    folder: 'EM300_Series/EM300-TH',
    sizes: AIR,
    channels: [temperature('air.temperature', 4), humidity(6)],
    frames: [
      {
        hex: '01755c03673401046865',
        values: { 'battery.level': 92, 'air.temperature': 30.8, 'air.humidity': 50.5 },
        source: `${README}/EM300_Series/EM300-TH/README.md`,
      },
      {
        hex: '03672c00046817',
        values: { 'air.temperature': 4.4, 'air.humidity': 11.5 },
        source: 'chirpstack-device-profiles, vendors/milesight/codecs/test_decode_em300-th.json',
      },
    ],
  }),
  milesight({
    id: 'em300-mcs',
    title: { en: 'Door contact, air temperature and humidity', zh: '门磁与空气温湿度' },
    kind: 'other',
    folder: 'EM300_Series/EM300-MCS',
    sizes: { ...AIR, '0600': 1 },
    channels: [
      temperature('air.temperature', 4),
      humidity(6),
      // 1 is open.
      { quantity: 'device.contact', from: [{ record: '0600', type: 'uint8' }, kept(7, 'uint8')], decimals: 0 },
    ],
    frames: [
      {
        hex: '01755c03673401046865060001',
        values: { 'battery.level': 92, 'air.temperature': 30.8, 'air.humidity': 50.5, 'device.contact': 1 },
        source: `${README}/EM300_Series/EM300-MCS/README.md`,
      },
    ],
  }),
  milesight({
    id: 'em300-sld',
    title: { en: 'Water leak, air temperature and humidity (SLD, ZLD)', zh: '漏水与空气温湿度' },
    kind: 'water',
    folder: 'EM300_Series/EM300-SLD',
    sizes: { ...AIR, '0500': 1 },
    channels: [
      temperature('air.temperature', 4),
      humidity(6),
      { quantity: 'water.leak', from: [{ record: '0500', type: 'uint8' }, kept(7, 'uint8')], decimals: 0 },
    ],
    frames: [
      {
        hex: '01755c03673401046865050000',
        values: { 'battery.level': 92, 'air.temperature': 30.8, 'air.humidity': 50.5, 'water.leak': 0 },
        source: `${README}/EM300_Series/EM300-SLD/README.md`,
      },
    ],
  }),
  milesight({
    id: 'em300-di',
    title: { en: 'Pulse counter, air temperature and humidity', zh: '脉冲计数与空气温湿度' },
    kind: 'water',
    folder: 'EM300_Series/EM300-DI',
    sizes: { '0367': 2, '0468': 1, '0500': 1, '05c8': 4, '06e1': 8, '8500': 2, '86e1': 9, '20ce': 13, '21ce': 18 },
    channels: [
      temperature('air.temperature', 4),
      humidity(6),
      {
        quantity: 'pulse.count',
        from: [{ record: '05c8', type: 'uint32' }, kept(9, 'uint32', { when: [{ at: 7, type: 'uint8', is: [2] }] })],
        decimals: 0,
      },
      {
        quantity: 'device.contact',
        from: [
          { record: '0500', type: 'uint8' },
          { record: '8500', type: 'uint8' },
          kept(8, 'uint8', { when: [{ at: 7, type: 'uint8', is: [1] }] }),
        ],
        decimals: 0,
      },
    ],
    frames: [
      {
        hex: '01755c05c800010000',
        values: { 'battery.level': 92, 'pulse.count': 256 },
        source: 'TheThingsNetwork/lorawan-devices, vendor/milesight-iot/em300-di-codec.yaml',
      },
      {
        hex: '01755c0367340104686505000120ce9e74466310015d020000010000',
        values: { 'battery.level': 92, 'air.temperature': 30.8, 'air.humidity': 50.5, 'device.contact': 1 },
        source: `${README}/EM300_Series/EM300-DI/README.md, with the contact that its table describes`,
      },
    ],
  }),
];
