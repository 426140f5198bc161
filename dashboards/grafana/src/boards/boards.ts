/** Every board. */
import type { Board } from '../board.ts';
import { alertsBoard } from './alerts.ts';
import { farmBoard } from './farm.ts';
import { fieldBoard } from './field.ts';
import { gatewaysBoard } from './gateways.ts';
import { qualityBoard } from './quality.ts';
import { sprayerBoard } from './sprayer.ts';
import { weatherBoard } from './weather.ts';

export const BOARDS: readonly Board[] = [
  farmBoard,
  fieldBoard,
  weatherBoard,
  sprayerBoard,
  gatewaysBoard,
  alertsBoard,
  qualityBoard,
];
