/** What the configuration says of calibrations, in the form in which versions are kept. */
import type { CalibrationFormula } from '@karez/model';
import type { DeviceChannel } from './device-channels.ts';
import type { Wanted } from './versions.ts';

/** A channel's calibrations; the time of one that names none is left open. */
export function wantedCalibrations({ calibrations }: DeviceChannel): Wanted<CalibrationFormula>[] {
  return calibrations.map(({ channel: _, from, ...what }) => ({
    ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
    what,
  }));
}
