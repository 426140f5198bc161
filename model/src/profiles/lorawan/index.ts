/** LoRaWAN devices: one record each. */
import type { LorawanProfile } from '../../profile-schemas.ts';
import { DECENTLAB_SOIL } from './decentlab-soil.ts';
import { DECENTLAB_WEATHER } from './decentlab-weather.ts';
import { draginoLht65n, draginoLse01, draginoSe01 } from './dragino.ts';
import { ELSYS } from './elsys.ts';
import { MILESIGHT } from './milesight.ts';
import { SENSECAP } from './sensecap.ts';

export const LORAWAN_PROFILES: readonly LorawanProfile[] = [
  ...DECENTLAB_SOIL,
  ...DECENTLAB_WEATHER,
  ...[draginoLse01, draginoSe01, draginoLht65n],
  ...SENSECAP,
  ...MILESIGHT,
  ...ELSYS,
];
