import { profileOf } from '@karez/model';
import { expect, test } from 'vitest';
import { decodeFrame } from './decode.ts';
import { remarks } from './remarks.ts';

test.each([
  ['cwt-soil-7in1', '01030E016000F101A200400012000C003FA0FD', []],
  // As published: conductivity above that of any soil.
  ['dragino-lse01', 'ce2900f107a5099b6e2890', ['soil.ec: 28200 is out of range, 0 to 20000 µS/cm']],
  // As published, the inches ten times too small.
  [
    'airmar-weather-station',
    '$WIMDA,3.02,I,1.01,B,23.4,C,,,40.2,,12.1,C,19.3,T,20.1,M,13.1,N,1.1,M*62',
    ['air.pressure: 102.27 is out of range, 300 to 1100 hPa'],
  ],
  [
    'cwt-soil-7in1',
    '01030E0000000000000000000000000000EF15',
    ['soil.ph: 0 is out of range, 2 to 12 pH', 'answers 7 zeros: not a soil probe?'],
  ],
])('%s %s', async (id, text, said) => {
  const profile = profileOf(id);
  expect(remarks(profile, await decodeFrame(profile, text))).toEqual(said);
});
