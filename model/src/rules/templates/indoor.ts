/** Under a roof: tomatoes in a greenhouse, edible fungi, a store of seed potatoes. Each number has its source beside it; night is 22:00 to 05:00. */
import type { Condition } from '../rule.ts';
import { fahrenheit, type RuleTemplate, TELL } from './template.ts';

const AT_THRESHOLD = 'at the threshold';
const QUANTITY = {
  temperature: { input: { quantity: 'air.temperature' }, unit: 'Cel' },
  humidity: { input: { quantity: 'air.humidity' }, unit: '%' },
  co2: { input: { quantity: 'air.co2' }, unit: '[ppm]' },
  deficit: { input: { quantity: 'air.vapour-pressure-deficit' }, unit: 'kPa' },
} as const;

const at = (type: 'above' | 'below', what: keyof typeof QUANTITY, value: number, recover = value): Condition => ({
  ...{ type, ...QUANTITY[what], value, recover },
});

interface Row {
  id: string;
  stage: [en: string, zh: string];
  title: [en: string, zh: string];
  condition: Condition;
  severity: 'info' | 'warning' | 'critical';
  message: [en: string, zh: string];
  value: string;
  recover?: string;
  when?: RuleTemplate['rule']['when'];
  more?: Record<string, string>;
}

const templates = (crop: string, rows: readonly Row[]): readonly RuleTemplate[] =>
  rows.map(({ id, stage, title, condition, severity, message, value, recover = AT_THRESHOLD, when, more }) => ({
    ...{ id: `${crop}/${id}`, crop, stage: { en: stage[0], zh: stage[1] } },
    rule: {
      ...{ title: { en: title[0], zh: title[1] }, condition, severity, message: { en: message[0], zh: message[1] } },
      ...{ tell: TELL, ...(when === undefined ? {} : { when }) },
    },
    numbers: { 'condition.value': value, 'condition.recover': recover, ...more },
  }));

const FRUIT_SET: Row['stage'] = ['flowering and fruit set', '开花坐果期'];
const ALL: Row['stage'] = ['all', '全生育期'];
const UNL_SET =
  'University of Nebraska-Lincoln Extension (R. Tigner), Hot night temps delaying tomatoes: below 55 or above 75 °F at night fertilization is disturbed';
const KONOPACKI =
  'Konopacki, Treder and Klamkowski 2018, Spanish Journal of Agricultural Research (measured over cucumber)';
const HDC = 'Horticultural Development Company, project PC 301 (Pratt and O’Neill)';

export const TOMATO_GREENHOUSE = templates('tomato-greenhouse', [
  {
    id: 'fruit-set-cold-night',
    ...{ stage: FRUIT_SET, title: ['Greenhouse tomato: cold night', '温室番茄：夜温过低'], severity: 'warning' },
    condition: at('below', 'temperature', fahrenheit(55)),
    message: [
      'Cold in {field}: {value} {unit}. Below {limit} {unit} fruit set suffers.',
      '{field}气温{value} {unit}，低于{limit} {unit}影响坐果。',
    ],
    value: UNL_SET,
  },
  {
    id: 'fruit-set-warm-night',
    ...{ stage: FRUIT_SET, title: ['Greenhouse tomato: warm night', '温室番茄：夜温过高'], severity: 'info' },
    condition: at('above', 'temperature', fahrenheit(75)),
    when: { hours: { from: '22:00', to: '05:00' } },
    message: [
      'Warm night in {field}: {value} {unit}. Above {limit} {unit} fruit set suffers.',
      '{field}夜间气温{value} {unit}，高于{limit} {unit}影响坐果。',
    ],
    value: UNL_SET,
  },
  {
    id: 'fruit-set-heat',
    ...{ stage: FRUIT_SET, title: ['Greenhouse tomato: heat', '温室番茄：高温'], severity: 'critical' },
    condition: at('above', 'temperature', fahrenheit(104), fahrenheit(90)),
    message: [
      'Heat in {field}: {value} {unit}. A few hours above {limit} {unit} can make fruit set fail.',
      '{field}高温{value} {unit}，高于{limit} {unit}持续数小时会导致坐果失败。',
    ],
    value:
      'Purdue University, Vegetable Crops Hotline, Understanding High Temperature Effects on Fruit Set of Tomatoes: 3 hours above 104 °F on two days',
    recover: 'the same: optimum by day up to 90 °F',
  },
  {
    id: 'ripening-heat',
    stage: ['ripening', '转色期'],
    ...{ title: ['Greenhouse tomato: too hot to colour', '温室番茄：高温影响转色'], severity: 'info' },
    condition: at('above', 'temperature', fahrenheit(86)),
    message: [
      '{value} {unit} in {field}: above {limit} {unit} fruit does not colour.',
      '{field}气温{value} {unit}，高于{limit} {unit}番茄红素不能形成。',
    ],
    value:
      'Bayer Vegetables, Temperature, Humidity, and Water in Protected Culture Tomatoes: above 86 °F lycopene does not form',
  },
  {
    id: 'grey-mould',
    ...{
      stage: ALL,
      title: ['Greenhouse tomato: air for grey mould', '温室番茄：灰霉病高湿风险'],
      severity: 'warning',
    },
    condition: at('above', 'humidity', 90, 85),
    message: [
      'Humid in {field}: {value} {unit}. Above {limit} {unit} for long, grey mould follows.',
      '{field}空气湿度{value} {unit}，长时间高于{limit} {unit}易发灰霉病。',
    ],
    value: `${HDC}: more than 90 % for prolonged periods increases the risk of stem Botrytis`,
    recover: `${HDC}: growers set controls to 85 to 90 %`,
  },
  {
    id: 'deficit-low',
    ...{ stage: ALL, title: ['Greenhouse tomato: air too humid', '温室番茄：水汽压差过低'], severity: 'info' },
    condition: at('below', 'deficit', 0.2),
    message: [
      'Vapour pressure deficit in {field} is {value} {unit}, below {limit}: ventilate or heat.',
      '{field}水汽压差{value} {unit}，低于{limit}，宜通风或加温。',
    ],
    value: `${KONOPACKI}: below 0.2 kPa is too low`,
  },
  {
    id: 'deficit-high',
    ...{ stage: ALL, title: ['Greenhouse tomato: air too dry', '温室番茄：水汽压差过高'], severity: 'info' },
    condition: at('above', 'deficit', 1.4),
    message: [
      'Vapour pressure deficit in {field} is {value} {unit}, above {limit}: shade or mist.',
      '{field}水汽压差{value} {unit}，高于{limit}，宜遮阳或喷雾。',
    ],
    value: `${KONOPACKI}: over 1.4 kPa is excessive`,
  },
]);

const OYSTER = 'Cultivation of Oyster Mushrooms, Production Conditions (saturnspawn.com)';
const BUTTON = 'mushrooms.co.uk, Growing requirements';
const ENOKI = 'Joconn, growing conditions of Flammulina (hnjoconn.com, news 102)';
const PINNING: Row['stage'] = ['pinning', '原基形成期'];
const FRUITING: Row['stage'] = ['fruiting', '出菇期'];
const SPAWN_RUN: Row['stage'] = ['spawn run', '发菌期'];

export const EDIBLE_FUNGUS = templates('edible-fungus', [
  {
    id: 'oyster-spawn-run-warm',
    ...{ stage: SPAWN_RUN, title: ['Oyster mushroom: spawn run too warm', '平菇：发菌温度过高'], severity: 'warning' },
    condition: at('above', 'temperature', 20),
    message: ['{field} is at {value} {unit}, above {limit} {unit}.', '{field}气温{value} {unit}，高于{limit} {unit}。'],
    value: `${OYSTER}: air is kept at 18 to 20 °C`,
  },
  {
    id: 'oyster-spawn-run-dry',
    ...{ stage: SPAWN_RUN, title: ['Oyster mushroom: spawn run too dry', '平菇：发菌湿度过低'], severity: 'warning' },
    condition: at('below', 'humidity', 95),
    message: ['{field} is at {value} {unit}, below {limit} {unit}.', '{field}湿度{value} {unit}，低于{limit} {unit}。'],
    value: `${OYSTER}: relative humidity is kept at 95 to 98 %`,
  },
  {
    id: 'oyster-pinning-co2',
    ...{
      stage: PINNING,
      title: ['Oyster mushroom: stale air at pinning', '平菇：原基期二氧化碳过高'],
      severity: 'warning',
    },
    condition: at('above', 'co2', 700),
    message: [
      'Air in {field} holds {value} {unit} carbon dioxide: ventilate until below {limit} {unit}.',
      '{field}二氧化碳{value} {unit}，请通风至{limit} {unit}以下。',
    ],
    value: `${OYSTER}: at pinning fresh air lowers carbon dioxide below 700 ppm`,
  },
  {
    id: 'button-cropping-warm',
    ...{ stage: FRUITING, title: ['Button mushroom: too warm', '双孢蘑菇：温度过高'], severity: 'warning' },
    condition: at('above', 'temperature', 18),
    message: ['{field} is at {value} {unit}, above {limit} {unit}.', '{field}气温{value} {unit}，高于{limit} {unit}。'],
    value: `${BUTTON}, cropping: air at 14 to 18 °C`,
  },
  {
    id: 'button-cropping-cold',
    ...{ stage: FRUITING, title: ['Button mushroom: too cold', '双孢蘑菇：温度过低'], severity: 'info' },
    condition: at('below', 'temperature', 14),
    message: ['{field} is at {value} {unit}, below {limit} {unit}.', '{field}气温{value} {unit}，低于{limit} {unit}。'],
    value: `${BUTTON}, cropping: air at 14 to 18 °C`,
  },
  {
    id: 'button-cropping-dry',
    ...{ stage: FRUITING, title: ['Button mushroom: too dry', '双孢蘑菇：湿度过低'], severity: 'warning' },
    condition: at('below', 'humidity', 85),
    message: ['{field} is at {value} {unit}, below {limit} {unit}.', '{field}湿度{value} {unit}，低于{limit} {unit}。'],
    value: `${BUTTON}, cropping: humidity at 85 to 90 %`,
  },
  {
    id: 'enoki-fruiting-dry',
    ...{ stage: FRUITING, title: ['Enoki: too dry', '金针菇：湿度过低'], severity: 'warning' },
    condition: at('below', 'humidity', 80),
    message: ['{field} is at {value} {unit}, below {limit} {unit}.', '{field}湿度{value} {unit}，低于{limit} {unit}。'],
    value: `${ENOKI}: below 80 % fruiting is delayed or prevented`,
  },
  {
    id: 'enoki-fruiting-co2',
    ...{ stage: FRUITING, title: ['Enoki: stale air', '金针菇：二氧化碳过高'], severity: 'warning' },
    condition: at('above', 'co2', 5_000),
    message: [
      'Air in {field} holds {value} {unit} carbon dioxide, above {limit} {unit}: ventilate.',
      '{field}二氧化碳{value} {unit}，高于{limit} {unit}，请通风。',
    ],
    value: `${ENOKI}: at most 0.5 %`,
  },
]);

const UNL_STORE = 'University of Nebraska-Lincoln, CropWatch, Potato: Healing in Storage';
const CURING: Row['stage'] = ['curing, first weeks', '愈伤期'];
const HOLDING: Row['stage'] = ['holding', '贮藏期'];

export const SEED_POTATO_STORE = templates('seed-potato-store', [
  {
    id: 'curing-cold',
    ...{ stage: CURING, title: ['Seed potatoes: too cold to heal', '种薯：愈伤温度过低'], severity: 'warning' },
    condition: at('below', 'temperature', fahrenheit(50)),
    message: [
      '{field} is at {value} {unit}: below {limit} {unit} wounds heal too slowly.',
      '{field}温度{value} {unit}，低于{limit} {unit}愈伤过慢。',
    ],
    value: `${UNL_STORE}: curing between 50 and 60 °F; lower is too slow`,
  },
  {
    id: 'curing-warm',
    ...{ stage: CURING, title: ['Seed potatoes: too warm while curing', '种薯：愈伤温度过高'], severity: 'warning' },
    condition: at('above', 'temperature', fahrenheit(60)),
    message: [
      '{field} is at {value} {unit}: above {limit} {unit} rot spreads.',
      '{field}温度{value} {unit}，高于{limit} {unit}腐烂加重。',
    ],
    value: `${UNL_STORE}: curing between 50 and 60 °F; higher lets pathogens and rots increase`,
  },
  {
    id: 'holding-warm',
    ...{ stage: HOLDING, title: ['Seed potatoes: too warm', '种薯：贮藏温度过高'], severity: 'warning' },
    condition: at('above', 'temperature', fahrenheit(38)),
    message: [
      '{field} is at {value} {unit}, above {limit} {unit}: seed tubers will sprout.',
      '{field}温度{value} {unit}，高于{limit} {unit}，种薯易发芽。',
    ],
    value: `${UNL_STORE}: seed tubers are held between 34 and 38 °F`,
  },
  {
    id: 'holding-cold',
    ...{ stage: HOLDING, title: ['Seed potatoes: too cold', '种薯：贮藏温度过低'], severity: 'critical' },
    condition: at('below', 'temperature', fahrenheit(34)),
    message: [
      '{field} is at {value} {unit}, below {limit} {unit}: tubers are about to freeze.',
      '{field}温度{value} {unit}，低于{limit} {unit}，种薯有冻害危险。',
    ],
    value: `${UNL_STORE}: seed tubers are held between 34 and 38 °F`,
  },
  {
    id: 'dry',
    stage: ['curing and holding', '愈伤与贮藏期'],
    ...{ title: ['Seed potatoes: air too dry', '种薯：空气过干'], severity: 'warning' },
    condition: at('below', 'humidity', 90),
    message: [
      'Air in {field} is at {value} {unit}: below {limit} {unit} tubers shrink.',
      '{field}空气湿度{value} {unit}，低于{limit} {unit}种薯失水。',
    ],
    value:
      'National Potato Council of Kenya, Four factors to consider when storing potatoes: weight loss rises significantly below 90 %',
  },
]);
