/** Dragino: eleven bytes at fixed places, high byte first. 7FFF is the mark of a DS18B20 that is not there. */
import type { LorawanProfile } from '../../profile-schemas.ts';
import { RADIO } from './radio.ts';

type Channel = LorawanProfile['channels'][number];

const CODECS = 'TheThingsNetwork/lorawan-devices, vendor/dragino';
const NO_DS18B20 = [0x7fff, -0x8000];
/** A soil probe that does not answer leaves all its registers at FFFF. */
const NO_PROBE = [{ at: 4, type: 'uint16' as const, is: [0xffff] }];

const BATTERY: Channel = {
  quantity: 'battery.voltage',
  from: [{ at: 0, type: 'uint16', mask: 0x3fff }],
  divide: 3,
  decimals: 3,
};
const DS18B20: Channel = {
  quantity: 'probe.temperature',
  from: [{ at: 2, type: 'int16' }],
  divide: 1,
  absent: NO_DS18B20,
  decimals: 1,
};

/**
 * The values of the soil probe. The maker's script takes FFFF, not 10000, from negative temperatures: a hundredth of a
 * degree too much. The probe's register is a plain signed number, and is read as one.
 */
const soil = (when?: { at: number; type: 'uint8'; mask: number; is: number[] }[]): Channel[] => {
  const only = when === undefined ? {} : { when };
  return [
    {
      quantity: 'soil.moisture',
      from: [{ at: 4, type: 'uint16', ...only, absentWhen: NO_PROBE }],
      divide: 2,
      decimals: 2,
    },
    {
      quantity: 'soil.temperature',
      from: [{ at: 6, type: 'int16', ...only, absentWhen: NO_PROBE }],
      divide: 2,
      decimals: 2,
    },
    { quantity: 'soil.ec', from: [{ at: 8, type: 'uint16', ...only, absentWhen: NO_PROBE }], decimals: 0 },
  ];
};

const LSE01_FRAME = {
  hex: 'ce2900f107a5099b6e2890',
  values: {
    'battery.voltage': 3.625,
    'probe.temperature': 24.1,
    'soil.moisture': 19.57,
    'soil.temperature': 24.59,
    'soil.ec': 28_200,
  },
};

export const draginoLse01: LorawanProfile = {
  id: 'dragino-lse01',
  title: { en: 'Soil moisture, temperature and conductivity', zh: '土壤水分温度电导率' },
  maker: 'Dragino',
  kind: 'soil',
  intervalMs: 1_200_000,
  protocol: 'lorawan',
  source: 'LSE01 LoRaWAN Soil Moisture & EC Sensor User Manual, section 2.3',
  ports: [2],
  layout: { kind: 'fixed', bytes: 11 },
  channels: [...soil(), DS18B20, BATTERY, ...RADIO],
  frames: [
    {
      ...LSE01_FRAME,
      source: `${CODECS}/lse01-codec.yaml; its conductivity is above that of any soil, and is flagged`,
    },
  ],
};

/** The last byte's highest bit says whether the values are the probe's own or raw. */
const mode = (raw: 0 | 1) => [{ at: 10, type: 'uint8' as const, mask: 0x80, is: [raw] }];

export const draginoSe01: LorawanProfile = {
  id: 'dragino-se01',
  title: { en: 'Soil moisture, temperature and conductivity, SE01-LB', zh: '土壤水分温度电导率（SE01-LB）' },
  maker: 'Dragino',
  kind: 'soil',
  intervalMs: 1_200_000,
  protocol: 'lorawan',
  source: `SE0X-LB LoRaWAN Soil Moisture & EC Sensor User Manual, section 2.3; ${CODECS}/se01-lb.js`,
  ports: [2],
  layout: { kind: 'fixed', bytes: 11 },
  channels: [
    ...soil(mode(0)),
    { quantity: 'soil.permittivity', from: [{ at: 4, type: 'uint16', when: mode(1) }], divide: 1, decimals: 1 },
    // Raw moisture and raw conductivity.
    { quantity: 'soil.raw', place: 'n1', from: [{ at: 6, type: 'uint16', when: mode(1) }], decimals: 0 },
    { quantity: 'soil.raw', place: 'n2', from: [{ at: 8, type: 'uint16', when: mode(1) }], decimals: 0 },
    DS18B20,
    BATTERY,
    ...RADIO,
  ],
  frames: [
    {
      ...LSE01_FRAME,
      hex: 'ce2900f107a5099b6e2810',
      source: `the frame of ${CODECS}/lse01-codec.yaml with the last byte of this device in its first mode`,
    },
    {
      hex: '0cf601010300080c01dd81',
      values: {
        'battery.voltage': 3.318,
        'probe.temperature': 25.7,
        'soil.permittivity': 76.8,
        'soil.raw@n1': 2_060,
        'soil.raw@n2': 477,
      },
      source: `${CODECS}/se01-lb.js, a frame composed by it for the second mode`,
    },
  ],
};

/** Which external sensor is plugged in; set highest bit: it is not connected. Bit 6: a record of the datalog. */
const EXT = { at: 6, type: 'uint8' as const };
const ext = (...kinds: number[]) => [
  { ...EXT, mask: 0x0f, is: kinds },
  { ...EXT, mask: 0x40, is: [0] },
];
const disconnected = [{ ...EXT, mask: 0x80, is: [1] }];
const logged = [{ ...EXT, mask: 0x40, is: [1] }];

export const draginoLht65n: LorawanProfile = {
  id: 'dragino-lht65n',
  title: { en: 'Temperature, humidity and an external sensor', zh: '温湿度与外接传感器' },
  maker: 'Dragino',
  kind: 'weather',
  intervalMs: 1_200_000,
  protocol: 'lorawan',
  source: `LHT65N LoRaWAN Temperature & Humidity Sensor Manual, sections 2.4 and 2.6; ${CODECS}/lht65n.js`,
  ports: [2, 3],
  layout: {
    kind: 'fixed',
    bytes: 11,
    shortest: 7,
    times: [
      { at: 7, type: 'uint32', unit: 's', when: logged, historical: true },
      { at: 7, type: 'uint32', unit: 's', when: ext(9) },
    ],
  },
  channels: [
    {
      quantity: 'air.temperature',
      from: [{ at: 2, type: 'int16', when: [{ ...EXT, mask: 0x0f, is: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11] }] }],
      divide: 2,
      absent: NO_DS18B20,
      decimals: 2,
    },
    {
      quantity: 'air.humidity',
      from: [
        { at: 4, type: 'uint16', mask: 0x0fff, when: [{ ...EXT, mask: 0x0f, is: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11] }] },
      ],
      divide: 1,
      absent: [0x0fff],
      decimals: 1,
    },
    {
      quantity: 'probe.temperature',
      from: [
        { at: 7, type: 'int16', when: ext(1, 2), absentWhen: disconnected },
        { at: 0, type: 'int16', when: ext(9), absentWhen: disconnected },
        { at: 0, type: 'int16', when: [...logged, { ...EXT, mask: 0x0f, is: [1, 2, 9] }], absentWhen: disconnected },
      ],
      divide: 2,
      absent: NO_DS18B20,
      decimals: 2,
    },
    {
      quantity: 'light.illuminance',
      from: [{ at: 7, type: 'uint16', when: ext(5), absentWhen: disconnected }],
      decimals: 0,
    },
    { quantity: 'device.voltage', from: [{ at: 7, type: 'uint16', when: ext(6) }], divide: 3, decimals: 3 },
    { quantity: 'device.contact', from: [{ at: 7, type: 'uint8', when: ext(4) }], decimals: 0 },
    {
      quantity: 'pulse.count',
      from: [
        { at: 7, type: 'uint16', when: ext(7) },
        { at: 7, type: 'uint32', when: ext(8) },
      ],
      decimals: 0,
    },
    {
      ...BATTERY,
      from: [
        {
          at: 0,
          type: 'uint16',
          mask: 0x3fff,
          when: [
            { ...EXT, mask: 0x0f, is: [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 15] },
            { ...EXT, mask: 0x40, is: [0] },
          ],
        },
      ],
    },
    ...RADIO,
  ],
  frames: [
    {
      hex: 'cbf60b0d0376010add7fff',
      values: { 'battery.voltage': 3.062, 'air.temperature': 28.29, 'air.humidity': 88.6, 'probe.temperature': 27.81 },
      source: `${CODECS}/lht65n-codec.yaml`,
    },
    {
      hex: 'cbeaff9c026d01ff387fff',
      values: { 'battery.voltage': 3.05, 'air.temperature': -1, 'air.humidity': 62.1, 'probe.temperature': -2 },
      source: 'the manual, section 2.4: below zero',
    },
    {
      hex: 'cb040b55025a0401007fff',
      values: { 'battery.voltage': 2.82, 'air.temperature': 29.01, 'air.humidity': 60.2, 'device.contact': 1 },
      source: 'recorded; alanmitchell/mini-monitor, decode_lht65.py',
    },
    {
      hex: 'cb030b2d027c0501917fff',
      values: { 'battery.voltage': 2.819, 'air.temperature': 28.61, 'air.humidity': 63.6, 'light.illuminance': 401 },
      source: 'recorded; alanmitchell/mini-monitor, decode_lht65.py',
    },
    {
      hex: 'cb0b0b640272060b067fff',
      values: { 'battery.voltage': 2.827, 'air.temperature': 29.16, 'air.humidity': 62.6, 'device.voltage': 2.822 },
      source: 'recorded; alanmitchell/mini-monitor, decode_lht65.py',
    },
    {
      hex: 'cbd50b0502e60700067fff',
      values: { 'battery.voltage': 3.029, 'air.temperature': 28.21, 'air.humidity': 74.2, 'pulse.count': 6 },
      source: 'recorded; alanmitchell/mini-monitor, decode_lht65.py',
    },
  ],
};
