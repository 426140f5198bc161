/**
 * The channels of a configured device: those of its profile, and those that a calibration makes of another one (water
 * content of permittivity, where the probe gives only that).
 */
import { type Calibration, channelKey, quantityOf } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import { placeOf } from '../defaults.ts';

export interface DeviceChannel {
  /** `quantity[@place]` as the profile and the configuration name it. */
  key: string;
  quantity: string;
  place: string | undefined;
  decimals: number;
  /** `device/quantity[@place]`. */
  name: string;
  /** Of the profile's channels; undefined where a calibration makes it. */
  position: number | undefined;
  /** In the order of the configuration. */
  calibrations: readonly Calibration[];
}

/** A calibrated value may be finer than what the device resolves. */
const MORE_DECIMALS = 1;

/** In the order of the profile, the made ones last. */
export function deviceChannels(device: ConfiguredDevice): DeviceChannel[] {
  const own = device.profileRecord.channels.map((c, position) => ({ ...c, key: channelKey(c), position }));
  const all = device.calibration ?? [];
  const made = [...new Set(all.map((c) => c.channel))]
    .filter((key) => !own.some((c) => c.key === key))
    .map((key) => {
      const [quantity, place] = key.split('@') as [string, string?];
      const decimals = quantityOf(quantity)?.decimals ?? 0;
      return { key, quantity, decimals, position: undefined, ...(place === undefined ? {} : { place }) };
    });
  return [...own, ...made].map(({ key, quantity, decimals, position, ...rest }) => {
    const place = placeOf(device, { quantity, ...(rest.place === undefined ? {} : { place: rest.place }) });
    const calibrations = all.filter((c) => c.channel === key);
    return {
      ...{ key, quantity, place, position, calibrations },
      decimals: Math.min(9, decimals + (calibrations.length > 0 ? MORE_DECIMALS : 0)),
      name: `${device.id}/${channelKey({ quantity, ...(place === undefined ? {} : { place }) })}`,
    };
  });
}
