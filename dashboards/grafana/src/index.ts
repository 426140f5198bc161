/** What tests need of the boards. */
export { activeTimes } from './alerts/active-times.ts';
export { alertFile } from './alerts/alert-file.ts';
export { defaultsFile } from './alerts/defaults-file.ts';
export { type Board, buildBoard } from './board.ts';
export { BOARDS } from './boards/boards.ts';
export { boardFiles } from './files.ts';
