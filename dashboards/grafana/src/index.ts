/** What tests need of the boards. */
export { type Board, buildBoard } from './board.ts';
export { BOARDS } from './boards/boards.ts';
export { boardFiles } from './files.ts';
