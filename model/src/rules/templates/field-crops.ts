/** Cotton, maize and tea in the field. Each number has its source beside it. */
import { fahrenheit, type RuleTemplate, TELL } from './template.ts';

const AT_THRESHOLD = 'at the threshold';
const AIR = { input: { quantity: 'air.temperature' }, unit: 'Cel' } as const;
const SOIL = { input: { quantity: 'soil.temperature' }, unit: 'Cel' } as const;

const at = (type: 'above' | 'below', what: typeof AIR | typeof SOIL, value: number, forS?: number) =>
  ({ type, ...what, value, recover: value, ...(forS === undefined ? {} : { forS }) }) as const;

const BAYER_CHILLING = 'Bayer Crop Science, Chilling Injury and Planting Decisions in Cotton (2022)';

export const COTTON: readonly RuleTemplate[] = [
  {
    ...{ id: 'cotton/planting-cold-soil', crop: 'cotton', stage: { en: 'before planting', zh: '播种前' } },
    rule: {
      title: { en: 'Cotton: soil too cold to plant', zh: '棉花：地温过低，不宜播种' },
      condition: at('below', SOIL, fahrenheit(65)),
      severity: 'info',
      message: {
        en: 'Soil in {field} is at {value} {unit}. Wait with planting until it is at {limit} {unit}.',
        zh: '{field}地温{value} {unit}，达到{limit} {unit}后再播种。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value': `${BAYER_CHILLING}: plant into soils with a minimum soil temperature of 65 °F`,
      'condition.recover': AT_THRESHOLD,
    },
  },
  {
    ...{ id: 'cotton/germination-chilling', crop: 'cotton', stage: { en: 'planting to emergence', zh: '播种至出苗' } },
    rule: {
      title: { en: 'Cotton: chilling of the seed', zh: '棉花：种子低温冷害' },
      condition: at('below', SOIL, fahrenheit(50)),
      severity: 'warning',
      message: {
        en: 'Soil in {field} fell to {value} {unit}: below {limit} {unit} germinating cotton is injured.',
        zh: '{field}地温降到{value} {unit}，低于{limit} {unit}棉种萌发会受冷害。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value': `${BAYER_CHILLING}: water below 50 °F taken up by the seed causes chilling injury`,
      'condition.recover': AT_THRESHOLD,
    },
  },
  {
    ...{ id: 'cotton/germination-lethal', crop: 'cotton', stage: { en: 'planting to emergence', zh: '播种至出苗' } },
    rule: {
      title: { en: 'Cotton: soil cold enough to kill the seedling', zh: '棉花：地温致死' },
      condition: at('below', SOIL, fahrenheit(41)),
      severity: 'critical',
      message: {
        en: 'Soil in {field} fell to {value} {unit}: at {limit} {unit} seedlings can die.',
        zh: '{field}地温降到{value} {unit}，{limit} {unit}棉苗可能死亡。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value': `${BAYER_CHILLING}: seedling death can occur at 41 °F`,
      'condition.recover': AT_THRESHOLD,
    },
  },
  {
    ...{ id: 'cotton/bloom-heat', crop: 'cotton', stage: { en: 'squaring to boll filling', zh: '现蕾至结铃' } },
    rule: {
      title: { en: 'Cotton: heat on squares and bolls', zh: '棉花：蕾铃期高温' },
      condition: at('above', AIR, 35),
      severity: 'warning',
      message: {
        en: 'Heat in {field}: {value} {unit}. Above {limit} {unit} squares and bolls are shed.',
        zh: '{field}高温{value} {unit}，超过{limit} {unit}蕾铃脱落增加。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value':
        'Hodges et al. 1993, in Stress Physiology in Cotton (The Cotton Foundation), figure 2: squares and bolls decrease dramatically above 35 °C',
      'condition.recover': AT_THRESHOLD,
    },
  },
  {
    ...{ id: 'cotton/bloom-extreme-heat', crop: 'cotton', stage: { en: 'squaring to boll filling', zh: '现蕾至结铃' } },
    rule: {
      title: { en: 'Cotton: extreme heat', zh: '棉花：极端高温' },
      condition: at('above', AIR, 40),
      severity: 'critical',
      message: {
        en: 'Extreme heat in {field}: {value} {unit}. At {limit} {unit} no squares and bolls are kept.',
        zh: '{field}极端高温{value} {unit}，{limit} {unit}时蕾铃几乎全部脱落。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value':
        'Hodges et al. 1993, in Stress Physiology in Cotton (The Cotton Foundation), figure 2: squares and bolls fall to zero at 40 °C',
      'condition.recover': AT_THRESHOLD,
    },
  },
];

const NDSU = 'North Dakota State University Extension (J. Keene), frost and freeze damage to corn and soybeans';

export const MAIZE: readonly RuleTemplate[] = [
  {
    ...{ id: 'maize/planting-cold-soil', crop: 'maize', stage: { en: 'before planting', zh: '播种前' } },
    rule: {
      title: { en: 'Maize: soil too cold to plant', zh: '玉米：地温过低，不宜播种' },
      condition: at('below', SOIL, fahrenheit(50)),
      severity: 'info',
      message: {
        en: 'Soil in {field} is at {value} {unit}. Plant when it is at or above {limit} {unit}.',
        zh: '{field}地温{value} {unit}，达到{limit} {unit}后再播种。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value':
        'Pioneer, Cold Stress Effects on Corn Emergence: planting is recommended when soil is at or above 50 °F (10 °C)',
      'condition.recover': AT_THRESHOLD,
    },
  },
  {
    ...{ id: 'maize/young-frost', crop: 'maize', stage: { en: 'emergence to five leaves', zh: '出苗至五叶期' } },
    rule: {
      title: { en: 'Maize: frost for hours', zh: '玉米：持续霜冻' },
      condition: at('below', AIR, fahrenheit(32), 3 * 3_600),
      severity: 'warning',
      message: {
        en: 'Frost in {field} for three hours: {value} {unit}. Young maize can be killed.',
        zh: '{field}霜冻已持续三小时：{value} {unit}，玉米幼苗可能冻死。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value': `${NDSU}: maize can be killed at 32 °F`,
      'condition.recover': AT_THRESHOLD,
      'condition.forS': `${NDSU}: if it stays there for three to four hours`,
    },
  },
  {
    ...{ id: 'maize/young-hard-frost', crop: 'maize', stage: { en: 'emergence to five leaves', zh: '出苗至五叶期' } },
    rule: {
      title: { en: 'Maize: hard frost', zh: '玉米：重霜冻' },
      condition: at('below', AIR, fahrenheit(28), 900),
      severity: 'critical',
      message: {
        en: 'Hard frost in {field}: {value} {unit}. At {limit} {unit} a quarter of an hour kills most tissue.',
        zh: '{field}重霜冻：{value} {unit}，{limit} {unit}持续一刻钟即可冻死多数组织。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value': `${NDSU}: 28 °F or less is sufficient to kill most tissues`,
      'condition.recover': AT_THRESHOLD,
      'condition.forS': `${NDSU}: within 15 minutes`,
    },
  },
  {
    ...{ id: 'maize/pollination-heat', crop: 'maize', stage: { en: 'tasselling and silking', zh: '抽雄吐丝期' } },
    rule: {
      title: { en: 'Maize: heat at pollination', zh: '玉米：授粉期高温' },
      condition: at('above', AIR, fahrenheit(95)),
      severity: 'warning',
      message: {
        en: 'Heat in {field}: {value} {unit}. Above {limit} {unit} less pollen is made.',
        zh: '{field}高温{value} {unit}，超过{limit} {unit}花粉减少。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value':
        'University of Nebraska-Lincoln, CropWatch, How Extended High Heat Disrupts Corn Pollination (2019): heat over 95 °F depresses pollen production',
      'condition.recover': AT_THRESHOLD,
    },
  },
];

export const TEA: readonly RuleTemplate[] = [
  {
    ...{ id: 'tea/sprouting-frost', crop: 'tea', stage: { en: 'sprouting, first flush', zh: '春茶萌芽期' } },
    rule: {
      title: { en: 'Tea: spring frost', zh: '茶树：春霜冻' },
      condition: at('below', AIR, 4),
      severity: 'warning',
      message: {
        en: 'Cold in {field}: {value} {unit}. At {limit} {unit} and below, young shoots of tea are harmed.',
        zh: '{field}气温{value} {unit}，降至{limit} {unit}及以下，茶芽易受霜冻害。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value':
        '孟仲等 2019（浙江省气候中心）：早春最低气温降至 4 ℃ 及以下，易对已萌发的茶叶新梢、嫩叶造成危害；王培娟等 2021，应用气象学报 32(2)',
      'condition.recover': AT_THRESHOLD,
    },
  },
  {
    ...{ id: 'tea/plucking-hard-frost', crop: 'tea', stage: { en: 'shoots ready to be plucked', zh: '待采期' } },
    rule: {
      title: { en: 'Tea: hard frost', zh: '茶树：重霜冻' },
      condition: at('below', AIR, -2),
      severity: 'critical',
      message: {
        en: 'Frost in {field}: {value} {unit}. {limit} {unit} can damage all of the shoots.',
        zh: '{field}霜冻：{value} {unit}，{limit} {unit}可使全园新梢受害。',
      },
      tell: TELL,
    },
    numbers: {
      'condition.value':
        'World Green Tea Association (o-cha.net), Against the Frost Damage: −2 °C can damage whole fields when buds are ready to be picked',
      'condition.recover': AT_THRESHOLD,
    },
  },
];
