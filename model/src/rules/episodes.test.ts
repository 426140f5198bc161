import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { episodesOf, type NamedTransition } from './episodes.ts';

/** `seq state[flags]`: `!` raised, `?` no data, `~` late; the time is the number, unless `@` says another. */
function parsed(text: string, epoch = 'a'): NamedTransition {
  const [, seq, state, flags, at] = /^(\d+) ([a-z]+)([!?~]*)(?: @(\d+))?$/.exec(text) as unknown as string[];
  const has = (flag: string) => (flags as string).includes(flag);
  return {
    ...{ epoch, seq: Number(seq), timeMs: Number(at ?? seq), revision: 1, value: Number(seq), reason: 'reading' },
    ...{ state: state as NamedTransition['state'], raised: has('!'), noData: has('?'), late: has('~') },
  };
}
const shown = (transitions: readonly NamedTransition[]) =>
  episodesOf(transitions).map(
    (e) =>
      `${e.epoch}${e.seq}: ${e.firedMs}–${e.endedMs ?? ''} ${e.state}${e.raisedMs === null ? '' : ` raised ${e.raisedMs}`}${e.late ? ' late' : ''}${e.noData ? ' no data' : ''}`,
  );
const of = (...texts: string[]) => shown(texts.map((t) => parsed(t)));

describe('alerts out of transitions', () => {
  test.each<[string, string[], string[]]>([
    ['none', ['1 pending', '2 ok'], []],
    ['one that goes on', ['1 pending', '5 firing!'], ['a5: 5– firing raised 5']],
    ['one that is over', ['5 firing!', '9 recovering!', '12 ok'], ['a5: 5–12 over raised 5']],
    ['one that fires again is the same', ['5 firing!', '9 recovering!', '10 firing!'], ['a5: 5– firing raised 5']],
    ['two', ['5 firing!', '6 ok', '8 firing!', '9 ok'], ['a5: 5–6 over raised 5', 'a8: 8–9 over raised 8']],
    ['raised later than it fired', ['5 firing', '9 firing!'], ['a5: 5– firing raised 9']],
    ['never raised', ['5 firing', '9 ok'], ['a5: 5–9 over']],
    ['without data for a while', ['5 firing!', '9 firing!?'], ['a5: 5– firing raised 5 no data']],
    ['with data again', ['5 firing!', '9 firing!?', '11 firing!'], ['a5: 5– firing raised 5']],
    ['an end without a beginning is none', ['9 ok', '12 firing!'], ['a12: 12– firing raised 12']],
    ['a beginning without an end goes on', ['5 firing!', '9 recovering!'], ['a5: 5– recovering raised 5']],
    [
      'late ones are apart, and change nothing of now',
      ['5 firing!', '6 firing~ @1', '7 ok~ @3', '8 firing!?'],
      ['a6: 1–3 over late', 'a5: 5– firing raised 5 no data'],
    ],
    ['changed back into pending it is over', ['5 firing!', '9 pending'], ['a5: 5–9 over raised 5']],
  ])('%s', (_, transitions, expected) => {
    expect(of(...transitions)).toEqual(expected);
  });

  test('a new journal ends what was on in the old one', () => {
    const both = [parsed('5 firing!'), parsed('1 firing! @20', 'b'), parsed('2 ok @22', 'b')];
    expect(shown(both)).toEqual(['a5: 5–20 over raised 5', 'b1: 20–22 over raised 20']);
    expect(episodesOf(both)[0]?.reason).toBe('anew');
  });

  test('in whatever order and however often they come, they are the same alerts', () => {
    const states = ['ok', 'pending', 'firing', 'firing!', 'recovering!', 'firing!?', 'firing~', 'ok~'];
    const transition = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom(...states), fc.constantFrom('a', 'b'));
    fc.assert(
      fc.property(
        fc.uniqueArray(transition, { selector: ([seq, , epoch]) => `${epoch}${seq}`, maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        (all, order) => {
          const named = all.map(([seq, state, epoch]) =>
            parsed(`${seq} ${state}${epoch === 'b' ? ` @${seq + 100}` : ''}`, epoch),
          );
          const shuffled = named
            .map((t) => [order.next().value as number, t] as const)
            .sort(([a], [b]) => a - b)
            .map(([, t]) => t);
          expect(episodesOf(shuffled)).toEqual(episodesOf(named));
          const names = episodesOf(named).map((e) => `${e.epoch}${e.seq}`);
          expect(new Set(names).size).toBe(names.length);
          expect(episodesOf(named).filter((e) => e.endedMs === null && !e.late).length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
