/** Every framing and decoder that is fuzzed. A new one is a file under targets/ and a row here. */
import type { Target } from './target.ts';
import { davis } from './targets/davis.ts';
import { davisArchive } from './targets/davis-archive.ts';
import { firmata } from './targets/firmata.ts';
import { json } from './targets/json.ts';
import { lorawan } from './targets/lorawan.ts';
import { chirpstack, ttn } from './targets/lorawan-events.ts';
import { mavlink } from './targets/mavlink.ts';
import { modbusRtu, modbusTcp } from './targets/modbus.ts';
import { nmea } from './targets/nmea.ts';
import { sdi12, sdi12Crc } from './targets/sdi12.ts';
import { sparkplug } from './targets/sparkplug.ts';

export const TARGETS: readonly Target[] = [
  ...[modbusRtu, modbusTcp, sdi12, sdi12Crc],
  ...[davis, davisArchive, nmea, firmata, mavlink],
  ...[json, lorawan, chirpstack, ttn, sparkplug],
];
