/** What the network says of every LoRaWAN device: channels that stand at the end of each profile. */
import type { LorawanProfile } from '../../profile-schemas.ts';

type Channel = LorawanProfile['channels'][number];

export const RADIO: Channel[] = [
  { quantity: 'radio.rssi', radio: 'rssi', decimals: 0 },
  { quantity: 'radio.snr', radio: 'snr', decimals: 1 },
];
