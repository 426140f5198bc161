/**
 * SenseCAP S210x: records of a channel, a measurement's id and a value in thousandths, all low byte first, and a CRC at
 * the end (S210x user guide, section 9). Record 00 0700 is battery and interval; other ids below 1000 tell of the device.
 */
import type { LorawanProfile } from '../../profile-schemas.ts';
import { RADIO } from './radio.ts';

type Channel = LorawanProfile['channels'][number];

const GUIDE = 'SenseCAP S210x LoRaWAN sensor user guide, section 9.3';

const measured = (id: string): NonNullable<Channel['from']> => [{ record: `01${id}`, type: 'int32' }];

function sensecap(
  model: string,
  title: { en: string; zh: string },
  kind: LorawanProfile['kind'],
  channels: Channel[],
  frames: LorawanProfile['frames'],
): LorawanProfile {
  return {
    id: `sensecap-${model}`,
    title,
    maker: 'Seeed Studio',
    kind,
    intervalMs: 3_600_000,
    protocol: 'lorawan',
    source: GUIDE,
    layout: { kind: 'records', order: 'little', keyBytes: 3, size: 4, checksum: 'crc16-kermit' },
    channels: [
      ...channels,
      { quantity: 'battery.level', from: [{ record: '000700', type: 'uint16' }], decimals: 0 },
      ...RADIO,
    ],
    frames: [...frames, BATTERY],
  };
}

const BATTERY = {
  hex: '0000000101000100070064003c00012001000000002890',
  values: { 'battery.level': 100 },
  source: 'TheThingsNetwork/lorawan-devices, vendor/sensecap/sensecap210x-codec.yaml',
};

const air: Channel[] = [
  { quantity: 'air.temperature', from: measured('0110'), divide: 3, decimals: 2 },
  { quantity: 'air.humidity', from: measured('0210'), divide: 3, decimals: 2 },
];
const soil: Channel[] = [
  { quantity: 'soil.temperature', from: measured('0610'), divide: 3, decimals: 2 },
  { quantity: 'soil.moisture', from: measured('0710'), divide: 3, decimals: 2 },
];
const CO2: Channel = { quantity: 'air.co2', from: measured('0410'), divide: 3, decimals: 0 };

export const SENSECAP: LorawanProfile[] = [
  sensecap('s2101', { en: 'Air temperature and humidity', zh: '空气温湿度' }, 'weather', air, [
    {
      hex: '010110b068000001021088f400008cff',
      values: { 'air.temperature': 26.8, 'air.humidity': 62.6 },
      source: `${GUIDE}.2`,
    },
    {
      hex: '01011098530000010210a87a0000af51',
      values: { 'air.temperature': 21.4, 'air.humidity': 31.4 },
      source: 'TheThingsNetwork/lorawan-devices, vendor/sensecap/sensecap210x-codec.yaml',
    },
  ]),
  sensecap(
    's2102',
    { en: 'Light', zh: '光照' },
    'weather',
    [{ quantity: 'light.illuminance', from: measured('0310'), divide: 3, decimals: 0 }],
    [{ hex: '010310a8550200e3e9', values: { 'light.illuminance': 153 }, source: `${GUIDE}.1` }],
  ),
  sensecap(
    's2103',
    { en: 'Carbon dioxide, air temperature and humidity', zh: '二氧化碳与空气温湿度' },
    'weather',
    [CO2, ...air],
    [
      {
        hex: '010410e08d05009802',
        values: { 'air.co2': 364 },
        source: 'SenseCAP wireless sensor user manual, section 5.1.2: the CO2 record alone',
      },
      {
        hex: '010110b068000001021088f400008cff',
        values: { 'air.temperature': 26.8, 'air.humidity': 62.6 },
        source: `${GUIDE}.2: the other two records`,
      },
    ],
  ),
  sensecap('s2104', { en: 'Soil moisture and temperature', zh: '土壤水分温度' }, 'soil', soil, [
    {
      hex: '010610245e0000010710bcb10000a3d9',
      values: { 'soil.temperature': 24.1, 'soil.moisture': 45.5 },
      source: `${GUIDE}.3`,
    },
    {
      hex: '00070064000500010610b45f0000010710a41f00003259',
      values: { 'battery.level': 100, 'soil.temperature': 24.5, 'soil.moisture': 8.1 },
      source: 'SenseCAP S210x LoRaWAN sensor user guide, section 9.4',
    },
  ]),
  sensecap(
    's2105',
    { en: 'Soil moisture, temperature and conductivity', zh: '土壤水分温度电导率' },
    'soil',
    [...soil, { quantity: 'soil.ec', from: measured('0c10'), divide: 3, unit: 'dS/m', decimals: 0 }],
    [
      {
        hex: '0106105c5d000001071048a30000010c10b40000001822',
        values: { 'soil.temperature': 23.9, 'soil.moisture': 41.8, 'soil.ec': 180 },
        source: `${GUIDE}.4, with the CRC that belongs to these bytes: the printed one (DD0A) does not`,
      },
    ],
  ),
];
