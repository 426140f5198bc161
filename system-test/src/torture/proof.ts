/**
 * The checker. It is given what the devices know, what the gateway and the cloud have written down and what stands in the
 * store, and says everything that does not fit together. It shares no code with what it checks.
 */
import type { CloudBook, GatewayBook, Range, StoredRows } from './books.ts';

/** A message whose PUBACK a node got. */
export interface AckedMessage {
  device: string;
  n: number;
  t: number;
}

export interface Evidence {
  /** The nodes' own record. */
  acked: readonly AckedMessage[];
  gateway: GatewayBook;
  cloud: CloudBook;
  rows: StoredRows;
}

export interface Proof {
  /** In words, none where everything fits. */
  problems: string[];
  messages: number;
  accepted: number;
  stored: number;
  refused: number;
  /** Accepted and nowhere: neither stored nor refused. */
  lost: number;
  /** What the gateway itself says it has lost. */
  lostAsSaid: number;
  double: number;
  segments: number;
  quarantined: number;
}

/** Channels of every message of a node (docs/PROTOCOL.md, field device to gateway). */
export const NODE_CHANNELS = [
  ...['soil.moisture@d10', 'soil.temperature@d10', 'soil.ec@d10'],
  ...['soil.moisture@d30', 'soil.temperature@d30', 'soil.ec@d30', 'battery.voltage', 'radio.rssi'],
];
const SHOWN = 5;

export function prove(evidence: Evidence): Proof {
  const { gateway, cloud } = evidence;
  const numbers = proveNumbers(evidence);
  const messages = compareMessages(evidence, numbers.lostAsSaid);
  return {
    ...{ messages: evidence.acked.length, accepted: numbers.accepted, stored: numbers.stored },
    ...{ refused: numbers.refused, lost: numbers.lost, lostAsSaid: numbers.lostAsSaid },
    ...{ segments: gateway.given.length, quarantined: cloud.quarantined },
    double: Math.max(numbers.double, messages.double),
    problems: [...numbers.missing, ...numbers.doubled, ...messages.problems],
  };
}

/** Sequence numbers: gateway against ledger, ledger against store. What is missing and what is double, in words. */
export function proveNumbers({ gateway, cloud, rows }: Omit<Evidence, 'acked'>) {
  const ledger = cloud.ledger.get(gateway.epoch) ?? [];
  const refused = cloud.refused.get(gateway.epoch) ?? [];
  const lostAsSaid = sumOf(Object.values(gateway.lost));
  const missing: string[] = [];
  const must = mustOf(missing);
  const accepted = sizeOf(gateway.given);
  const stored = sizeOf(ledger);
  const gone = without(gateway.given, [...ledger, ...refused]);
  const lost = sizeOf(gone);
  const strange = without(ledger, gateway.given);
  must(accepted > 0, 'nothing was accepted at all');
  must(cloud.ledger.size <= 1, `the ledger has ${cloud.ledger.size} epochs, the gateway one`);
  must(strange.length === 0, `stored under numbers that the gateway never gave: ${shown(strange)}`);
  must(lost <= lostAsSaid, `${lost} numbers are missing, the gateway knows of ${lostAsSaid}: ${shown(gone)}`);
  must(gateway.waiting === 0, `${gateway.waiting} readings still wait at the gateway`);
  must(
    accepted === gateway.stored + gateway.refused + lostAsSaid,
    `accepted ${accepted} is not stored ${gateway.stored} + refused ${gateway.refused} + lost ${lostAsSaid}`,
  );
  // What a damaged journal counts as lost may have reached the cloud before.
  must(
    gateway.stored === stored || (lostAsSaid > 0 && gateway.stored < stored),
    `the gateway counts ${gateway.stored} readings as stored, the ledger ${stored}`,
  );
  must(cloud.quarantined === 0, `${cloud.quarantined} entries stand in the quarantine`);
  must(rows.count >= stored, `the store holds ${rows.count} rows for ${stored} numbers`);
  const numbers = rows.numbers ?? [];
  must(without(runsOf(numbers), ledger).length === 0, 'the store holds numbers that the ledger does not');
  const doubled: string[] = [];
  const mustOnce = mustOf(doubled);
  const twice = numbers.length - new Set(numbers).size;
  mustOnce(cloud.conflicts === 0, `the cloud found ${cloud.conflicts} numbers given twice`);
  mustOnce(rows.count <= stored, `the store holds ${rows.count} rows for ${stored} numbers`);
  mustOnce(twice === 0, `${twice} numbers stand in the store more than once`);
  const double = Math.max(0, rows.count - stored, twice);
  return { missing, doubled, accepted, stored, refused: sizeOf(refused), lost, lostAsSaid, double };
}

/** The nodes' counters: every acknowledged message is there, whole, once, with its own time. */
function compareMessages({ acked, rows }: Evidence, lostAsSaid: number) {
  const problems: string[] = [];
  const must = mustOf(problems);
  let double = 0;
  let gone = 0;
  for (const [device, messages] of Map.groupBy(acked, (message) => message.device)) {
    const times = new Set(messages.map((message) => message.t));
    for (const channel of NODE_CHANNELS) {
      const there = rows.times.get(`${device}/${channel}`) ?? [];
      const once = new Set(there);
      const notThere = messages.filter((message) => !once.has(message.t));
      const twice = there.length - once.size;
      // A node has one message under way: at most that one may be stored without its knowing.
      const unknown = [...once].filter((t) => !times.has(t));
      gone += notThere.length;
      double += twice;
      must(
        notThere.length === 0 || lostAsSaid > 0,
        `${device}/${channel}: ${notThere.length} acknowledged are not stored: n ${some(notThere.map(({ n }) => n))}`,
      );
      must(twice === 0, `${device}/${channel}: ${twice} are stored twice`);
      must(unknown.length <= 1, `${device}/${channel}: stored with times that no message had: ${some(unknown)}`);
    }
  }
  must(acked.length > 0, 'no node got a PUBACK');
  must(gone <= lostAsSaid, `${gone} acknowledged readings are gone, the gateway knows of ${lostAsSaid} lost`);
  return { problems, double };
}

function mustOf(problems: string[]): (holds: boolean, otherwise: string) => void {
  return (holds, otherwise) => {
    if (!holds) problems.push(otherwise);
  };
}

const sumOf = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0);
const some = (numbers: number[]) => numbers.slice(0, SHOWN).join(', ');

export function sizeOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** What of `ranges` is in none of `others`. */
export function without(ranges: readonly Range[], others: readonly Range[]): Range[] {
  const sorted = others.toSorted((a, b) => a[0] - b[0]);
  const left: Range[] = [];
  for (const [first, last] of ranges) {
    let from = first;
    for (const [f, l] of sorted) {
      if (l < from || f > last) continue;
      if (f > from) left.push([from, f - 1]);
      from = l + 1;
    }
    if (from <= last) left.push([from, last]);
  }
  return left;
}

function runsOf(numbers: readonly number[]): Range[] {
  const runs: Range[] = [];
  for (const n of numbers.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && n <= run[1] + 1) run[1] = n;
    else runs.push([n, n]);
  }
  return runs;
}

const shown = (ranges: readonly Range[]) =>
  ranges
    .slice(0, SHOWN)
    .map(([first, last]) => `${first}–${last}`)
    .join(', ');
