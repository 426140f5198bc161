/**
 * Alerts out of transitions. The transitions of one rule at one subject, in the order of their numbers, say which alerts there
 * were; each is named by the transition by which it fired. Made anew from all of them each time, so it does not matter in which
 * order, or how often, they came.
 */
import type { ChangeKind, Reason } from './transition.ts';

/** A transition with the name that it has for ever. */
export interface NamedTransition extends ChangeKind {
  /** The journal that it stands in, and its number there. */
  epoch: string;
  seq: number;
  timeMs: number;
  revision: number;
  value: number;
}

/** One alert, from its firing to its end. */
export interface Episode {
  epoch: string;
  seq: number;
  /** Numbers of all its transitions that are there, rising. */
  seqs: number[];
  revision: number;
  firedMs: number;
  /** Null while it goes on. */
  endedMs: number | null;
  /** Why it ended; `anew`: its gateway began a new journal. */
  reason: Reason | 'anew' | null;
  state: 'firing' | 'recovering' | 'over';
  noData: boolean;
  /** When it was fresh news at the gateway; null where it never was: it is history only. */
  raisedMs: number | null;
  /** Of readings that came after newer ones. */
  late: boolean;
  /** What was judged when it fired. */
  value: number;
}

/** All alerts, in the order in which they fired. Transitions whose firing is not there are of none. */
export function episodesOf(transitions: readonly NamedTransition[]): Episode[] {
  const episodes: Episode[] = [];
  let open: Episode | undefined;
  let openLate: Episode | undefined;
  for (const t of inOrder(transitions)) {
    if (t.late) {
      if (openLate !== undefined && openLate.epoch !== t.epoch) openLate = undefined;
      if (t.state === 'firing' && openLate === undefined) {
        openLate = begun(t);
        episodes.push(openLate);
      } else if (t.state === 'ok' && openLate !== undefined) {
        openLate.seqs.push(t.seq);
        end(openLate, t.timeMs, t.reason);
        openLate = undefined;
      } else openLate?.seqs.push(t.seq);
      continue;
    }
    if (open !== undefined && open.epoch !== t.epoch) {
      end(open, Math.max(open.firedMs, t.timeMs), 'anew');
      open = undefined;
    }
    if (open === undefined) {
      if (t.state !== 'firing') continue;
      open = begun(t);
      episodes.push(open);
      continue;
    }
    open.seqs.push(t.seq);
    if (t.state === 'ok' || t.state === 'pending') {
      end(open, t.timeMs, t.reason);
      open = undefined;
      continue;
    }
    open.state = t.state;
    open.noData = t.noData;
    open.revision = t.revision;
    if (t.raised) open.raisedMs ??= t.timeMs;
  }
  return episodes.sort((a, b) => a.firedMs - b.firedMs);
}

/** Journal after journal, by the first time in each; within one by number. */
function inOrder(transitions: readonly NamedTransition[]): NamedTransition[] {
  const began = new Map<string, number>();
  for (const { epoch, timeMs } of transitions) began.set(epoch, Math.min(began.get(epoch) ?? timeMs, timeMs));
  const at = (epoch: string) => began.get(epoch) as number;
  return transitions.toSorted((a, b) =>
    a.epoch === b.epoch ? a.seq - b.seq : at(a.epoch) - at(b.epoch) || (a.epoch < b.epoch ? -1 : 1),
  );
}

function begun({ epoch, seq, revision, timeMs, noData, raised, late, value }: NamedTransition): Episode {
  return {
    ...{
      epoch,
      seq,
      seqs: [seq],
      revision,
      firedMs: timeMs,
      endedMs: null,
      reason: null,
      state: 'firing',
      noData,
      late,
      value,
    },
    raisedMs: raised ? timeMs : null,
  };
}

function end(episode: Episode, timeMs: number, reason: Episode['reason']): void {
  Object.assign(episode, { endedMs: timeMs, reason, state: 'over', noData: false });
}
