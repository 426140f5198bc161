/** One publisher that speaks JSON for several devices. */
import { type JsonProfile, KarezError } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { type FakeIntake, fakeIntake } from '../testing/fake-intake.ts';
import type { HubLineConfig } from './hub-config.ts';
import { jsonHub } from './json-hub.ts';

const profile = {
  ...{ id: 'probe', protocol: 'mqtt-json', timePath: '$.at', timeUnit: 's' },
  channels: [{ quantity: 'soil.moisture', path: 'v', decimals: 1 }],
} as unknown as JsonProfile;

function setUp(
  line: Partial<HubLineConfig>,
  timePath = '$.at',
): {
  intake: FakeIntake;
  take(topic: string, message: unknown): Promise<void>;
  trouble(): (string | null)[];
} {
  const ids = ['north', 'south'];
  const config: HubLineConfig = {
    ...{ type: 'mqtt-json', name: 'hub', topics: ['site/+/soil'] },
    devices: ids.map((id, i) => ({ id, profile: 'probe', key: `${i + 1}` })),
    ...line,
  };
  const devices = config.devices.map(({ id }) => ({ id, profile: 'probe', profileRecord: { ...profile, timePath } }));
  const intake = fakeIntake();
  const hub = jsonHub(config, devices, intake);
  return {
    intake,
    take: (topic, message) =>
      hub.take(topic, Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)), 1),
    trouble: () => hub.status().map((s) => s.trouble),
  };
}
const T = 1_767_225_600;

describe('which device speaks', () => {
  test('is said by the topic', async () => {
    const { intake, take } = setUp({});
    await take('site/2/soil', { v: 30, at: T });
    expect(intake.accepted).toMatchObject([{ device: 'south', values: [30], timeMs: T * 1_000 }]);
  });
  test('is said by several parts of the topic', async () => {
    const { intake, take } = setUp({ topics: ['+/soil/#'], devices: [{ id: 'a', profile: 'probe', key: 'x/1/2' }] });
    await take('x/soil/1/2', { v: 30 });
    expect(intake.accepted).toMatchObject([{ device: 'a' }]);
  });
  test('is said by the whole topic where there is no pattern', async () => {
    const { intake, take } = setUp({ topics: ['one', 'two'], devices: [{ id: 'a', profile: 'probe', key: 'two' }] });
    await take('two', { v: 30 });
    expect(intake.accepted).toMatchObject([{ device: 'a' }]);
  });
  test('is said by the message, as a text or a number; its id is its key where no other is given', async () => {
    const { intake, take } = setUp({
      keyPath: 'dev.id',
      devices: [
        { id: '7', profile: 'probe' },
        { id: 'b', profile: 'probe' },
      ],
    });
    await take('site/x/soil', { dev: { id: 7 }, v: 1 });
    await take('site/x/soil', { dev: { id: 'b' }, v: 2 });
    expect(intake.accepted).toMatchObject([{ device: '7' }, { device: 'b' }]);
  });
  test('that is not configured is told once and counted', async () => {
    const { intake, take } = setUp({});
    for (let i = 0; i < 3; i++) await take('site/9/soil', { v: 1 });
    expect(intake.rejected).toMatchObject([{ code: 'NOT_FOUND', reason: expect.stringContaining('"9"') }]);
    expect(intake.ignored.length).toBe(3);
  });
});

describe('a message with a list', () => {
  test('has a part for each device, with what stands beside the list', async () => {
    const { intake, take } = setUp({ itemsPath: 'readings', keyPath: 'n' });
    await take('site/x/soil', {
      at: T,
      readings: [
        { n: 1, v: 1 },
        { n: 2, v: 2 },
      ],
    });
    expect(intake.accepted).toMatchObject([
      { device: 'north', values: [1], timeMs: T * 1_000 },
      { device: 'south', values: [2], timeMs: T * 1_000 },
    ]);
  });
  test('may be the list', async () => {
    const { intake, take } = setUp({ itemsPath: '$', keyPath: 'n' }, 'at');
    await take('site/x/soil', [{ n: 1, v: 1 }]);
    expect(intake.accepted).toMatchObject([{ device: 'north' }]);
  });
  test('of which a part is wrong refuses that part and no other', async () => {
    const { intake, take, trouble } = setUp({ itemsPath: 'r', keyPath: 'n' });
    await take('site/x/soil', { r: [{ n: 1, v: 'wet' }, 5, { n: {} }, { n: 2, v: 2 }] });
    expect(intake.accepted).toMatchObject([{ device: 'south' }]);
    expect(intake.rejected.map(({ device, reason }) => [device, reason])).toEqual([
      ['north', expect.stringMatching(/^v \(soil.moisture\) must be a number/)],
      [undefined, 'the payload must be an object, not 5'],
      [undefined, 'n must be a text or a number that names the device, not an object'],
    ]);
    expect(trouble()).toEqual([expect.stringMatching(/^v /), null]);
  });
});

test.each([
  ['hello', /^the payload is not JSON/],
  ['{"r":5}', /^r must be a list, not 5/],
])('%s is refused as a whole', async (message, reason) => {
  const { intake, take } = setUp({ itemsPath: 'r' });
  await take('site/1/soil', message);
  expect(intake.rejected).toMatchObject([{ code: 'PAYLOAD_INVALID', reason: expect.stringMatching(reason) }]);
});

test('what the journal does not take must come again', async () => {
  const { intake, take } = setUp({});
  intake.refuse = new KarezError('JOURNAL_FULL', 'full');
  await expect(take('site/1/soil', { v: 1 })).rejects.toThrow('full');
  expect(intake.rejected).toEqual([]);
});
