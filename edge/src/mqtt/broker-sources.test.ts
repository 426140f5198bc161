/** Sources that speak of several devices, at the gateway's own broker. */
import { KarezError, LIMITS } from '@karez/model';
import { afterEach, describe, expect, test } from 'vitest';
import { fakeReader } from '../testing/fake-reader.ts';
import { closing, endBrokers, message, startTestBroker, until } from '../testing/test-broker.ts';

afterEach(endBrokers);

describe('a source that speaks of several devices', () => {
  const source = (more: Parameters<typeof fakeReader>[0] = {}) => {
    const reader = fakeReader(more);
    return { reader, sources: [{ name: 'chirpstack', password: 'password-of-chirpstack', reader }] };
  };

  test('publishes under its own topics, and is acknowledged once it is read', async () => {
    const { reader, sources } = source();
    const { connect, intake } = await startTestBroker(0, undefined, sources);
    const bridge = await connect('chirpstack', { clientId: 'bridge' });
    reader.stall = () => true;
    let isAcked = false;
    const held = bridge.publishAsync('a/b', 'one', { qos: 1 }).then(() => {
      isAcked = true;
    });
    await until(() => reader.waiting.size === 1);
    expect(isAcked).toBe(false);
    reader.waiting.get('one')?.();
    await held;
    expect(reader.taken).toEqual(['a/b one']);
    const closed = closing(bridge);
    bridge.publish('devices/node-1/up', message(1), { qos: 1 }, () => {});
    await closed;
    expect(intake.rejected).toMatchObject([
      { code: 'NOT_AUTHORISED', reason: 'may publish to a/#, not to devices/node-1/up' },
    ]);
    expect(intake.accepted).toEqual([]);
  });

  test('is sent again what was not taken', async () => {
    const { reader, sources } = source();
    const { connect } = await startTestBroker(0, undefined, sources);
    const bridge = await connect('chirpstack', { reconnectPeriod: 5 });
    reader.refuse = () => (reader.refusals < 2 ? new KarezError('JOURNAL_FULL', 'full') : undefined);
    await bridge.publishAsync('a/b', 'one', { qos: 1 });
    expect(reader.taken).toEqual(['a/b one']);
  });

  test('may have several connections, each ending only its own kind, and tell of its state as bridges do', async () => {
    const { reader, sources } = source();
    const { connect, intake } = await startTestBroker(0, undefined, sources);
    const one = await connect('chirpstack', { clientId: 'one' });
    const two = await connect('chirpstack', { clientId: 'two' });
    await one.publishAsync('$SYS/broker/connection/x/state', '1', { qos: 1, retain: true });
    await one.publishAsync('a/1', 'x', { qos: 1 });
    await two.publishAsync('a/2', 'y', { qos: 1 });
    const closed = closing(one);
    await connect('chirpstack', { clientId: 'one' });
    await closed;
    expect(two.connected).toBe(true);
    expect(reader.taken).toEqual(['a/1 x', 'a/2 y']);
    expect(intake.rejected).toEqual([]);
  });

  test('whose connections are all in use is refused the next', async () => {
    const { sources } = source();
    const { connect, intake } = await startTestBroker(0, undefined, sources);
    for (let i = 0; i < LIMITS.sourceConnections; i++) await connect('chirpstack', { clientId: `n${i}` });
    await expect(connect('chirpstack', { clientId: 'one-more' })).rejects.toMatchObject({ code: 4 });
    expect(intake.rejected).toMatchObject([{ reason: expect.stringMatching(/connections open already/) }]);
  });

  test('needs its password, and its message has a bound', async () => {
    const { reader, sources } = source();
    const { connect, intake } = await startTestBroker(0, undefined, sources);
    await expect(connect('chirpstack', { password: 'password-of-node-1' })).rejects.toMatchObject({ code: 4 });
    const bridge = await connect('chirpstack');
    await bridge.publishAsync('a/b', 'x'.repeat(100_000), { qos: 1 });
    await bridge.publishAsync('a/b', 'x'.repeat(LIMITS.sourceBytes + 1), { qos: 1 });
    expect(reader.taken.length).toBe(1);
    expect(intake.rejected.at(-1)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', source: 'a/b' });
  });

  test.each([
    [true, ['a/dead gone']],
    [false, []],
  ])('has its last will read: %s', async (takesWills, taken) => {
    const { reader, sources } = source({ takesWills });
    const { connect } = await startTestBroker(0, undefined, sources);
    const will = { topic: 'a/dead', payload: Buffer.from('gone'), qos: 1 as const, retain: true };
    const node = await connect('chirpstack', { will });
    node.stream.destroy();
    await closing(node);
    const again = await connect('chirpstack', { clientId: 'again' });
    await again.publishAsync('a/alive', 'here', { qos: 1 });
    await until(() => reader.taken.length === taken.length + 1);
    expect(reader.taken).toEqual(expect.arrayContaining([...taken, 'a/alive here']));
  });

  test('hears what its reader sends, where it may', async () => {
    const { reader, sources } = source({ mayHear: (filter) => filter === 'down/x' });
    const { connect } = await startTestBroker(0, undefined, sources);
    const node = await connect('chirpstack');
    const heard: string[] = [];
    node.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
    await node.subscribeAsync('down/x', { qos: 1 });
    await node.subscribeAsync('a/#', { qos: 1 }).catch(() => {});
    await reader.publish?.('down/x', Buffer.from('rebirth'), { qos: 0, retain: false });
    await until(() => heard.length > 0);
    expect(heard).toEqual(['down/x rebirth']);
  });
});
