/** The recordings of a configuration: read, and checked with what its devices want of them. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KarezError } from '@karez/model';
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { closed } from '../lines/line-kind.ts';
import { kindOf, type SimLine } from '../lines/line-table.ts';
import { Recording } from './recording.ts';
import { readTable } from './table.ts';

export const Recordings = Type.Record(
  Id,
  Type.Object(
    {
      file: Type.String({ minLength: 1, description: 'TOA5 (.dat) or CSV, relative to this file.' }),
      next: Type.Optional(
        Type.Union([Type.Literal('time'), Type.Literal('reading')], {
          description:
            'When a device comes to its next row: as time goes by, the first row being at the start (default); or with each reading that is taken of it.',
        }),
      ),
      time: Type.Optional(
        Type.Array(Type.String({ minLength: 1 }), {
          ...{ minItems: 1, maxItems: 4 },
          description: 'Columns of the time: one, or year, month, day and hour. Default the first column.',
        }),
      ),
      utcOffsetH: Type.Optional(
        Type.Number({ minimum: -14, maximum: 14, description: 'Hours that its clock is ahead of UTC, default 0.' }),
      ),
      dates: Type.Optional(
        Type.Union([Type.Literal('month-first'), Type.Literal('day-first')], {
          description: 'How 2/1/2022 is meant, default month-first.',
        }),
      ),
    },
    closed,
  ),
);
export type Recordings = Static<typeof Recordings>;

/**
 * Reads every recording, and each column that a device of `lines` takes.
 * @throws KarezError FILE_UNREADABLE; CONFIG_INVALID naming the key here, or file, line and column there.
 */
export function openRecordings(
  recordings: Recordings = {},
  lines: readonly SimLine[] = [],
  folder: string,
  { where }: { where(key: string): string },
): ReadonlyMap<string, Recording> {
  const open = new Map<string, Recording>();
  for (const [id, { file, next = 'time', ...options }] of Object.entries(recordings))
    open.set(id, new Recording(readTable(textOf(resolve(folder, file), file), file, options), next));
  for (const [i, line] of lines.entries()) {
    for (const { recording: id, columns, key } of kindOf(line).recorded?.(line) ?? []) {
      const recording = open.get(id);
      const at = `lines.${i}.${key}.recording`;
      if (recording === undefined)
        throw new KarezError(
          'CONFIG_INVALID',
          `${where(at)}: ${at} must be the id of a recording of this file, not "${id}"`,
          {
            where: at,
          },
        );
      for (const column of columns) recording.column(column);
    }
  }
  return open;
}

function textOf(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new KarezError('FILE_UNREADABLE', `cannot read the recording ${name}: ${(cause as Error).message}`, {
      ...{ cause, where: name },
    });
  }
}
