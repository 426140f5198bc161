/** The simulator's Sparkplug payloads beside those of protobufjs. */
import { describe, expect, test } from 'vitest';
import { sparkplugMessage as read, SparkplugPayload } from '../testing/sparkplug-message.ts';
import { asksForRebirth, type SparkplugMetric, sparkplugBytes } from './sparkplug-payload.ts';

const T = 1_767_225_600_000;
const said = { saysType: true } as const;

test('a recorded birth, byte for byte', () => {
  const metrics: SparkplugMetric[] = [
    { name: 'bdSeq', alias: 1, type: 'UInt64', ...said, value: 88 },
    { name: 'Node Control/Rebirth', alias: 2, type: 'Boolean', ...said, value: 0 },
    { name: 'Temperature', alias: 100, type: 'Double', ...said, value: 21.5 },
  ];
  expect(Buffer.from(sparkplugBytes({ t: 1_750_855_643_474, seq: 0, metrics })).toString('base64')).toBe(
    'CNLig7n6MhINCgViZFNlcRABIAhYWBIcChROb2RlIENvbnRyb2wvUmViaXJ0aBACIAtwABIaCgtUZW1wZXJhdHVyZRBkIAppAAAAAACANUAYAA==',
  );
});

test('every kind of value is read again, also far from zero and below it', () => {
  const metrics: SparkplugMetric[] = [
    { alias: 1, t: T, type: 'Int8', saysType: false, historical: true, value: -67 },
    { alias: 300, type: 'Int32', ...said, value: -2_147_483_648 },
    { alias: 3, type: 'Float', ...said, value: 0.5 },
    { alias: 4, type: 'Double', ...said, value: -1e-9 },
    { alias: 5, type: 'Double', ...said, value: Number.NaN },
    { name: '土壤', type: 'Boolean', ...said, value: 1 },
  ];
  expect(read(sparkplugBytes({ t: T, seq: 255, metrics }))).toEqual({
    ...{ timestamp: T, seq: 255 },
    metrics: [
      { alias: 1, timestamp: T, is_historical: true, int_value: 0xffffffbd },
      { alias: 300, datatype: 3, int_value: 0x80000000 },
      { alias: 3, datatype: 9, float_value: 0.5 },
      { alias: 4, datatype: 10, double_value: -1e-9 },
      { alias: 5, datatype: 10, is_null: true },
      { name: '土壤', datatype: 11, boolean_value: true },
    ],
  });
});

describe('a command', () => {
  const command = (name: string, value: boolean) =>
    SparkplugPayload.encode(
      SparkplugPayload.fromObject({
        timestamp: T,
        metrics: [{ name: 'x' }, { name, datatype: 11, boolean_value: value }],
      }),
    ).finish();

  test('asks for a rebirth only where it says so', () => {
    expect(asksForRebirth(command('Node Control/Rebirth', true))).toBe(true);
    expect(asksForRebirth(command('Node Control/Rebirth', false))).toBe(false);
    expect(asksForRebirth(command('Node Control/Reboot', true))).toBe(false);
  });

  test('that is cut off or anything else asks for nothing, and harms nothing', () => {
    const whole = command('Node Control/Rebirth', true);
    for (let n = 0; n < whole.length; n++) expect(asksForRebirth(whole.subarray(0, n))).toBe(false);
    for (let seed = 0; seed < 2_000; seed++)
      asksForRebirth(whole.map((byte, i) => (i === seed % whole.length ? (byte + seed) & 0xff : byte)));
  });
});
