import { expect, test } from 'vitest';
import { speaker } from '../words/words.ts';
import { channelName, nameInSection, placeWords, shortName } from './label.ts';

const [en, zh] = [speaker('en'), speaker('zh')];

test('places', () => {
  expect([null, 'd30', 'h200', 'n2'].map((p) => placeWords(p, en))).toEqual(['', '30 cm', 'at 200 cm', 'no. 2']);
});

test('names', () => {
  const moisture = { quantity: 'soil.moisture', place: 'd30' };
  expect(channelName(moisture, en, 'en')).toBe('Soil moisture, 30 cm');
  expect(channelName(moisture, zh, 'zh')).toBe('土壤水分 30 厘米');
  expect(shortName(moisture, en, 'en')).toBe('Soil 30 cm');
  expect(shortName({ quantity: 'air.temperature', place: 'h200' }, en, 'en')).toBe('Air temperature');
  expect(shortName({ quantity: 'soil.temperature', place: 'd30' }, en, 'en')).toBe('Soil 30 cm');
  expect(shortName({ quantity: 'soil.ec', place: 'd30' }, en, 'en')).toBe('Soil conductivity, 30 cm');
  expect(channelName({ quantity: 'unheard.of', place: null }, en, 'en')).toBe('unheard.of');
});

test('names under a heading', () => {
  expect(nameInSection('soil.moisture', 'soil', 'en')).toBe('Moisture');
  expect(nameInSection('soil.ph', 'soil', 'en')).toBe('pH');
  expect(nameInSection('air.humidity', 'air', 'zh')).toBe('湿度');
  expect(nameInSection('air.temperature', 'air', 'zh')).toBe('气温');
  expect(nameInSection('battery.voltage', 'device', 'en')).toBe('Battery');
});
