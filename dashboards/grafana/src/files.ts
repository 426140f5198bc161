/** The files that are generated: name and content. */
import { buildBoard } from './board.ts';
import { BOARDS } from './boards/boards.ts';

export function boardFiles(consoleUrl?: string): [name: string, text: string][] {
  return BOARDS.map((board) => [`${board.uid}.json`, `${JSON.stringify(buildBoard(board, consoleUrl), null, 2)}\n`]);
}
