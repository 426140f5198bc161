import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Profile, profileOf } from '@karez/model';
import { parseProfile } from '@karez/model/schemas';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { decodeFrame } from '../decode/decode.ts';

const decode = (text: string, profile = 'teros-12') => decodeFrame(profileOf(profile), text);
const refusal = (text: string, profile = 'teros-12') =>
  decode(text, profile).then(
    () => 'was read',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

test('an answer is read as text, as digits, with and without a CRC and line end', async () => {
  const expected = { 'soil.raw': 1807.82, 'soil.temperature': 21, 'soil.ec': 1 };
  const line = '1+1807.82+21.0+1';
  for (const text of [line, `${line}\r\n`, `1D0!${line}`, Buffer.from(`${line}\r\n`).toString('hex')])
    expect((await decode(text)).values, text).toMatchObject(expected);
});

test('a whole conversation: identification, timing, service request, D answers with and without a CRC', async () => {
  const whole = await decode('1I!113METER   TER12 201T12-00082937\n1M!10013\n1\n1D0!1+1807.82+21.0\n1D1!1+1\n');
  expect(whole).toMatchObject({ kind: 'values', values: { 'soil.raw': 1807.82, 'soil.ec': 1 } });
  expect(whole.details).toMatchObject({ address: '1', count: 3, identity: { model: 'TER12 ' } });
  expect((await decode('0MC!00053\n0\n0D0!0+3.14OqZ\n0D1!0+2.718Gbc\n0D2!0+1.414GtW')).values).toMatchObject({
    ...{ 'soil.raw': 3.14, 'soil.ec': Number('1.414') },
  });
  expect(await refusal('3M!30059\n3\n3D0!3+26+0.000+0+0+0.93\n3D1!3+246.3+2.65+11.0+1.18', 'climavue50')).toBe(
    'FRAME_UNEXPECTED: 9 values by C; climavue50 has at least 17',
  );
});

test('what a sensor says of itself is compared with the profile', async () => {
  expect((await decode('1I!113METER   TER12 201T12-00082937')).details).toEqual({
    address: '1',
    identity: expect.objectContaining({ version: '1.3', firmware: '201', serial: 'T12-00082937' }),
  });
  expect((await decode('213METER   TER11 301T11-00019674')).details?.note).toBe(
    'says that it is METER TER11: not a teros-12?',
  );
});

test('markers and dead answers are absent', async () => {
  expect((await decode('1-9999+21.0-9992')).values).toEqual({
    'soil.raw': null,
    'soil.moisture': null,
    'soil.permittivity': null,
    'soil.temperature': 21,
    'soil.ec': null,
  });
  const dead = await decode('1+0+0+0');
  expect(Object.values(dead.values)).toEqual([null, null, null, null, null]);
  expect(dead.details?.note).toMatch(/dead sensor/);
  expect(await decode('1D0!1')).toMatchObject({ kind: 'answer without values', values: {} });
});

test('any sensor by its parameter list', async () => {
  const own = parseProfile(
    {
      ...{ id: 'level', title: { en: 'Level', zh: '水位' }, maker: 'Keller', kind: 'water', intervalMs: 60_000 },
      ...{ protocol: 'sdi12', command: 'M1', source: 'its manual' },
      channels: [
        { quantity: 'water.temperature', decimals: 2 },
        { quantity: 'water.level', decimals: 4 },
        { quantity: 'battery.voltage', command: 'M2', decimals: 2 },
      ],
      frames: [{ text: '0+11.24+1.2345', values: { 'water.level': 1.2345 }, source: 'its manual' }],
    },
    'level.yaml',
  ) as Profile;
  expect((await decodeFrame(own, '0+11.24+1.2345')).values).toEqual({
    'water.temperature': 11.24,
    'water.level': 1.2345,
  });
  expect((await decodeFrame(own, '0MC2!00011\n0\n0D0!0+3.14OqZ')).values).toEqual({ 'battery.voltage': 3.14 });
  expect((await decodeFrame(own, '0C1!000002\n0D0!0+1.5-0.25')).values).toEqual({
    ...{ 'water.temperature': 1.5, 'water.level': -0.25 },
  });
  await expect(decodeFrame(own, '0M3!00002\n0D0!0+1+2')).rejects.toThrow('command M3; level is read with M1, M2');
});

test('the example of docs/protocol/sdi12.md is a whole profile', async () => {
  const text = readFileSync(fileURLToPath(new URL('../../../docs/protocol/sdi12.md', import.meta.url)), 'utf8');
  const [example] = [...text.matchAll(/```yaml\n([^`]*protocol: sdi12[^`]*)```/g)].map(([, yaml]) => yaml as string);
  const own = parseProfile(parse(example as string), 'docs/protocol/sdi12.md');
  const [frame] = own.frames;
  expect((await decodeFrame(own, frame?.text as string)).values).toEqual({
    ...{ 'soil.moisture@d10': 23.456, 'soil.moisture@d20': 31.002 },
  });
});

describe('refused with a reason', () => {
  test.each([
    ['', /^FRAME_TOO_SHORT/],
    ['1+1807.82+21.0', /^FRAME_UNEXPECTED: 2 values by C; teros-12 has at least 3/],
    ['1C!100103\n1D0!1+1807.82+21.0', /^FRAME_UNEXPECTED: 2 values; 3 were announced/],
    ['0+3.14+2.718+1.414Ipy', /^FRAME_CHECKSUM: CRC Ipy, expected Ipz/],
    ['1+1807.8221.0+1+', /^FRAME_MALFORMED/],
    ['1D0!2+1807.82+21.0+1', /^FRAME_UNEXPECTED: address 2 answered instead of 1/],
    ['1+180x.82+21.0+1', /^FRAME_MALFORMED/],
  ])('%j', async (text, reason) => expect(await refusal(text)).toMatch(reason));
});
