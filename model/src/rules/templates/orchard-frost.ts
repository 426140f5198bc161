/**
 * Frost in orchards. Source of all temperatures: Penn State Extension, "Orchard Frost: Critical Temperatures for Various
 * Fruits" (after Washington State University, EB0419, 1989): average temperatures, in °F, that kill 10 % and 90 % of the
 * buds within 30 minutes. extension.psu.edu/orchard-frost-critical-temperatures-for-various-fruits
 */
import { fahrenheit, type RuleTemplate, TELL } from './template.ts';

type Stage = [id: string, en: string, zh: string, tenthF: number, ninetyF: number];

const FRUITS: [crop: string, en: string, zh: string, stages: Stage[]][] = [
  [
    ...(['apple', 'Apples', '苹果'] as const),
    [
      ['silver-tip', 'silver tip', '萌芽露白期', 15, 2],
      ['green-tip', 'green tip', '露绿期', 18, 10],
      ['half-inch-green', 'half-inch green', '展叶期', 23, 15],
      ['tight-cluster', 'tight cluster', '花序紧密期', 27, 21],
      ['first-pink', 'first pink', '初露红期', 28, 24],
      ['full-pink', 'full pink', '全露红期', 28, 25],
      ['first-bloom', 'first bloom', '初花期', 28, 25],
      ['full-bloom', 'full bloom', '盛花期', 28, 25],
      ['post-bloom', 'post bloom', '谢花后', 28, 25],
    ],
  ],
  [
    ...(['pear', 'Pears', '梨'] as const),
    [
      ['scales-separating', 'scales separating', '鳞片松动期', 15, 0],
      ['buds-exposed', 'blossom buds exposed', '花芽外露期', 20, 6],
      ['tight-cluster', 'tight cluster', '花序紧密期', 24, 15],
      ['first-white', 'first white', '初露白期', 25, 19],
      ['full-white', 'full white', '全露白期', 26, 22],
      ['first-bloom', 'first bloom', '初花期', 27, 23],
      ['full-bloom', 'full bloom', '盛花期', 28, 24],
      ['post-bloom', 'post bloom', '谢花后', 28, 24],
    ],
  ],
  [
    ...(['peach', 'Peaches', '桃'] as const),
    [
      ['first-swelling', 'first swelling', '芽膨大期', 18, 1],
      ['calyx-green', 'calyx green', '花萼露绿期', 21, 5],
      ['calyx-red', 'calyx red', '花萼露红期', 23, 9],
      ['first-pink', 'first pink', '初露红期', 25, 15],
      ['first-bloom', 'first bloom', '初花期', 26, 21],
      ['full-bloom', 'full bloom', '盛花期', 27, 24],
      ['post-bloom', 'post bloom', '谢花后', 28, 25],
    ],
  ],
  [
    ...(['sweet-cherry', 'Sweet cherries', '甜樱桃'] as const),
    [
      ['first-swelling', 'first swelling', '芽膨大期', 17, 5],
      ['side-green', 'side green', '侧面露绿期', 22, 9],
      ['green-tip', 'green tip', '露绿期', 25, 14],
      ['tight-cluster', 'tight cluster', '花序紧密期', 26, 17],
      ['open-cluster', 'open cluster', '花序分离期', 27, 21],
      ['first-white', 'first white', '初露白期', 27, 24],
      ['first-bloom', 'first bloom', '初花期', 28, 25],
      ['full-bloom', 'full bloom', '盛花期', 28, 25],
      ['post-bloom', 'post bloom', '谢花后', 28, 25],
    ],
  ],
];

const SOURCE = 'Penn State Extension, Orchard Frost: Critical Temperatures for Various Fruits, table';

export const ORCHARD_FROST: readonly RuleTemplate[] = FRUITS.flatMap(([crop, en, zh, stages]) =>
  stages.flatMap(([stage, stageEn, stageZh, tenthF, ninetyF]) =>
    (
      [
        ['frost', tenthF, 10, 'warning'],
        ['hard-frost', ninetyF, 90, 'critical'],
      ] as const
    ).map(([what, f, percent, severity]): RuleTemplate => {
      const source = `${SOURCE}, ${en.toLowerCase()}, ${stageEn}: ${percent} % killed at ${f} °F within 30 minutes`;
      const isHard = what === 'hard-frost';
      return {
        ...{ id: `${crop}/${stage}-${what}`, crop, stage: { en: stageEn, zh: stageZh } },
        rule: {
          title: {
            en: `${isHard ? 'Hard frost' : 'Frost'}: ${en.toLowerCase()}, ${stageEn}`,
            zh: `${isHard ? '重霜冻' : '霜冻'}：${zh}${stageZh}`,
          },
          condition: {
            ...{ type: 'below', input: { quantity: 'air.temperature' }, unit: 'Cel' },
            ...{ value: fahrenheit(f), recover: fahrenheit(f) },
          },
          severity,
          message: {
            en: `Frost in {field}: {value} {unit}. Half an hour at {limit} {unit} kills ${percent} % of the buds.`,
            zh: `{field}有霜冻：{value} {unit}。{limit} {unit}持续半小时，约${percent}%的花芽会冻死。`,
          },
          tell: TELL,
        },
        numbers: { 'condition.value': source, 'condition.recover': 'at the threshold' },
      };
    }),
  ),
);
