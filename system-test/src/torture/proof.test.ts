/** The checker is checked: books that fit are taken, and each way in which they might not fit is found. */
import { expect, test } from 'vitest';
import { faultsOf, lives } from './plan.ts';
import { type Evidence, prove } from './proof.ts';

const CHANNELS = [
  ...['soil.moisture@d10', 'soil.temperature@d10', 'soil.ec@d10'],
  ...['soil.moisture@d30', 'soil.temperature@d30', 'soil.ec@d30', 'battery.voltage', 'radio.rssi'],
];
const SECOND_SEGMENT = 2 ** 36 + 1;

/** Two nodes with three messages each, over two segments, everything stored. */
function books() {
  const acked = ['node-1', 'node-2'].flatMap((device, d) => [1, 2, 3].map((n) => ({ device, n, t: 1_000 * n + d })));
  const given: [number, number][] = [
    [1, 30],
    [SECOND_SEGMENT, SECOND_SEGMENT + 17],
  ];
  return {
    acked,
    gateway: { epoch: 'aaaaaaaa', given, stored: 48, refused: 0, lost: {} as Record<string, number>, waiting: 0 },
    cloud: {
      ledger: new Map([['aaaaaaaa', given.map(([first, last]): [number, number] => [first, last])]]),
      refused: new Map<string, [number, number][]>(),
      conflicts: 0,
      quarantined: 0,
    },
    rows: {
      count: 48,
      times: new Map(
        ['node-1', 'node-2'].flatMap((device) =>
          CHANNELS.map((channel) => [`${device}/${channel}`, acked.filter((m) => m.device === device).map((m) => m.t)]),
        ),
      ) as Map<string, number[]>,
      numbers: given.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
    },
  } satisfies Evidence;
}
type Books = ReturnType<typeof books>;
const ledgerOf = (b: Books) => b.cloud.ledger.get('aaaaaaaa') as [number, number][];
const timesOf = (b: Books, name: string) => b.rows.times.get(name) as number[];

test('books that fit are taken', () => {
  expect(prove(books())).toEqual({
    ...{ problems: [], messages: 6, accepted: 48, stored: 48, refused: 0, lost: 0, lostAsSaid: 0, double: 0 },
    ...{ segments: 2, quarantined: 0 },
  });
  // Stored, and the node was killed before it heard of it.
  const last = books();
  last.acked.pop();
  expect(prove(last).problems).toEqual([]);
});

const FAULTS: [what: string, spoil: (b: Books) => void, says: RegExp][] = [
  ['a hole in the ledger', (b) => ledgerOf(b).splice(0, 1, [1, 9], [11, 30]), /1 numbers are missing.*10–10/],
  ['a whole segment that is missing', (b) => ledgerOf(b).pop(), /18 numbers are missing/],
  ['a number that was never given', (b) => ledgerOf(b).push([40, 40]), /never gave: 40–40/],
  ['a reading that still waits', (b) => Object.assign(b.gateway, { waiting: 1 }), /still wait/],
  ['a reading counted nowhere', (b) => Object.assign(b.gateway, { stored: 47 }), /accepted 48 is not stored 47/],
  ['a number that stands twice in the store', (b) => b.rows.numbers.push(7), /more than once/],
  ['a row too many', (b) => Object.assign(b.rows, { count: 49 }), /49 rows for 48 numbers/],
  ['a row too few', (b) => Object.assign(b.rows, { count: 47 }), /47 rows for 48 numbers/],
  [
    'a message that is gone',
    (b) => timesOf(b, 'node-2/soil.ec@d30').shift(),
    /soil.ec@d30: 1 acknowledged are not.*n 1/,
  ],
  ['a message stored twice', (b) => timesOf(b, 'node-1/radio.rssi').push(2_000), /radio.rssi: 1 are stored twice/],
  [
    'messages stored with other times than their own',
    (b) => b.rows.times.set('node-1/battery.voltage', [1_001, 2_001, 3_000]),
    /times that no message had: 1001, 2001/,
  ],
  ['something refused', (b) => Object.assign(b.cloud, { quarantined: 1 }), /quarantine/],
  ['a number given twice', (b) => Object.assign(b.cloud, { conflicts: 1 }), /given twice/],
  ['a second epoch', (b) => b.cloud.ledger.set('bbbbbbbb', [[1, 2]]), /2 epochs/],
];

test.each(FAULTS)('%s is found', (_what, spoil, says) => {
  const spoilt = books();
  spoil(spoilt);
  expect(prove(spoilt).problems.join('\n')).toMatch(says);
});

test('losses are taken where the gateway says them, and no more than it says', () => {
  const b = books();
  ledgerOf(b).splice(0, 1, [1, 22]);
  b.rows.numbers = b.rows.numbers.filter((n) => n < 23 || n > 30);
  b.rows.count = 40;
  for (const channel of CHANNELS) timesOf(b, `node-2/${channel}`).pop();
  expect(prove(b).problems).not.toEqual([]);
  Object.assign(b.gateway, { stored: 40, lost: { torn: 8 } });
  expect(prove(b)).toMatchObject({ problems: [], lost: 8, lostAsSaid: 8 });
  timesOf(b, 'node-1/radio.rssi').pop();
  expect(prove(b).problems.join()).toMatch(/9 acknowledged readings are gone/);
});

test('the same seed makes the same plan, another seed another, and every kind of fault is in it', () => {
  const draw = (seed: number) => Array.from({ length: 20 }, lives(seed, 'gateway'));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  const victims = ['gateway', 'cloud', 'influxd'] as const;
  expect(faultsOf(1, 1_000, victims)).toEqual(faultsOf(1, 1_000, victims));
  const kinds = (kills: number, who: readonly (typeof victims)[number][]) =>
    [...new Set(faultsOf(3, kills, who).map((fault) => fault.kind))].sort();
  expect(kinds(1_000, victims)).toEqual(['calm', 'freeze', 'reset', 'silence']);
  expect(kinds(20, ['gateway', 'cloud'])).toEqual(['reset']);
  for (const { atKill } of faultsOf(4, 20, victims)) expect(atKill).toBeLessThan(20);
});
