/**
 * Which devices of the profiles are simulated, and the test that reads the simulated device through a gateway's own parts.
 * A row is true only while that test names the profile; the document's test checks it. Nothing has been tried on real
 * hardware: where somebody does, the row says so with what and when.
 */
import { SIM_LORAWAN_DEVICES, SIM_MODBUS_DEVICES } from '@karez/firmware-sim';

export interface Tried {
  /** Test that reads the simulated device, from the root of the project. */
  test: string;
  /** What real device was read, and when. */
  hardware?: string;
}

/** All that the simulator plays on Modbus are read one by one in this test. */
const MODBUS = Object.fromEntries(
  Object.keys(SIM_MODBUS_DEVICES).map((kind) => [kind, { test: 'system-test/src/devices/simulated-modbus.test.ts' }]),
);
/** So are those on SDI-12 in this one. */
const SDI12 = Object.fromEntries(
  ['climavue50', 'teros-11', 'teros-12', 'teros-21'].map((kind) => [
    kind,
    { test: 'system-test/src/devices/simulated-sdi12.test.ts' },
  ]),
);

/** All that the simulator plays behind LoRaWAN servers are read side by side in this test. */
const LORAWAN = Object.fromEntries(
  Object.keys(SIM_LORAWAN_DEVICES).map((kind) => [kind, { test: 'system-test/src/devices/simulated-lorawan.test.ts' }]),
);

export const TRIED: Record<string, Tried> = {
  ...MODBUS,
  ...LORAWAN,
  'airmar-weather-station': { test: 'system-test/src/devices/simulated-nmea.test.ts' },
  ...SDI12,
  'analog-soil-probe': { test: 'system-test/src/devices/simulated-board.test.ts' },
  bme280: { test: 'system-test/src/devices/simulated-board.test.ts' },
  'dht22-backpack': { test: 'system-test/src/devices/simulated-board.test.ts' },
  'tipping-bucket': { test: 'system-test/src/devices/simulated-board.test.ts' },
  'cwt-soil-7in1': { test: 'system-test/src/way-of-one-reading.test.ts' },
  'davis-vantage-pro2': { test: 'system-test/src/way-of-one-reading.test.ts' },
  'mavlink-sprayer': { test: 'system-test/src/way-of-one-reading.test.ts' },
  'nmea-weather': { test: 'system-test/src/devices/simulated-nmea.test.ts' },
  'sparkplug-soil-node': { test: 'system-test/src/devices/simulated-sparkplug.test.ts' },
  'wifi-soil-node': { test: 'system-test/src/way-of-one-reading.test.ts' },
};
