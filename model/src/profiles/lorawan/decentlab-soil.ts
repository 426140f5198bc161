/** Decentlab's soil devices. */
import type { LorawanProfile } from '../../profile-schemas.ts';
import { type Channel, DECODERS, decentlab, NO_SENSOR, plain, SOURCE, signed } from './decentlab.ts';

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

export const DECENTLAB_SOIL: LorawanProfile[] = [
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
];
