/** Checks of the promise itself, from the books that are left (torture/proof.ts). */
import Type from 'typebox';
import { closed } from '../kinds/device-kind.ts';
import { checkKind, type Verdict } from './check.ts';

const SHOWN = 5;
const n = (value: number) => value.toLocaleString('en');
const verdict = (problems: readonly string[], otherwise: string): Verdict => ({
  ok: problems.length === 0,
  detail:
    problems.length === 0
      ? otherwise
      : `${problems.slice(0, SHOWN).join('; ')}${problems.length > SHOWN ? ` and ${problems.length - SHOWN} more` : ''}`,
});

export const nothingLost = checkKind({
  what: 'every reading that the gateway accepted, and every message that a node saw acknowledged, is in the store',
  schema: Type.Object({ check: Type.Literal('nothing-lost') }, closed),
  name: () => 'no reading lost',
  watch: () => ({
    judge: ({ books }) =>
      verdict(
        books.missing,
        `${n(books.accepted)} readings accepted, ${n(books.stored)} stored; ${n(books.messages)} messages of nodes acknowledged`,
      ),
  }),
});

export const storedOnce = checkKind({
  what: 'no reading is in the store twice',
  schema: Type.Object({ check: Type.Literal('stored-once') }, closed),
  name: () => 'stored exactly once',
  watch: () => ({
    judge: ({ books }) => verdict(books.doubled, `${n(books.stored)} readings, each under a number of its own`),
  }),
});
