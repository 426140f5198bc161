/** Makes of a sample what is stored: each value calibrated by what is in force at its time, under that version's number. */
import { type CalibrationFormula, calibrated } from '@karez/model';

/** What a channel's values are from a time on. */
export interface ChannelVersion {
  /** -Infinity for the first. */
  fromMs: number;
  /** Channel number of its readings. */
  number: number;
  /** Null: as measured. */
  formula: CalibrationFormula | null;
  /** Position in the profile of the value that it starts from; undefined for a made channel before its first calibration. */
  source: number | undefined;
}

/** A channel of a device with its versions by time. */
export interface CalibratedChannel {
  quantity: string;
  decimals: number;
  /** Under which its newest value is shown. */
  number: number;
  versions: readonly ChannelVersion[];
}

export interface CalibratedSample {
  /** Indexes of the device's channels, one for each value. */
  channels: number[];
  numbers: number[];
  values: number[];
}

/**
 * @param positions of the profile's channels in the sample, rising, and the value of each; NaN is absent.
 * A channel whose source is not in the sample is not in the result.
 */
export function calibrateSample(
  channels: readonly CalibratedChannel[],
  positions: readonly number[],
  values: readonly number[],
  timeMs: number,
): CalibratedSample {
  const sample: CalibratedSample = { channels: [], numbers: [], values: [] };
  for (const [i, { versions, decimals }] of channels.entries()) {
    const inForce = versions.findLast((v) => v.fromMs <= timeMs) as ChannelVersion;
    const at = inForce.source === undefined ? -1 : positions.indexOf(inForce.source);
    if (at === -1) continue;
    const measured = values[at] as number;
    sample.channels.push(i);
    sample.numbers.push(inForce.number);
    sample.values.push(inForce.formula === null ? measured : calibrated(measured, inForce.formula, decimals));
  }
  return sample;
}
