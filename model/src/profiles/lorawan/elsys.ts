/**
 * ELSYS: records of a type and a value, high byte first ("Elsys LoRa payload", revision 11). The rooms' devices (ERS) and
 * those with inputs (ELT) speak the same records.
 */
import type { LorawanProfile } from '../../profile-schemas.ts';
import { RADIO } from './radio.ts';

type Channel = LorawanProfile['channels'][number];

const DOCUMENT = 'ELSYS LoRa payload, revision 11';
const CODECS = 'TheThingsNetwork/lorawan-devices, vendor/elsys';

/** Bytes of every record that the document names. */
const SIZES = {
  ...{ '01': 2, '02': 1, '03': 3, '04': 2, '05': 1, '06': 2, '07': 2, '08': 2, '09': 6, '0a': 2, '0b': 4, '0c': 2 },
  ...{ '0d': 1, '0e': 2, '0f': 1, '10': 4, '11': 1, '12': 1, '13': 65, '14': 4, '15': 2, '16': 2, '17': 4, '18': 2 },
  ...{ '19': 2, '1a': 1, '1b': 4, '1c': 2, '3d': 4 },
};

const climate: Channel[] = [
  { quantity: 'air.temperature', from: [{ record: '01', type: 'int16' }], divide: 1, decimals: 1 },
  { quantity: 'air.humidity', from: [{ record: '02', type: 'uint8' }], decimals: 0 },
];
const battery: Channel = {
  quantity: 'battery.voltage',
  from: [{ record: '07', type: 'uint16' }],
  divide: 3,
  decimals: 3,
};

function elsys(
  id: string,
  title: { en: string; zh: string },
  kind: LorawanProfile['kind'],
  channels: Channel[],
  frames: LorawanProfile['frames'],
): LorawanProfile {
  return {
    id: `elsys-${id}`,
    title,
    maker: 'ELSYS',
    kind,
    intervalMs: 600_000,
    protocol: 'lorawan',
    source: DOCUMENT,
    layout: { kind: 'records', keyBytes: 1, sizes: SIZES },
    channels: [...climate, ...channels, battery, ...RADIO],
    frames,
  };
}

export const ELSYS: LorawanProfile[] = [
  elsys(
    'ers',
    { en: 'Room climate: ERS, ERS CO2, ERS VOC', zh: '室内环境（ERS）' },
    'weather',
    [
      { quantity: 'light.illuminance', from: [{ record: '04', type: 'uint16' }], decimals: 0 },
      { quantity: 'device.motion', from: [{ record: '05', type: 'uint8' }], decimals: 0 },
      { quantity: 'air.co2', from: [{ record: '06', type: 'uint16' }], decimals: 0 },
      { quantity: 'air.tvoc', from: [{ record: '1c', type: 'uint16' }], decimals: 0 },
    ],
    [
      {
        hex: '0100e202290400270506060308',
        values: {
          'air.temperature': 22.6,
          'air.humidity': 41,
          'light.illuminance': 39,
          'device.motion': 6,
          'air.co2': 776,
        },
        source: `${CODECS}/ers-co2-codec.yaml`,
      },
      {
        hex: '0100e202290400270506060308070d621c00c8',
        values: {
          'air.temperature': 22.6,
          'air.humidity': 41,
          'light.illuminance': 39,
          'device.motion': 6,
          'air.co2': 776,
          'battery.voltage': 3.426,
          'air.tvoc': 200,
        },
        source: `the example of ${DOCUMENT}, with a record of its table added`,
      },
    ],
  ),
  elsys(
    'elt',
    { en: 'Inputs for probes: ELT, ELT Lite', zh: '通用输入（ELT）' },
    'other',
    [
      { quantity: 'air.pressure', from: [{ record: '14', type: 'uint32' }], divide: 3, decimals: 1 },
      { quantity: 'probe.temperature', place: 'n1', from: [{ record: '0c', type: 'int16' }], divide: 1, decimals: 1 },
      ...[0, 1, 2].map(
        (nth): Channel => ({
          quantity: 'probe.temperature',
          place: `n${nth + 2}`,
          from: [{ record: '19', type: 'int16', nth }],
          divide: 1,
          decimals: 1,
        }),
      ),
      { quantity: 'device.voltage', place: 'n1', from: [{ record: '08', type: 'uint16' }], divide: 3, decimals: 3 },
      { quantity: 'device.voltage', place: 'n2', from: [{ record: '18', type: 'uint16' }], divide: 3, decimals: 3 },
      { quantity: 'device.voltage', place: 'n3', from: [{ record: '1b', type: 'int32' }], divide: 6, decimals: 6 },
      { quantity: 'pulse.count', place: 'n1', from: [{ record: '0b', type: 'uint32' }], decimals: 0 },
      { quantity: 'pulse.count', place: 'n2', from: [{ record: '17', type: 'uint32' }], decimals: 0 },
      { quantity: 'device.contact', place: 'n1', from: [{ record: '0d', type: 'uint8' }], decimals: 0 },
      { quantity: 'device.contact', place: 'n2', from: [{ record: '1a', type: 'uint8' }], decimals: 0 },
      { quantity: 'water.distance', from: [{ record: '0e', type: 'uint16' }], unit: 'mm', decimals: 3 },
      { quantity: 'surface.temperature', from: [{ record: '10', at: 2, type: 'int16' }], divide: 1, decimals: 1 },
      { quantity: 'water.leak', from: [{ record: '12', type: 'uint8' }], decimals: 0 },
    ],
    [
      {
        hex: '0100e20229070e2b14000f5dfc0c00be19ffce1900d71900e108044c1804b01bfffff8300b000000641700000007',
        values: {
          ...{ 'air.temperature': 22.6, 'air.humidity': 41, 'battery.voltage': 3.627, 'air.pressure': 1_007.1 },
          ...{ 'probe.temperature@n1': 19, 'probe.temperature@n2': -5, 'probe.temperature@n3': 21.5 },
          ...{ 'probe.temperature@n4': 22.5, 'device.voltage@n1': 1.1, 'device.voltage@n2': 1.2 },
          ...{ 'device.voltage@n3': -0.002, 'pulse.count@n1': 100, 'pulse.count@n2': 7 },
        },
        source: `composed from the table of ${DOCUMENT}`,
      },
      {
        hex: '0d011a000e04b01000f000d71205',
        values: {
          ...{ 'device.contact@n1': 1, 'device.contact@n2': 0, 'water.distance': 1.2 },
          ...{ 'surface.temperature': 21.5, 'water.leak': 5 },
        },
        source: `composed from the table of ${DOCUMENT}`,
      },
    ],
  ),
];
