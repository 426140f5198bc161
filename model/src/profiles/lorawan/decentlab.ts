/**
 * Decentlab: protocol version 2. A frame is 02, the device's number, a word of flags, and for each flag the 16-bit words of
 * that sensor; the last sensor is the battery. Most words are offset by 32768. A word of 0 or 65535 there is the mark
 * of a sensor that does not answer (−327.68, 327.67, −5, …).
 */
import type { LorawanProfile } from '../../profile-schemas.ts';
import { RADIO } from './radio.ts';

type Channel = LorawanProfile['channels'][number];
type Frame = LorawanProfile['frames'][number];

const NO_SENSOR = [0, 65_535];
const SOURCE = 'chirpstack-device-profiles, vendors/decentlab/codecs';
const DECODERS = 'github.com/decentlab/decentlab-decoders';

interface Device {
  id: string;
  title: { en: string; zh: string };
  kind: LorawanProfile['kind'];
  /** Words of the measuring sensor. */
  words: number;
  channels: Channel[];
  frames: Frame[];
}

/** A device with one measuring sensor and its battery. */
function decentlab({ id, words, channels, ...rest }: Device): LorawanProfile {
  return {
    id: `decentlab-${id}`,
    maker: 'Decentlab',
    intervalMs: 600_000,
    protocol: 'lorawan',
    source: `${DECODERS}, DL-${id.toUpperCase()}`,
    ports: [1],
    layout: { kind: 'flags', start: '02', flagsAt: 3, valuesAt: 5, words: [words, 1] },
    channels: [...channels, { quantity: 'battery.voltage', from: [{ sensor: 1 }], divide: 3, decimals: 3 }, ...RADIO],
    ...rest,
  };
}

/** `(word − 32768) / 10^divide`. */
const signed = (word: number, divide: number): NonNullable<Channel['from']> => [
  { sensor: 0, word, formula: 'x - 32768', divide, absent: NO_SENSOR },
];
const plain = (word: number, formula?: string): NonNullable<Channel['from']> => [
  { sensor: 0, word, ...(formula === undefined ? {} : { formula }) },
];

/** METER's calibration for mineral soil and its dielectric polynomial, of the raw count in tenths (TEROS 11/12 integrator guide, section 2.4). */
const TEROS: Channel[] = [
  {
    quantity: 'soil.permittivity',
    from: plain(0, '(2.887e-9 * (x/10)^3 - 2.08e-5 * (x/10)^2 + 5.276e-2 * (x/10) - 43.39)^2'),
    absent: NO_SENSOR,
    decimals: 5,
  },
  {
    quantity: 'soil.moisture',
    from: plain(0, 'x/10 * 0.0003879 - 0.6956'),
    unit: 'm3/m3',
    absent: NO_SENSOR,
    decimals: 5,
  },
  { quantity: 'soil.temperature', from: signed(1, 1), decimals: 1 },
];

const depths = [0, 1, 2, 3, 4, 5, 6, 7];

export const DECENTLAB: LorawanProfile[] = [
  decentlab({
    id: 'trs11',
    title: { en: 'Soil moisture and temperature, TEROS 11', zh: '土壤水分温度（TEROS 11）' },
    kind: 'soil',
    words: 2,
    channels: TEROS,
    frames: [
      {
        hex: '0210d50003463f810b0c79',
        values: {
          'soil.permittivity': 1.0259,
          'soil.moisture': 0.19606,
          'soil.temperature': 26.7,
          'battery.voltage': 3.193,
        },
        source: `${DECODERS}, DL-TRS11, the example`,
      },
    ],
  }),
  decentlab({
    id: 'trs12',
    title: { en: 'Soil moisture, temperature and conductivity, TEROS 12', zh: '土壤水分温度电导率（TEROS 12）' },
    kind: 'soil',
    words: 3,
    channels: [...TEROS, { quantity: 'soil.ec', from: plain(2), absent: [65_535], decimals: 0 }],
    frames: [
      {
        hex: '0210d3000346be813d00000c80',
        values: {
          'soil.permittivity': 1.18312,
          'soil.moisture': 0.68869,
          'soil.temperature': 31.7,
          'soil.ec': 0,
          'battery.voltage': 3.2,
        },
        source: `${SOURCE}, test_decode_dl-trs12.json`,
      },
      { hex: '0210d300020c80', values: { 'battery.voltage': 3.2 }, source: `${SOURCE}, test_decode_dl-trs12.json` },
    ],
  }),
  decentlab({
    id: 'trs21',
    title: { en: 'Soil water potential and temperature, TEROS 21', zh: '土壤水势温度（TEROS 21）' },
    kind: 'soil',
    words: 2,
    channels: [
      { quantity: 'soil.matric-potential', from: plain(0), multiply: -1, divide: 1, absent: [65_535], decimals: 1 },
      { quantity: 'soil.temperature', from: signed(1, 1), decimals: 1 },
    ],
    frames: [
      {
        hex: '0201920003007580a10c25',
        values: { 'soil.matric-potential': -11.7, 'soil.temperature': 16.1, 'battery.voltage': 3.109 },
        source: `${SOURCE}, test_decode_dl-trs21.json`,
      },
    ],
  }),
  decentlab({
    id: 'smtp',
    title: { en: 'Soil moisture and temperature profile', zh: '土壤水分温度剖面' },
    kind: 'soil',
    words: 16,
    // Eight places along the probe; how deep each is depends on the probe's length.
    channels: depths.flatMap((n): Channel[] => [
      {
        quantity: 'soil.moisture',
        place: `n${n}`,
        from: plain(n * 2, '(x - 2500) / 500'),
        absent: NO_SENSOR,
        decimals: 3,
      },
      { quantity: 'soil.temperature', place: `n${n}`, from: signed(n * 2 + 1, 2), decimals: 2 },
    ]),
    frames: [
      {
        hex: '020b50000309018a8c09438a9809278a920b3c8aa50c9c8a8c11e08aa500000000000000000b3b',
        values: {
          ...{ 'soil.moisture@n0': -0.39, 'soil.temperature@n0': 27 },
          ...{ 'soil.moisture@n1': -0.258, 'soil.temperature@n1': 27.12 },
          ...{ 'soil.moisture@n2': -0.314, 'soil.temperature@n2': 27.06 },
          ...{ 'soil.moisture@n3': 0.752, 'soil.temperature@n3': 27.25 },
          ...{ 'soil.moisture@n4': 1.456, 'soil.temperature@n4': 27 },
          ...{ 'soil.moisture@n5': 4.152, 'soil.temperature@n5': 27.25 },
          ...{ 'soil.moisture@n6': null, 'soil.temperature@n6': null },
          ...{ 'soil.moisture@n7': null, 'soil.temperature@n7': null },
          'battery.voltage': 2.875,
        },
        source: `${SOURCE}, test_decode_dl-smtp.json; its last two places have no sensor`,
      },
    ],
  }),
  decentlab({
    id: '5tm',
    title: { en: 'Soil moisture and temperature, 5TM', zh: '土壤水分温度（5TM）' },
    kind: 'soil',
    words: 2,
    channels: [
      { quantity: 'soil.permittivity', from: plain(0, 'x / 50'), absent: NO_SENSOR, decimals: 2 },
      {
        quantity: 'soil.moisture',
        // Topp's equation.
        from: plain(0, '4.3e-6 * (x/50)^3 - 5.5e-4 * (x/50)^2 + 2.92e-2 * (x/50) - 5.3e-2'),
        unit: 'm3/m3',
        absent: NO_SENSOR,
        decimals: 4,
      },
      { quantity: 'soil.temperature', from: plain(1, '(x - 400) / 10'), absent: [65_535], decimals: 1 },
    ],
    frames: [
      {
        hex: '02023b0003003702710c60',
        values: {
          'soil.permittivity': 1.1,
          'soil.moisture': -2.154,
          'soil.temperature': 22.5,
          'battery.voltage': 3.168,
        },
        source: `${DECODERS}, DL-5TM, the example`,
      },
    ],
  }),
  decentlab({
    id: 'tp',
    title: { en: 'Temperature profile', zh: '温度剖面' },
    kind: 'soil',
    words: 16,
    channels: Array.from(
      { length: 16 },
      (_, n): Channel => ({
        quantity: 'soil.temperature',
        place: `n${n}`,
        from: signed(n, 2),
        decimals: 2,
      }),
    ),
    frames: [
      {
        hex: '023e3e00038abc8a928aa08a848ab38a898ac38aad8ab78a928aa1000000000000000000000afc',
        values: {
          ...{ 'soil.temperature@n0': 27.48, 'soil.temperature@n1': 27.06, 'soil.temperature@n2': 27.2 },
          ...{ 'soil.temperature@n3': 26.92, 'soil.temperature@n4': 27.39, 'soil.temperature@n5': 26.97 },
          ...{ 'soil.temperature@n6': 27.55, 'soil.temperature@n7': 27.33, 'soil.temperature@n8': 27.43 },
          ...{ 'soil.temperature@n9': 27.06, 'soil.temperature@n10': 27.21, 'soil.temperature@n11': null },
          ...{ 'soil.temperature@n12': null, 'soil.temperature@n13': null, 'soil.temperature@n14': null },
          ...{ 'soil.temperature@n15': null, 'battery.voltage': 2.812 },
        },
        source: `${DECODERS}, DL-TP, the example`,
      },
    ],
  }),
  decentlab({
    id: 'atm22',
    title: { en: 'Wind and temperature, ATMOS 22', zh: '风速风向气温（ATMOS 22）' },
    kind: 'weather',
    words: 8,
    channels: [
      { quantity: 'wind.speed', from: signed(0, 2), decimals: 2 },
      { quantity: 'wind.direction', from: signed(1, 1), decimals: 1 },
      { quantity: 'wind.gust', from: signed(2, 2), decimals: 2 },
      { quantity: 'air.temperature', from: signed(3, 1), decimals: 1 },
      { quantity: 'device.tilt', place: 'n1', from: signed(4, 1), decimals: 1 },
      { quantity: 'device.tilt', place: 'n2', from: signed(5, 1), decimals: 1 },
      { quantity: 'wind.north', from: signed(6, 2), decimals: 2 },
      { quantity: 'wind.east', from: signed(7, 2), decimals: 2 },
    ],
    frames: [
      {
        hex: '0208c900038009812b8014810880027fe8800880040bf5',
        values: {
          'wind.speed': 0.09,
          'wind.direction': 29.9,
          'wind.gust': 0.2,
          'air.temperature': 26.4,
          'device.tilt@n1': 0.2,
          'device.tilt@n2': -2.4,
          'wind.north': 0.08,
          'wind.east': 0.04,
          'battery.voltage': 3.061,
        },
        source: `${DECODERS}, DL-ATM22, the example`,
      },
    ],
  }),
  decentlab({
    id: 'atm41',
    title: { en: 'Weather station, ATMOS 41', zh: '气象站（ATMOS 41）' },
    kind: 'weather',
    words: 17,
    channels: [
      { quantity: 'solar.radiation', from: signed(0, 0), decimals: 0 },
      { quantity: 'rain.amount', from: signed(1, 3), decimals: 3 },
      { quantity: 'lightning.strikes', from: signed(2, 0), decimals: 0 },
      { quantity: 'lightning.distance', from: signed(3, 0), decimals: 0 },
      { quantity: 'wind.speed', from: signed(4, 2), decimals: 2 },
      { quantity: 'wind.direction', from: signed(5, 1), decimals: 1 },
      { quantity: 'wind.gust', from: signed(6, 2), decimals: 2 },
      { quantity: 'air.temperature', from: signed(7, 1), decimals: 1 },
      { quantity: 'air.vapour-pressure', from: signed(8, 2), decimals: 2 },
      { quantity: 'air.pressure', from: signed(9, 2), unit: 'kPa', decimals: 1 },
      { quantity: 'air.humidity', from: signed(10, 1), decimals: 1 },
      { quantity: 'sensor.temperature', from: signed(11, 1), decimals: 1 },
      { quantity: 'device.tilt', place: 'n1', from: signed(12, 1), decimals: 1 },
      { quantity: 'device.tilt', place: 'n2', from: signed(13, 1), decimals: 1 },
      { quantity: 'device.heading', from: signed(14, 0), decimals: 0 },
      { quantity: 'wind.north', from: signed(15, 2), decimals: 2 },
      { quantity: 'wind.east', from: signed(16, 2), decimals: 2 },
    ],
    frames: [
      {
        hex: '02035a0003800a8000800080008009812b8014810880b4a57c820c810980027fe88056800880040bf5',
        values: {
          'solar.radiation': 10,
          'rain.amount': 0,
          'lightning.strikes': 0,
          'lightning.distance': 0,
          'wind.speed': 0.09,
          'wind.direction': 29.9,
          'wind.gust': 0.2,
          'air.temperature': 26.4,
          'air.vapour-pressure': 1.8,
          'air.pressure': 959.6,
          'air.humidity': 52.4,
          'sensor.temperature': 26.5,
          'device.tilt@n1': 0.2,
          'device.tilt@n2': -2.4,
          'device.heading': 86,
          'wind.north': 0.08,
          'wind.east': 0.04,
          'battery.voltage': 3.061,
        },
        source: `${SOURCE}, test_decode_dl-atm41.json`,
      },
    ],
  }),
  decentlab({
    id: 'cws',
    title: { en: 'Surface temperature, air and dew point', zh: '表面温度与露点' },
    kind: 'weather',
    words: 6,
    channels: [
      { quantity: 'surface.temperature', from: signed(0, 2), decimals: 2 },
      { quantity: 'air.temperature', from: signed(1, 2), decimals: 2 },
      { quantity: 'air.humidity', from: signed(2, 2), decimals: 2 },
      { quantity: 'air.dew-point', from: signed(3, 2), decimals: 2 },
      { quantity: 'device.tilt', from: signed(4, 0), decimals: 0 },
      { quantity: 'sensor.temperature', from: signed(5, 2), decimals: 2 },
    ],
    frames: [
      {
        hex: '02463900038a778a95977a874c80478a5e0b74',
        values: {
          'surface.temperature': 26.79,
          'air.temperature': 27.09,
          'air.humidity': 60.1,
          'air.dew-point': 18.68,
          'device.tilt': 71,
          'sensor.temperature': 26.54,
          'battery.voltage': 2.932,
        },
        source: `${DECODERS}, DL-CWS, the example`,
      },
    ],
  }),
  decentlab({
    id: 'lws',
    title: { en: 'Leaf wetness', zh: '叶面湿度' },
    kind: 'weather',
    words: 2,
    channels: [{ quantity: 'leaf.wetness', from: plain(0, '(x0 + x1 * 65536) / 8388608 - 1'), unit: '1', decimals: 2 }],
    frames: [
      {
        hex: '0211110003409a00860c54',
        values: { 'leaf.wetness': 4.88, 'battery.voltage': 3.156 },
        source: `${DECODERS}, DL-LWS, the example`,
      },
    ],
  }),
  decentlab({
    id: 'par',
    title: { en: 'Light for plants (PAR)', zh: '光合有效辐射' },
    kind: 'weather',
    words: 1,
    channels: [{ quantity: 'solar.par', from: plain(0, '(x / 32768 - 1) * 15000'), absent: NO_SENSOR, decimals: 5 }],
    frames: [
      {
        hex: '020291000380690c60',
        values: { 'solar.par': 48.06519, 'battery.voltage': 3.168 },
        source: `${SOURCE}, test_decode_dl-par.json`,
      },
    ],
  }),
  decentlab({
    id: 'isf',
    title: { en: 'Sap flow', zh: '植物液流' },
    kind: 'other',
    words: 16,
    // Places: 1 and 2 are the outer and the inner needle, 3 and 4 the same upstream of the heater.
    channels: [
      { quantity: 'plant.sap-flow', from: plain(0, 'x * 16 - 50000'), divide: 3, decimals: 3 },
      { quantity: 'plant.heat-velocity', place: 'n1', from: plain(1, 'x * 16 - 50000'), divide: 3, decimals: 3 },
      { quantity: 'plant.heat-velocity', place: 'n2', from: plain(2, 'x * 16 - 50000'), divide: 3, decimals: 3 },
      // Alpha at 1 and 2, beta at 3 and 4.
      { quantity: 'plant.heat-ratio', place: 'n1', from: plain(3, 'x * 32 - 1000000'), divide: 5, decimals: 5 },
      { quantity: 'plant.heat-ratio', place: 'n2', from: plain(4, 'x * 32 - 1000000'), divide: 5, decimals: 5 },
      { quantity: 'plant.heat-ratio', place: 'n3', from: plain(5, 'x * 32 - 1000000'), divide: 5, decimals: 5 },
      { quantity: 'plant.heat-ratio', place: 'n4', from: plain(6, 'x * 32 - 1000000'), divide: 5, decimals: 5 },
      { quantity: 'plant.heat-time', place: 'n1', from: plain(7, 'x * 2'), divide: 3, decimals: 3 },
      { quantity: 'plant.heat-time', place: 'n2', from: plain(8, 'x * 2'), divide: 3, decimals: 3 },
      { quantity: 'plant.temperature', from: signed(9, 2), decimals: 2 },
      // Highest and lowest voltage while it heats.
      { quantity: 'device.voltage', place: 'n1', from: signed(10, 3), decimals: 3 },
      { quantity: 'device.voltage', place: 'n2', from: signed(11, 3), decimals: 3 },
      { quantity: 'device.diagnostic', from: plain(12, 'x12 + x13 * 65536'), decimals: 0 },
      { quantity: 'plant.heat-time', place: 'n3', from: plain(14, 'x * 2'), divide: 3, decimals: 3 },
      { quantity: 'plant.heat-time', place: 'n4', from: plain(15, 'x * 2'), divide: 3, decimals: 3 },
    ],
    frames: [
      {
        hex: '023d0100030c290bab0c3e79707a1d78437991490845997e4cacdeaa6e00000000457e415a0b59',
        values: {
          'plant.sap-flow': -0.192,
          'plant.heat-velocity@n1': -2.208,
          'plant.heat-velocity@n2': 0.144,
          'plant.heat-ratio@n1': -0.05184,
          'plant.heat-ratio@n2': 0.00352,
          'plant.heat-ratio@n3': -0.14816,
          'plant.heat-ratio@n4': -0.04128,
          'plant.heat-time@n1': 37.392,
          'plant.heat-time@n2': 35.634,
          'plant.temperature': -4.36,
          'device.voltage@n1': 11.486,
          'device.voltage@n2': 10.862,
          'device.diagnostic': 0,
          'plant.heat-time@n3': 35.58,
          'plant.heat-time@n4': 33.46,
          'battery.voltage': 2.905,
        },
        source: `${SOURCE}, test_decode_dl-isf.json`,
      },
    ],
  }),
];
