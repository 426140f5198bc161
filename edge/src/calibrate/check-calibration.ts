/** What a schema cannot say of a device's calibrations. */
import { type Calibration, channelKey, type Profile, quantityOf, SOIL_CURVES, type SoilCurve } from '@karez/model';
import type { Fail } from '../config/differ.ts';

/** @param key of the device in its file. `fail` throws, naming the key. */
export function checkCalibrations(
  calibrations: readonly Calibration[],
  profile: Profile,
  key: string,
  fail: Fail,
): void {
  const keys = profile.channels.map(channelKey);
  const begins = new Set<string>();
  for (const [i, calibration] of calibrations.entries()) {
    const at = `${key}.calibration.${i}`;
    const { channel, of, from } = calibration;
    if (!keys.includes(channel) && of === undefined)
      fail(`${at}.channel`, `must be one of ${keys.join(', ')}, or be made of one by "of", not "${channel}"`);
    if (quantityOf(quantityName(channel)) === undefined)
      fail(`${at}.channel`, `must be an id of the quantity table, not "${channel}"`);
    if (of !== undefined && !keys.includes(of)) fail(`${at}.of`, `must be one of ${keys.join(', ')}, not "${of}"`);
    if (from !== undefined && Number.isNaN(Date.parse(from)))
      fail(`${at}.from`, `must be a time that exists, not "${from}"`);
    const begin = `${channel} ${from === undefined ? '' : Date.parse(from)}`;
    if (begins.has(begin)) fail(`${at}.from`, `must differ from that of the other calibrations of ${channel}`);
    begins.add(begin);
    checkFormula(calibration, at, fail);
  }
}

const quantityName = (channel: string) => channel.split('@')[0] as string;

function checkFormula(calibration: Calibration, at: string, fail: Fail): void {
  const { channel, of = channel, curve, polynomial, points, scale, offset } = calibration;
  const shapes = Object.entries({ curve, polynomial, points }).filter(([, value]) => value !== undefined);
  if (shapes.length > 1)
    fail(`${at}.${shapes[1]?.[0]}`, `must stand alone; ${shapes.map(([name]) => name).join(' and ')} stand together`);
  if (shapes.length === 0 && scale === undefined && offset === undefined && of === channel)
    fail(at, 'must have one of offset, scale, points, polynomial, curve, of');
  if (points !== undefined && points[0][0] === points[1][0])
    fail(`${at}.points`, `must be two different measured values, not ${points[0][0]} twice`);
  if (curve === undefined) return;
  if (!Object.hasOwn(SOIL_CURVES, curve))
    fail(`${at}.curve`, `must be one of ${Object.keys(SOIL_CURVES).join(', ')}, not "${curve}"`);
  const known = SOIL_CURVES[curve] as SoilCurve;
  if (quantityName(of) !== known.from)
    fail(`${at}.of`, `must be ${known.from}, of which ${curve} is a curve, not "${of}"`);
  if (quantityName(channel) !== known.to)
    fail(`${at}.channel`, `must be ${known.to}, to which ${curve} leads, not "${channel}"`);
}
