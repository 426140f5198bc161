/** What hangs on a board with StandardFirmata. */
import type { FirmataProfile } from '../profile-schemas.ts';

/**
 * A capacitive probe on an analog pin. Its voltage falls as the soil gets wetter, and each probe and soil has its own two ends:
 * the water content is made by the farm's own calibration, of soil.raw.
 */
export const analogSoilProbe: FirmataProfile = {
  id: 'analog-soil-probe',
  title: { en: 'Soil probe (analog)', zh: '土壤水分探头(模拟)' },
  maker: 'DFRobot SEN0193 and other capacitive probes',
  kind: 'soil',
  intervalMs: 60_000,
  protocol: 'firmata',
  sensor: 'analog',
  endsAbsent: true,
  source:
    'wiki.dfrobot.com, SEN0193, Calibration Range; Firmata protocol 2.5, protocol.md, "Analog 14-bit data format"',
  channels: [{ quantity: 'soil.raw', reading: 'raw', decimals: 0 }],
  frames: [
    {
      hex: 'E04002',
      values: { 'soil.raw': 320 },
      source: 'a message of a real board, in a stream published with firmata.js’s tests (…/fixtures): 0x40 and 2 × 128',
    },
    {
      hex: 'E07F07',
      values: { 'soil.raw': null },
      source: 'written by protocol.md: 1023, the end of a converter of 10 bits',
    },
  ],
};

/** Its values are reckoned here, of its registers, by the formulas of the data sheet (edge/src/firmata/bme280.ts). */
export const bme280: FirmataProfile = {
  id: 'bme280',
  title: { en: 'Air sensor BME280', zh: '空气传感器 BME280' },
  maker: 'Bosch Sensortec',
  kind: 'weather',
  intervalMs: 60_000,
  protocol: 'firmata',
  sensor: 'bme280',
  source: 'Bosch BME280 data sheet BST-BME280-DS002, sections 4.2.2, 4.2.3 and 5.4',
  channels: [
    { quantity: 'air.temperature', reading: 'temperature', decimals: 2 },
    { quantity: 'air.humidity', reading: 'humidity', decimals: 2 },
    { quantity: 'air.pressure', reading: 'pressure', decimals: 2 },
  ],
  frames: [
    {
      // Registers 0x88 to 0xA1 without 0xA0, 0xE1 to 0xE7, 0xF7 to 0xFE.
      hex: '6C6E77663200A89227D5D00B6F18CAFFF9FFAC260AD8BD104B650100140B001E553380817FB07913',
      values: { 'air.temperature': 24.44, 'air.humidity': 54.17, 'air.pressure': 996.21 },
      source:
        'a sensor’s registers with 24.44 °C and 54.17 %, published in Bosch’s forum ("BME280 data to test calculations"); pressure by the data sheet’s formula, since the one given there is out of every range',
    },
    {
      hex: '6C6E77663200A89227D5D00B6F18CAFFF9FFAC260AD8BD104B650100140B001E8000008000008000',
      values: { 'air.temperature': null, 'air.humidity': null, 'air.pressure': null },
      source: 'the same sensor with what section 5.4 says of measurements that are switched off: 0x80000 and 0x8000',
    },
  ],
};

/**
 * StandardFirmata is too slow for the single wire of a DHT. A second small board reads it and gives its values by I2C:
 * johnny-five's firmware dht_i2c_nano_backpack. Where the DHT says nothing, that firmware gives zeros.
 */
const dhtOf = (dht: 11 | 22, hex: string, values: [temperature: number, humidity: number]): FirmataProfile => ({
  id: `dht${dht}-backpack`,
  title: { en: `Air sensor DHT${dht}`, zh: `空气传感器 DHT${dht}` },
  maker: `Aosong DHT${dht}${dht === 22 ? ' (AM2302)' : ''} on a Nano as I2C backpack`,
  kind: 'weather',
  intervalMs: 60_000,
  protocol: 'firmata',
  sensor: 'dht-backpack',
  dht,
  source: 'github.com/rwaldron/johnny-five, firmwares/dht_i2c_nano_backpack.ino',
  channels: [
    { quantity: 'air.temperature', reading: 'temperature', decimals: 1 },
    { quantity: 'air.humidity', reading: 'humidity', decimals: 1 },
  ],
  frames: [
    {
      hex,
      values: { 'air.temperature': values[0], 'air.humidity': values[1] },
      source: 'written by that firmware: hundredths of a percent, then of a degree, high byte first',
    },
    {
      hex: '00000000',
      values: { 'air.temperature': null, 'air.humidity': null },
      source: 'the same firmware before its first measurement',
    },
  ],
});
export const dht11Backpack = dhtOf(11, '0FA00898', [22, 40]);
export const dht22Backpack = dhtOf(22, '1590FEB6', [-3.3, 55.2]);

/** A contact that closes once a tip. Tips while the board is off or starts anew are not counted by StandardFirmata. */
export const tippingBucket: FirmataProfile = {
  id: 'tipping-bucket',
  title: { en: 'Rain gauge (tipping bucket)', zh: '翻斗式雨量计' },
  maker: 'any with a contact, such as SparkFun SEN-15901 and Misol MS-WH-SP-RG',
  kind: 'weather',
  intervalMs: 60_000,
  protocol: 'firmata',
  sensor: 'tipping-bucket',
  tipMm: 0.2794,
  source:
    'SparkFun SEN-15901 data sheet, rain gauge: 0.011" (0.2794 mm) a closure; Firmata protocol.md, "Digital I/O message"',
  channels: [{ quantity: 'rain.amount', reading: 'rain', decimals: 4 }],
  frames: [
    {
      hex: '900400900000900400900000900400',
      values: { 'rain.amount': 0.5588 },
      source: 'written by protocol.md: pin 2 of port 0 falls twice',
    },
  ],
};

export const BOARDS: readonly FirmataProfile[] = [analogSoilProbe, bme280, dht11Backpack, dht22Backpack, tippingBucket];
