/** Every Modbus device that ships. */
import type { ModbusProfile } from '../profile-schemas.ts';
import { apogeeSq522 } from './apogee-sq-522.ts';
import { catnipRs485 } from './catnip-rs485.ts';
import { cwtSoil3in1 } from './cwt-soil-3in1.ts';
import { cwtSoil7in1 } from './cwt-soil-7in1.ts';
import { dfrobotSen0604 } from './dfrobot-sen0604.ts';
import { dfrobotSen0641 } from './dfrobot-sen0641.ts';
import { dfrobotSen0658 } from './dfrobot-sen0658.ts';
import { jxbs30017in1 } from './jxbs-3001-7in1.ts';
import { lambrechtRainE } from './lambrecht-rain-e.ts';
import { qdy30a } from './qdy30a.ts';
import { renkeEcthnpkph } from './renke-ecthnpkph.ts';
import { seeedMtec02 } from './seeed-mtec-02.ts';
import { seeedSYm01 } from './seeed-s-ym-01.ts';
import { sensecapOne } from './sensecap-one.ts';
import { truebnerSmt100 } from './truebner-smt100.ts';
import { tuf2000m } from './tuf-2000m.ts';

export const MODBUS_DEVICES: readonly ModbusProfile[] = [
  cwtSoil7in1,
  renkeEcthnpkph,
  jxbs30017in1,
  dfrobotSen0604,
  cwtSoil3in1,
  seeedMtec02,
  truebnerSmt100,
  catnipRs485,
  dfrobotSen0641,
  apogeeSq522,
  seeedSYm01,
  dfrobotSen0658,
  sensecapOne,
  lambrechtRainE,
  qdy30a,
  tuf2000m,
];
