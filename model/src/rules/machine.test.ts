/** The transition table: what each rule state does with each judgement, in seconds of event time. This is the specification. */
import { expect, test } from 'vitest';
import { end, hear, judge, newMemory, type Timing, type Verdict, wait, waitFor } from './machine.ts';
import type { Change } from './transition.ts';

const S = 1_000;
const AT_ONCE: Timing = {
  ...{ forMs: 0, recoverForMs: 0, gapMs: 60 * S, freshMs: 60 * S, atMost: 3, withinMs: 600 * S },
};
const LASTS: Timing = { ...AT_ONCE, forMs: 30 * S, recoverForMs: 20 * S };

/**
 * A step: at so many seconds `met`, `between` or `clear` (at once, or `@` seconds later), `wait` (nothing came), `end`, or of
 * silence `heard` and `silent`.
 */
type Step = string;
/** What comes of all steps: second, state and flags (`!` raised, `?` no data), and `:reason` where it was not a reading. */
type Row = [name: string, timing: Timing, steps: Step[], changes: string[]];

const TABLE: Row[] = [
  ['ok, clear: nothing', AT_ONCE, ['0 clear', '10 clear'], []],
  ['ok, between: nothing', AT_ONCE, ['0 between', '10 between'], []],
  ['ok, met: fires at once where nothing must last', AT_ONCE, ['10 met'], ['10 firing!']],
  ['ok, met: pending where it must last', LASTS, ['10 met'], ['10 pending']],
  ['pending, met long enough: fires, not before', LASTS, ['0 met', '29 met', '30 met'], ['0 pending', '30 firing!']],
  ['pending, clear: ok', LASTS, ['0 met', '10 clear', '30 met'], ['0 pending', '10 ok', '30 pending']],
  [
    'pending, between: stays, and the count begins anew',
    LASTS,
    ['0 met', '10 between', '20 met', '40 met', '50 met'],
    ['0 pending', '50 firing!'],
  ],
  [
    'pending over a gap: the count begins anew',
    LASTS,
    ['0 met', '61 met', '90 met', '91 met'],
    ['0 pending', '91 firing!'],
  ],
  ['firing, met and between: stays', AT_ONCE, ['0 met', '10 between', '20 met'], ['0 firing!']],
  ['firing, clear: ok at once where nothing must last', AT_ONCE, ['0 met', '10 clear'], ['0 firing!', '10 ok']],
  [
    'firing, clear: recovering, then ok when it lasted',
    LASTS,
    ['0 met', '30 met', '40 clear', '59 clear', '60 clear'],
    ['0 pending', '30 firing!', '40 recovering!', '60 ok'],
  ],
  [
    'recovering, met: fires again, the same alert',
    LASTS,
    ['0 met', '30 met', '40 clear', '50 met', '60 clear', '80 clear'],
    ['0 pending', '30 firing!', '40 recovering!', '50 firing!', '60 recovering!', '80 ok'],
  ],
  [
    'recovering, between: stays, and the count begins anew',
    LASTS,
    ['0 met', '30 met', '40 clear', '50 between', '60 clear', '79 clear', '80 clear'],
    ['0 pending', '30 firing!', '40 recovering!', '80 ok'],
  ],
  [
    'recovering over a gap: the count begins anew',
    LASTS,
    ['0 met', '30 met', '40 clear', '120 clear', '140 clear'],
    ['0 pending', '30 firing!', '40 recovering!', '140 ok'],
  ],
  ['no data, ok: nothing is said', AT_ONCE, ['0 clear', '61 wait', '70 clear'], []],
  ['no data, exactly at the gap: not yet', AT_ONCE, ['0 met', '60 wait'], ['0 firing!']],
  [
    'no data, firing: said once, dated when it began; data again: said, and it still fires',
    AT_ONCE,
    ['0 met', '61 wait', '200 wait', '210 met'],
    ['0 firing!', '60 firing!?:time', '210 firing!'],
  ],
  [
    'no data, pending: said; then counted anew',
    LASTS,
    ['0 met', '100 wait', '110 met', '140 met'],
    ['0 pending', '60 pending?:time', '110 pending', '140 firing!'],
  ],
  [
    'no data, then over: one change',
    AT_ONCE,
    ['0 met', '100 wait', '110 clear'],
    ['0 firing!', '60 firing!?:time', '110 ok'],
  ],
  ['a reading of the past fires, but is not raised', AT_ONCE, ['0 met @61'], ['0 firing']],
  ['and is raised once a fresh one confirms it', AT_ONCE, ['0 met @100', '50 met @110'], ['0 firing', '50 firing!']],
  ['or is over without ever having been raised', AT_ONCE, ['0 met @100', '50 clear @100'], ['0 firing', '50 ok']],
  ['a reading exactly as old as fresh ones are is fresh', AT_ONCE, ['0 met @60'], ['0 firing!']],
  [
    'flapping: after the third firing it is held',
    AT_ONCE,
    ['0 met', '1 clear', '2 met', '3 clear', '4 met', '5 clear', '6 met', '7 clear', '8 met'],
    ['0 firing!', '1 ok', '2 firing!', '3 ok', '4 firing!'],
  ],
  [
    'held: ends when it was clear for as long as firings are counted',
    { ...AT_ONCE, gapMs: 6_000 * S },
    ['0 met', '1 clear', '2 met', '3 clear', '4 met', '5 clear', '604 clear', '605 clear', '606 met'],
    ['0 firing!', '1 ok', '2 firing!', '3 ok', '4 firing!', '605 ok', '606 firing!'],
  ],
  [
    'firings that are long ago hold nothing',
    { ...AT_ONCE, gapMs: 6_000 * S },
    ['0 met', '1 clear', '700 met', '701 clear', '1400 met', '1401 clear'],
    ['0 firing!', '1 ok', '700 firing!', '701 ok', '1400 firing!', '1401 ok'],
  ],
  [
    'flapping between firing and recovering is held too',
    LASTS,
    ['0 met', '30 met', '31 clear', '32 met', '33 clear', '34 met', '35 clear', '36 met', '37 clear'],
    ['0 pending', '30 firing!', '31 recovering!', '32 firing!', '33 recovering!', '34 firing!'],
  ],
  ['ended from outside, ok: nothing', AT_ONCE, ['0 clear', '5 end'], []],
  [
    'ended from outside, pending or firing',
    LASTS,
    ['0 met', '5 end', '6 met'],
    ['0 pending', '5 ok:rule', '6 pending'],
  ],
  ['silence: not yet', AT_ONCE, ['0 heard', '60 silent'], []],
  [
    'silence: a word that is older than the last changes nothing',
    AT_ONCE,
    ['50 heard', '20 heard @50', '90 silent'],
    [],
  ],
  ['silence: fires, dated when it was long enough', AT_ONCE, ['0 heard', '75 silent'], ['60 firing!?:time']],
  ['silence goes on: said once', AT_ONCE, ['0 heard', '75 silent', '500 silent'], ['60 firing!?:time']],
  ['silence ends with a fresh word', AT_ONCE, ['0 heard', '75 silent', '80 heard'], ['60 firing!?:time', '80 ok']],
  [
    'silence does not end with words of the past',
    AT_ONCE,
    ['0 heard', '75 silent', '30 heard @500', '400 heard @501', '500 heard @505'],
    ['60 firing!?:time', '500 ok'],
  ],
  [
    'a flapping device: after the third silence it is held',
    AT_ONCE,
    [
      '0 heard',
      '61 silent',
      '62 heard',
      '123 silent',
      '124 heard',
      '185 silent',
      '186 heard',
      '247 silent',
      '248 heard',
    ],
    ['60 firing!?:time', '62 ok', '122 firing!?:time', '124 ok', '184 firing!?:time'],
  ],
  ['silence from the start counts from when watching began', AT_ONCE, ['61 silent'], ['60 firing!?:time']],
];

const shown = ({ timeMs, state, raised, noData, reason }: Change) =>
  `${timeMs / S} ${state}${raised ? '!' : ''}${noData ? '?' : ''}${reason === 'reading' ? '' : `:${reason}`}`;

test.each(TABLE)('%s', (_, timing, steps, expected) => {
  const memory = newMemory(0);
  const changes = steps.flatMap((step) => {
    const [at, what, later] = step.split(' ') as [string, string, string | undefined];
    const timeMs = Number(at) * S;
    const nowMs = later === undefined ? timeMs : Number(later.slice(1)) * S;
    if (what === 'wait') return wait(memory, timeMs, timing);
    if (what === 'end') return end(memory, timeMs, 'rule');
    if (what === 'silent') return waitFor(memory, timeMs, timing);
    if (what === 'heard') return hear(memory, timeMs, nowMs, timing);
    return judge(memory, what as Verdict, timeMs, 0, nowMs, timing);
  });
  expect(changes.map(shown)).toEqual(expected);
});

test('an alert says when it began to fire, also when it ends', () => {
  const memory = newMemory(0);
  const all = (['met', 'met', 'clear', 'met', 'clear', 'clear'] as const).flatMap((verdict, i) =>
    judge(memory, verdict, i * 30 * S, 0, i * 30 * S, LASTS),
  );
  expect(all.map((c) => [c.state, c.firedMs])).toEqual([
    ['pending', null],
    ...[
      ['firing', 30 * S],
      ['recovering', 30 * S],
      ['firing', 30 * S],
      ['recovering', 30 * S],
      ['ok', 30 * S],
    ],
  ]);
});
