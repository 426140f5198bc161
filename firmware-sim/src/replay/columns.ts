/** What a device takes from a recording: columns, with what makes their numbers its own. */
import Type, { type Static } from 'typebox';
import { plainDigits } from './digits.ts';
import type { Player } from './recording.ts';

const closed = { additionalProperties: false } as const;

/** A column by its name; or with a scale; or a number that is always the same. */
export const Column = Type.Union([
  Type.String({ minLength: 1, description: 'Name of a column.' }),
  Type.Number({ description: 'Always this number.' }),
  Type.Object(
    {
      column: Type.String({ minLength: 1 }),
      multiply: Type.Optional(Type.Number({ description: 'Factor to the unit of the device, default 1.' })),
      divide: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 9,
          description: 'Power of ten to divide by; no digit is lost. Default 0.',
        }),
      ),
      offset: Type.Optional(Type.Number({ description: 'Added last, default 0.' })),
    },
    closed,
  ),
]);
export type Column = Static<typeof Column>;

/** Names of the columns that are needed. */
export function columnNames(columns: readonly Column[]): string[] {
  return columns.flatMap((column) =>
    typeof column === 'number' ? [] : [typeof column === 'string' ? column : column.column],
  );
}

/**
 * The numbers now, as text with at most `most` digits; undefined where there is no value. Nothing at all where the recording
 * has no row now.
 */
export function textsNow(player: Player, columns: readonly Column[], most: number): (string | undefined)[] | undefined {
  const cells = player.now(columnNames(columns));
  if (cells === undefined) return undefined;
  let at = 0;
  return columns.map((column) => {
    if (typeof column === 'number') return plainDigits(String(column), most);
    const cell = cells[at++];
    return cell === undefined ? undefined : scaled(cell, column, most);
  });
}

/** The same as numbers; NaN where there is none. */
export function numbersNow(player: Player, columns: readonly Column[]): number[] | undefined {
  return textsNow(player, columns, 17)?.map((text) => (text === undefined ? Number.NaN : Number(text)));
}

function scaled(cell: string, column: Exclude<Column, number>, most: number): string | undefined {
  if (typeof column === 'string') return plainDigits(cell, most);
  const { multiply = 1, divide = 0, offset = 0 } = column;
  if (multiply === 1 && offset === 0) return plainDigits(cell, most, divide);
  const value = (Number(cell) * multiply) / 10 ** divide + offset;
  return plainDigits(String(Number(value.toPrecision(Math.min(most, 15)))), most);
}
