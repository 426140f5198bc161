/** Every framing and decoder that is fuzzed. A new one is a file under targets/ and a row here. */
import type { Target } from './target.ts';
import { davis } from './targets/davis.ts';
import { json } from './targets/json.ts';
import { mavlink } from './targets/mavlink.ts';
import { modbusRtu, modbusTcp } from './targets/modbus.ts';
import { nmea } from './targets/nmea.ts';

export const TARGETS: readonly Target[] = [modbusRtu, modbusTcp, davis, mavlink, nmea, json];
