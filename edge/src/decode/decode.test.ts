import { PROFILES, profileOf } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from './decode.ts';
import { listProfiles } from './list-profiles.ts';

const decode = (profile: string, text: string) => decodeFrame(profileOf(profile), text);
const refusal = (profile: string, text: string) =>
  decode(profile, text).then(
    () => 'was read',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

describe('every recorded frame of every profile says what it was recorded to say', () => {
  const frames = PROFILES.flatMap((profile) =>
    profile.frames.map((frame, i) => [`${profile.id} ${i}`, profile, frame] as const),
  );
  test.each(frames)('%s', async (_, profile, frame) => {
    const { values } = await decodeFrame(profile, frame.hex ?? frame.json ?? (frame.text as string));
    expect(values).toMatchObject(frame.values);
  });
  test('and a profile’s frames together say something in each of its own channels, for those that are not drones', async () => {
    for (const profile of PROFILES.filter((p) => p.protocol !== 'mavlink')) {
      const said = new Set<string>();
      for (const frame of profile.frames)
        for (const key of Object.keys(
          (await decodeFrame(profile, frame.hex ?? frame.json ?? (frame.text as string))).values,
        ))
          said.add(key);
      const own = profile.channels.filter((channel) => !('radio' in channel));
      expect(said.size, profile.id).toBe(own.length);
    }
  });
});

describe('good frames', () => {
  test('hexadecimal digits may be written in many ways', async () => {
    const expected = { 'solar.par': 836 };
    for (const text of [
      '0103020344B887',
      '01 03 02 03 44 b8 87',
      '01:03:02:03:44:B8:87',
      '0x01 0x03 0x02 0x03 0x44 0xb8 0x87',
      '01-03-02-03-44-b8-87\n',
    ])
      expect((await decode('dfrobot-sen0641', text)).values).toEqual(expected);
  });
  test('a Davis frame tells more to whoever looks at it alone', async () => {
    const loop = profileOf('davis-vantage-pro2').frames;
    expect((await decode('davis-vantage-pro2', loop[0]?.hex as string)).details).toEqual({
      pressureTrend: 'rising slowly',
      sunrise: '05:50',
      sunset: '18:54',
    });
    expect((await decode('davis-vantage-pro2', loop[2]?.hex as string)).details).toEqual({
      pressureTrend: 'steady',
      windSpeed2MinMs: 2.95,
      gustDirectionDeg: 315,
      heatIndexC: 35.6,
      windChillC: 30.6,
      thswIndexC: 42.8,
    });
  });
  test('a Modbus reply tells its address; zeros everywhere are pointed out, one zero is not', async () => {
    expect((await decode('dfrobot-sen0604', '0103080292FF9B03E8003857B6')).details).toEqual({ address: 1 });
    expect((await decode('cwt-soil-7in1', '01030e0000000000000000000000000000ef15')).details).toMatchObject({
      note: 'answers 7 zeros: not a soil probe?',
    });
    expect((await decode('dfrobot-sen0641', '0103020000b844')).details).toEqual({ address: 1 });
  });
  test('an entry of a telemetry log is a time and a frame', async () => {
    const frame = profileOf('mavlink-sprayer').frames[1]?.hex as string;
    expect(await decode('mavlink-sprayer', `00051f843dd3fb80${frame}`)).toMatchObject({
      kind: 'FUEL_STATUS',
      values: { 'tank.volume': 18.5, 'tank.level': 62 },
      details: { loggedMs: 1_442_027_717_000.064, version: 2, system: 1, component: 1, remaining_fuel: 18_500 },
    });
  });
  test('JSON is read as text or as digits; what the profile does not know is named', async () => {
    const text = '{"n":7,"t":1767225600123,"soil":[{"d":10,"vwc":null},{"d":20}],"bat":3.9}';
    const expected = {
      values: { 'soil.moisture@d10': null, 'battery.voltage': 3.9 },
      details: { counter: 7, timeMs: 1_767_225_600_123, unread: ['soil[d=20]'] },
    };
    expect(await decode('wifi-soil-node', text)).toMatchObject(expected);
    expect(await decode('wifi-soil-node', Buffer.from(text).toString('hex'))).toMatchObject(expected);
  });
});

describe('refused with a reason', () => {
  const LOOP = profileOf('davis-vantage-pro2').frames[0]?.hex as string;
  test.each([
    ['cwt-soil-7in1', '', /^FRAME_MALFORMED: give pairs of hexadecimal digits/],
    ['cwt-soil-7in1', '0103g0', /^FRAME_MALFORMED: give pairs/],
    ['cwt-soil-7in1', '010', /^FRAME_MALFORMED: give pairs/],
    ['cwt-soil-7in1', '0103000000070408', /^FRAME_UNEXPECTED: this is a request/],
    ['cwt-soil-7in1', '010300000007440C', /^FRAME_CHECKSUM: CRC 440c, expected 0408; .*request/],
    ['cwt-soil-7in1', '01030E016000F101A200400012000C003F0408', /^FRAME_CHECKSUM: CRC 0408, expected a0fd/],
    [
      'cwt-soil-7in1',
      '0103080292FF9B03E8003857B6',
      /^FRAME_UNEXPECTED: 4 registers; cwt-soil-7in1 is read 7 at a time/,
    ],
    ['dfrobot-sen0641', '0104020344b9f3', /^FRAME_UNEXPECTED: function 4; dfrobot-sen0641 is read with 3/],
    ['cwt-soil-7in1', '018302c0f1', /^DEVICE_EXCEPTION: address 1 refuses: illegal register address/],
    ['davis-vantage-pro2', `06${LOOP}`, /^FRAME_MALFORMED: a packet starts with LOO/],
    ['davis-vantage-pro2', LOOP.slice(0, -2), /^FRAME_TOO_SHORT: 98 bytes; a packet has 99/],
    ['davis-vantage-pro2', `${LOOP}00`, /^FRAME_TOO_LONG/],
    ['davis-vantage-pro2', LOOP.replace('3e03', '3f03'), /^FRAME_CHECKSUM: CRC 1163, expected/],
    [
      'mavlink-sprayer',
      '000502d5b1c01b65fe0489110e3601020304ae1e',
      /^FRAME_CHECKSUM: SAFETY_SET_ALLOWED_AREA \(sequence 137, system 17, component 14\): checksum 1eae/,
    ],
    ['mavlink-sprayer', 'fd0400008a110e36000001020304ae1e', /^FRAME_CHECKSUM: .*sequence 138, system 17/],
    ['mavlink-sprayer', '0103020344B887', /^FRAME_MALFORMED: a frame starts with fe/],
    ['wifi-soil-node', '{"bat":"full"}', /^PAYLOAD_INVALID: bat \(battery.voltage\) must be a number/],
    ['wifi-soil-node', '["x"]', /^PAYLOAD_INVALID: the payload must be an object, not a list/],
    ['wifi-soil-node', '{"bat":', /^PAYLOAD_INVALID: the payload is not JSON/],
  ])('%s %s', async (profile, text, reason) => expect(await refusal(profile, text)).toMatch(reason));
});

test('the list has a line for each profile, with its channels', () => {
  const lines = listProfiles(PROFILES).split('\n');
  expect(lines).toHaveLength(PROFILES.length);
  expect(lines).toContainEqual(expect.stringMatching(/^dfrobot-sen0641 +modbus +DFRobot SEN0641: solar\.par$/));
});
