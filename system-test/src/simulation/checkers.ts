/**
 * What must be true at the end, judged by what devices were told and what the store's rows are; the gateway's own books
 * are believed in one thing only: how many readings it says it has lost. That may be more than is lost, never less.
 */
import type { ApiGateway } from '@karez/model';
import { TRUE_START_MS } from './scenario.ts';
import type { GatewayView } from './simulation.ts';
import type { InStore, Row } from './stored.ts';
import type { Rollback, Taken } from './witness.ts';
import type { World } from './world.ts';

/** How gateway and cloud show themselves. */
export interface AtEnd {
  view: GatewayView;
  seen: ApiGateway;
}

export interface Outcome {
  accepted: number;
  stored: number;
  quarantined: number;
  lost: number;
}

export function checkEnd(world: World, store: InStore, { view, seen }: AtEnd): Outcome {
  const rowsOf = new Map<number, Row[]>();
  for (const row of store.rows) {
    const taken = world.witness.of(row.value);
    if (taken === undefined)
      world.violate('invented', `row ${row.seq} of ${row.channel}: ${row.value} was never taken`);
    else {
      checkRow(world, taken, row);
      const same = rowsOf.get(taken.value);
      if (same === undefined) rowsOf.set(taken.value, [row]);
      else same.push(row);
    }
  }
  const lost: Taken[] = [];
  for (const taken of world.witness.readings) {
    const rows = rowsOf.get(taken.value) ?? [];
    const code = store.quarantined.get(taken.value);
    if (rows.length > 1) checkTwice(world, taken, rows);
    if (rows.length > 0 && taken.told === 'refused')
      world.violate('refused-but-stored', `reading ${taken.value} was refused at the gateway, and is stored`);
    if (code !== undefined) checkQuarantine(world, taken, code);
    if (taken.told === 'accepted' && rows.length === 0 && code === undefined) lost.push(taken);
  }
  checkLost(world, lost, view);
  checkBooks(world, store, view);
  checkProof(world, store, view, seen);
  checkOrder(world, store.rows);
  checkLatest(world, store);
  world.live.judge(({ value }) => rowsOf.has(value));
  return {
    accepted: world.witness.accepted,
    stored: rowsOf.size,
    quarantined: store.quarantined.size,
    lost: lost.length,
  };
}

function checkRow(world: World, taken: Taken, row: Row): void {
  if (row.channel !== taken.channel)
    world.violate('channel', `reading ${taken.value} of ${taken.channel} is stored as ${row.channel}`);
  world.times.stored(taken, row.timeMs, row.quality);
}

function checkTwice(world: World, taken: Taken, rows: Row[]): void {
  if (world.witness.rollbacks.some((rollback) => mayComeTwice(taken, rows, rollback))) return;
  const where = rows.map(({ epoch, seq, timeMs }) => `${epoch}/${seq} of ${timeMs}`).join(', ');
  world.violate('double', `reading ${taken.value} of ${taken.channel} is stored ${rows.length} times: ${where}`);
}

/**
 * Twice: only where the gateway's disk forgot what it had said. Then a device that had not heard the answer says it again;
 * or a number that was sent without the time that it had been given is sent with another.
 */
function mayComeTwice({ told, acceptedMs, offers }: Taken, rows: Row[], { atMs, toMs }: Rollback): boolean {
  if (!offers.some(({ trueMs }) => trueMs - TRUE_START_MS < toMs)) return false;
  const isOneNumber = new Set(rows.map(({ epoch, seq }) => `${epoch}/${seq}`)).size === 1;
  return isOneNumber || told !== 'accepted' || acceptedMs >= atMs;
}

function checkQuarantine(world: World, taken: Taken, code: string): void {
  if (code === 'STORE_REFUSED' && world.scenario.faults.some(({ kind }) => kind === 'cloud.refuse')) return;
  if ((code === 'TIME_IN_FUTURE' || code === 'VALUE_INVALID') && world.times.isRefusable(taken)) return;
  world.violate('quarantined', `reading ${taken.value} of ${taken.channel} was refused: ${code}`);
}

/** Lost: only what the gateway counts as lost, and only where the farm's policy or a disk that failed allows it. */
function checkLost(world: World, lost: Taken[], { journal }: GatewayView): void {
  if (lost.length === 0) return;
  const { policy } = world.scenario.journal;
  const counted = Object.values(journal.lost).reduce((sum, n) => sum + n, 0);
  const mayDrop = policy !== 'keep-oldest' && world.fired.has(`journal.full:${policy}`);
  const isUnknowable = ({ acceptedMs }: Taken) =>
    world.witness.rollbacks.some((r) => !r.isCountable && acceptedMs >= r.fromMs && acceptedMs <= r.toMs);
  const inRollback = ({ acceptedMs }: Taken) =>
    world.witness.rollbacks.some((r) => acceptedMs >= r.fromMs - 500 && acceptedMs <= r.toMs);
  const known = lost.filter((taken) => !isUnknowable(taken));
  const without = lost.filter((taken) => !mayDrop && !inRollback(taken));
  const first = lost[0] as Taken;
  const words = `first reading ${first.value} of ${first.channel}, accepted at ${first.acceptedMs} ms`;
  if (without.length > 0) world.violate('lost', `${without.length} accepted readings are gone without cause; ${words}`);
  if (known.length > counted)
    world.violate('lost-uncounted', `${known.length} accepted readings are gone, ${counted} are counted; ${words}`);
}

/** accepted = stored + waiting + refused + lost, by the gateway's own books, over all numbers that it has given. */
function checkBooks(world: World, { rows, quarantined }: InStore, { journal, status }: GatewayView): void {
  const given = journal.segments.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const lost = Object.values(journal.lost).reduce((sum, n) => sum + n, 0);
  const { stored, refused, waiting } = journal;
  const sum = stored + refused + waiting + lost;
  const books = `given ${given}, stored ${stored}, refused ${refused}, waiting ${waiting}, lost ${JSON.stringify(journal.lost)}`;
  if (given !== sum) world.violate('books', `${books}: they differ by ${given - sum}`);
  if (status.accepted !== sum) world.violate('books', `the status says ${status.accepted} accepted; ${books}`);
  if (waiting !== 0) world.violate('not-drained', books);
  if (world.witness.rollbacks.length > 0) return;
  if (given < world.witness.accepted) world.violate('books', `${world.witness.accepted} were accepted; ${books}`);
  const numbers = new Set(rows.map(({ epoch, seq }) => `${epoch}/${seq}`)).size;
  if (stored > numbers) world.violate('books', `${numbers} numbers are in the store; ${books}`);
  if (refused > quarantined.size) world.violate('books', `${quarantined.size} are in quarantine; ${books}`);
  if (given - numbers - quarantined.size > lost)
    world.violate('books', `${numbers} numbers are in the store, ${quarantined.size} in quarantine; ${books}`);
}

/** What the cloud shows as proof: numbers given against numbers there, and nothing missing that nobody can explain. */
function checkProof(world: World, { rows, quarantined }: InStore, { status }: GatewayView, seen: ApiGateway): void {
  const ledger = seen.ledger.find(({ epoch }) => epoch === status.epoch);
  const proof = ledger?.proof;
  if (ledger === undefined || proof === null || proof === undefined) {
    if (status.accepted > 0) world.violate('proof', 'the cloud has nothing to show of the gateway');
    return;
  }
  const numbers = new Set(rows.filter(({ epoch }) => epoch === status.epoch).map(({ seq }) => seq)).size;
  if (ledger.stored !== numbers) world.violate('proof', `${ledger.stored} are shown as stored, ${numbers} are`);
  if (world.witness.rollbacks.length > 0) return;
  const words = `given ${proof.given}, missing ${proof.missingReadings}, waiting ${proof.waiting}, lost ${proof.lost}`;
  if (proof.unexplained > 0) world.violate('proof', `${proof.unexplained} cannot be explained: ${words}`);
  // On a metered link it has not said yet what it has given lately.
  const isSaid = world.scenario.uplinkBytesPerS === undefined ? proof.given === status.accepted : proof.given > 0;
  if (!isSaid) world.violate('proof', `${status.accepted} were accepted: ${words}`);
  if (ledger.quarantined !== quarantined.size)
    world.violate('proof', `${ledger.quarantined} are shown in quarantine, ${quarantined.size} are`);
}

/** Readings that the gateway dates are in the order in which they were taken, by number and by time. */
function checkOrder(world: World, rows: Row[]): void {
  if (world.witness.rollbacks.length > 0 || world.times.mayGoBack) return;
  const before = new Map<string, { taken: Taken; row: Row }>();
  for (const row of rows) {
    const taken = world.witness.of(row.value);
    if (taken === undefined || taken.spec.kind !== 'poller' || !world.boots.isDated(taken.offers[0]?.boot ?? -1))
      continue;
    const last = before.get(row.channel);
    before.set(row.channel, { taken, row });
    if (last === undefined) continue;
    if (last.taken.value > taken.value)
      world.violate('order', `${row.channel}: reading ${taken.value} has a later number than ${last.taken.value}`);
    // A new life learns the time anew, as exactly as the link lets it.
    const isSameLife = last.taken.offers[0]?.life === taken.offers[0]?.life;
    if (last.row.timeMs > row.timeMs + (isSameLife ? 0 : world.times.toleranceMs))
      world.violate(
        'order',
        `${row.channel}: reading ${taken.value} is of ${row.timeMs}, the one before of ${last.row.timeMs}`,
      );
  }
}

/** What is kept as a channel's newest value is its newest row. */
function checkLatest(world: World, { rows, latest }: InStore): void {
  const newest = new Map<string, number>();
  for (const { channel, timeMs } of rows) newest.set(channel, Math.max(newest.get(channel) ?? 0, timeMs));
  for (const [channel, timeMs] of newest) {
    const kept = latest.get(channel);
    // One that was dated ahead of the cloud's clock counts as taken when it was stored.
    if (kept === undefined || (kept.timeMs + world.times.toleranceMs < timeMs && !world.times.mayBeAhead))
      world.violate('stale-as-current', `${channel}: the newest kept is of ${kept?.timeMs}, a row is of ${timeMs}`);
  }
}
