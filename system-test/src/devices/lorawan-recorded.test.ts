/** Published LoRaWAN frames with the values that their makers say: every one of a folder is decoded and compared. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeFrame } from '@karez/edge';
import { profileOf } from '@karez/model';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = resolve(root, process.env.KAREZ_REAL_DATA ?? '../shared/data', 'lorawan-decentlab');

interface Case {
  input: { bytes: number[] };
  expected: { data: Record<string, number | { value: number }> };
}

/** Their names as our channels, and what one of theirs is in the channel's unit. */
const NAMES: Record<string, [channel: string, factor?: number]> = {
  dielectric_permittivity: ['soil.permittivity'],
  volumetric_water_content: ['soil.moisture', 100],
  soil_temperature: ['soil.temperature'],
  electrical_conductivity: ['soil.ec'],
  water_potential: ['soil.matric-potential'],
  battery_voltage: ['battery.voltage'],
  solar_radiation: ['solar.radiation'],
  precipitation: ['rain.amount'],
  lightning_strike_count: ['lightning.strikes'],
  lightning_average_distance: ['lightning.distance'],
  wind_speed: ['wind.speed'],
  wind_direction: ['wind.direction'],
  maximum_wind_speed: ['wind.gust'],
  air_temperature: ['air.temperature'],
  vapor_pressure: ['air.vapour-pressure'],
  atmospheric_pressure: ['air.pressure', 10],
  relative_humidity: ['air.humidity'],
  sensor_temperature_internal: ['sensor.temperature'],
  x_orientation_angle: ['device.tilt@n1'],
  y_orientation_angle: ['device.tilt@n2'],
  compass_heading: ['device.heading'],
  north_wind_speed: ['wind.north'],
  east_wind_speed: ['wind.east'],
  photosynthetically_active_radiation: ['solar.par'],
  sap_flow: ['plant.sap-flow'],
  heat_velocity_outer: ['plant.heat-velocity@n1'],
  heat_velocity_inner: ['plant.heat-velocity@n2'],
  alpha_outer: ['plant.heat-ratio@n1'],
  alpha_inner: ['plant.heat-ratio@n2'],
  beta_outer: ['plant.heat-ratio@n3'],
  beta_inner: ['plant.heat-ratio@n4'],
  tmax_outer: ['plant.heat-time@n1'],
  tmax_inner: ['plant.heat-time@n2'],
  upstream_tmax_outer: ['plant.heat-time@n3'],
  upstream_tmax_inner: ['plant.heat-time@n4'],
  temperature_outer: ['plant.temperature'],
  max_voltage: ['device.voltage@n1'],
  min_voltage: ['device.voltage@n2'],
  diagnostic: ['device.diagnostic'],
  temperature: ['air.temperature'],
  humidity: ['air.humidity'],
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [
      [`soil_moisture_at_depth_${n}`, [`soil.moisture@n${n}`]],
      [`soil_temperature_at_depth_${n}`, [`soil.temperature@n${n}`]],
    ]),
  ),
};
/** Values by which a probe says that it is not there. */
const MARKERS = new Set([-327.68, 327.67, -5]);
/** What tells of the frame and measures nothing. */
const NOT_VALUES = new Set(['protocol_version', 'device_id']);

const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
if (files.length === 0) process.stdout.write(`skipped: no real data at ${folder}\n`);

test.runIf(files.length > 0).each(files)('%s', async (name) => {
  const profile = profileOf(
    name.replace(/^test_decode_(dl-)?/, name.includes('dl-') ? 'decentlab-' : '').replace('.json', ''),
  );
  for (const { input, expected } of JSON.parse(readFileSync(join(folder, name), 'utf8')) as Case[]) {
    const { values } = await decodeFrame(profile, Buffer.from(input.bytes).toString('hex'));
    const said: Record<string, unknown> = {};
    for (const [key, found] of Object.entries(expected.data)) {
      if (NOT_VALUES.has(key)) continue;
      const [channel, factor = 1] = NAMES[key] as [string, number?];
      const value = typeof found === 'number' ? found : found.value;
      said[channel] = MARKERS.has(value) ? null : expect.closeTo(value * factor, 4);
    }
    expect(values).toEqual(said);
  }
});
