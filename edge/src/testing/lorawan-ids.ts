/** Ids of the LoRaWAN profiles that ship. */
import { PROFILES } from '@karez/model';

export const LORAWAN_IDS = PROFILES.filter((profile) => profile.protocol === 'lorawan').map((profile) => profile.id);
