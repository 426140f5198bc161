import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { KarezError, LIMITS } from '@karez/model';
import type { IClientOptions } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { closing, endBrokers, endings, message, startTestBroker, until } from '../testing/test-broker.ts';

afterEach(endBrokers);

describe('a device’s message', () => {
  test('is acknowledged once it is accepted, and not before; others do not wait for it', async () => {
    const { intake, connect } = await startTestBroker();
    const one = await connect('node-1');
    const two = await connect('node-2');
    intake.stalled = true;
    let acknowledged = false;
    const held = one.publishAsync('devices/node-1/up', message(1), { qos: 1 }).then(() => {
      acknowledged = true;
    });
    await until(() => intake.waiting === 1);
    const accept = intake.accept;
    intake.accept = async (sample) => {
      if (sample.device === 'node-1') return accept(sample);
      intake.accepted.push({ ...sample, atMs: 0 });
    };
    for (let n = 0; n < 20; n++) await two.publishAsync('devices/node-2/up', message(n), { qos: 1 });
    expect(intake.accepted.length).toBe(20);
    expect(acknowledged).toBe(false);
    intake.release();
    await held;
    expect(intake.of('node-1')).toMatchObject([{ channels: [6], values: [3.9], counter: 1 }]);
  });

  test('that the journal refuses is not acknowledged, and goes through when it is sent again', async () => {
    const { intake, connect, trouble } = await startTestBroker();
    const device = await connect('node-1', { reconnectPeriod: 5 });
    intake.refuse = new KarezError('JOURNAL_FULL', 'the journal is full');
    let closings = 0;
    device.on('close', () => {
      if (++closings === 3) intake.refuse = undefined;
    });
    await device.publishAsync('devices/node-1/up', message(7), { qos: 1 });
    expect(closings).toBeGreaterThanOrEqual(3);
    expect(intake.accepted).toMatchObject([{ device: 'node-1', counter: 7 }]);
    expect(intake.rejected).toEqual([]);
    expect(trouble('node-1')).toBeNull();
  });

  test.each([
    ['not JSON', 'hello', 'PAYLOAD_INVALID', /not JSON/],
    ['a value of the wrong kind', '{"bat":"full"}', 'PAYLOAD_INVALID', /^bat \(battery.voltage\) must be a number/],
    ['too long', `{"bat":3,"x":"${'x'.repeat(LIMITS.devicePayloadBytes)}"}`, 'PAYLOAD_TOO_LARGE', /at most 16384/],
    ['empty', '', 'PAYLOAD_INVALID', /not JSON/],
  ])(
    'that is %s is acknowledged, counted and kept, for repeating it would not help',
    async (_, payload, code, reason) => {
      const { intake, connect, trouble } = await startTestBroker();
      const device = await connect('node-1');
      await device.publishAsync('devices/node-1/up', payload, { qos: 1 });
      expect(intake.rejected).toMatchObject([
        { device: 'node-1', source: 'devices/node-1/up', code, reason: expect.stringMatching(reason) },
      ]);
      expect(intake.accepted).toEqual([]);
      expect(trouble('node-1')).toMatch(reason);
      await device.publishAsync('devices/node-1/up', message(1), { qos: 1 });
      expect(trouble('node-1')).toBeNull();
    },
  );

  test('with a depth that the profile does not know is accepted, and the depth named', async () => {
    const { intake, connect, trouble } = await startTestBroker();
    const device = await connect('node-1');
    await device.publishAsync('devices/node-1/up', '{"soil":[{"d":10,"vwc":3},{"d":45,"vwc":3}]}', { qos: 1 });
    expect(intake.accepted.length).toBe(1);
    expect(trouble('node-1')).toBe('soil[d=45]: not in profile wifi-soil-node, left out');
  });

  test('is accepted once with QoS 0 and with QoS 2; QoS 0 that is refused costs no connection', async () => {
    const { intake, connect } = await startTestBroker();
    const device = await connect('node-1');
    await device.publishAsync('devices/node-1/up', message(1), { qos: 2 });
    intake.refuse = new KarezError('JOURNAL_FULL', 'the journal is full');
    await device.publishAsync('devices/node-1/up', message(2), { qos: 0 });
    await until(() => intake.refusals === 1);
    intake.refuse = undefined;
    await device.publishAsync('devices/node-1/up', message(3), { qos: 0 });
    await until(() => intake.accepted.length === 2);
    expect(intake.accepted.map((s) => s.counter)).toEqual([1, 3]);
  });

  test('is not kept as retained', async () => {
    const { connect } = await startTestBroker();
    const device = await connect('node-1');
    await device.publishAsync('devices/node-1/up', message(1), { qos: 1, retain: true });
    await device.endAsync();
    const again = await connect('node-1');
    let seen = 0;
    again.on('message', () => seen++);
    await again.subscribeAsync('devices/node-1/up');
    await again.publishAsync('devices/node-1/up', message(2), { qos: 1 });
    await until(() => seen > 0);
    expect(seen).toBe(1);
  });

  test('that is a last will is no reading', async () => {
    const { intake, connect } = await startTestBroker();
    const device = await connect('node-1', {
      will: { topic: 'devices/node-1/up', payload: Buffer.from(message(66)), qos: 1, retain: false },
    });
    await device.publishAsync('devices/node-1/up', message(1), { qos: 1 });
    device.stream.destroy();
    await closing(device);
    const again = await connect('node-1');
    await again.publishAsync('devices/node-1/up', message(2), { qos: 1 });
    expect(intake.accepted.map((s) => s.counter)).toEqual([1, 2]);
  });
});

describe('who may do what', () => {
  test.each([
    ['a wrong password', { password: 'password-of-node-2' }, /says to be node-1, with a wrong password/],
    ['no password', { password: undefined }, /wrong password/],
    ['an unknown name', { username: 'node-9' }, /no device "node-9" is configured/],
    ['a name of the prototype', { username: 'constructor' }, /no device "constructor"/],
    ['no name', { username: undefined, password: undefined }, /no user name was given/],
  ])('%s is refused with return code 4', async (_, options, reason) => {
    const { intake, connect } = await startTestBroker();
    await expect(connect('node-1', options)).rejects.toMatchObject({ code: 4 });
    expect(intake.rejected).toMatchObject([{ code: 'NOT_AUTHORISED', reason: expect.stringMatching(reason) }]);
  });

  test.each(['devices/node-2/up', 'devices/node-1/up/x', 'devices/node-1', '$SYS/x', 'x'])(
    'publishing to %s ends the connection, and nothing is accepted',
    async (topic) => {
      const { intake, connect } = await startTestBroker();
      const device = await connect('node-1');
      const closed = closing(device);
      device.publish(topic, message(1), { qos: 1 }, () => {});
      await closed;
      expect(intake.accepted).toEqual([]);
      expect(intake.rejected).toMatchObject([
        {
          device: 'node-1',
          code: 'NOT_AUTHORISED',
          reason: expect.stringMatching(/may publish to devices\/node-1\/up/),
        },
      ]);
    },
  );

  test('a device whose topic is a pattern may publish to all it means, and no other', async () => {
    const { intake, connect } = await startTestBroker(0, 'tele/+/SENSOR');
    const device = await connect('node-1');
    await device.publishAsync('tele/a/SENSOR', message(1), { qos: 1 });
    await device.publishAsync('tele/b/SENSOR', message(2), { qos: 1 });
    const closed = closing(device);
    device.publish('tele/a/STATE', message(3), { qos: 1 }, () => {});
    await closed;
    expect(intake.accepted.map((s) => s.counter)).toEqual([1, 2]);
    expect(intake.rejected).toMatchObject([{ code: 'NOT_AUTHORISED' }]);
  });

  test('a device hears what is below its own topic and nothing else', async () => {
    const { connect } = await startTestBroker();
    const device = await connect('node-1');
    const granted = async (topic: string) => {
      try {
        return (await device.subscribeAsync(topic))[0]?.qos;
      } catch {
        return 128;
      }
    };
    expect(await granted('devices/node-1/down')).toBe(0);
    expect(await granted('devices/node-1/#')).toBe(0);
    for (const topic of ['#', '+/+/+', 'devices/+/up', 'devices/node-2/up', 'devices/node-1', '$SYS/#', 'devices/#'])
      expect([topic, await granted(topic)]).toEqual([topic, 128]);
    let seen = 0;
    device.on('message', () => seen++);
    const other = await connect('node-2');
    await other.publishAsync('devices/node-2/up', message(1), { qos: 1 });
    await device.publishAsync('devices/node-1/up', message(1), { qos: 1 });
    await until(() => seen > 0);
    expect(seen).toBe(1);
  });

  test('a hundred subscriptions are more than a device may have', async () => {
    const { connect } = await startTestBroker();
    const device = await connect('node-1');
    let refused = 0;
    for (let i = 0; i < 100; i++) await device.subscribeAsync(`devices/node-1/${i}`).catch(() => refused++);
    expect(refused).toBe(84);
  });

  test('a device that takes another’s client id takes nothing else; its own earlier connection it replaces', async () => {
    const { intake, connect } = await startTestBroker();
    const one = await connect('node-1', { clientId: 'node-1' });
    const two = await connect('node-2', { clientId: 'node-1' });
    await one.publishAsync('devices/node-1/up', message(1), { qos: 1 });
    await two.publishAsync('devices/node-2/up', message(1), { qos: 1 });
    expect(intake.accepted.map((s) => s.device)).toEqual(['node-1', 'node-2']);
    const closed = closing(one);
    const again = await connect('node-1', { clientId: 'something else' });
    await closed;
    await again.publishAsync('devices/node-1/up', message(2), { qos: 1 });
    await two.publishAsync('devices/node-2/up', message(2), { qos: 1 });
    expect(intake.accepted.length).toBe(4);
  });

  test('a session that asked to outlive its connection starts anew', async () => {
    const { connect } = await startTestBroker();
    const options: IClientOptions = { clean: false, clientId: 'x', resubscribe: false };
    const device = await connect('node-1', options);
    await device.subscribeAsync('devices/node-1/#', { qos: 1 });
    await device.endAsync();
    const again = await connect('node-1', options);
    let seen = 0;
    again.on('message', () => seen++);
    await again.publishAsync('devices/node-1/up', message(1), { qos: 1 });
    await again.publishAsync('devices/node-1/up', message(2), { qos: 1 });
    expect(seen).toBe(0);
  });
});

describe('what comes in on a raw connection', () => {
  const dial = async (port: number): Promise<Socket> => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => {});
    endings.push(async () => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };

  test('a packet that announces more than is read is cut off from its header alone', async () => {
    const { intake, port } = await startTestBroker();
    const socket = await dial(port);
    // CONNECT with a remaining length of 256 MB.
    socket.write(Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0x7f));
    await once(socket, 'close');
    expect(intake.rejected).toMatchObject([{ code: 'PAYLOAD_TOO_LARGE', reason: 'an MQTT packet is too large' }]);
  });

  test.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['zeros', new Uint8Array(64)],
    ['a PUBLISH before any CONNECT', Uint8Array.of(0x30, 5, 0, 1, 0x78, 0x7b, 0x7d)],
  ])('%s ends that connection and no other', async (_, bytes) => {
    const { intake, port, connect } = await startTestBroker();
    const device = await connect('node-1');
    const socket = await dial(port);
    socket.write(bytes);
    await once(socket, 'close');
    await device.publishAsync('devices/node-1/up', message(1), { qos: 1 });
    expect(intake.accepted.length).toBe(1);
  });

  test('a device that reads nothing of what it asked for holds up nobody else', async () => {
    const { intake, connect } = await startTestBroker();
    const frozen = await connect('node-1');
    await frozen.subscribeAsync('devices/node-1/#');
    (frozen.stream as unknown as Socket).pause();
    const long = message(1, { x: 'x'.repeat(16_000) });
    for (let i = 0; i < 500; i++) frozen.publish('devices/node-1/up', long, { qos: 0 });
    const other = await connect('node-2');
    for (let n = 0; n < 50; n++) await other.publishAsync('devices/node-2/up', message(n), { qos: 1 });
    expect(intake.of('node-2').length).toBe(50);
  });

  test(`connections beyond ${LIMITS.deviceConnections} are refused, and said`, async () => {
    const { intake, port } = await startTestBroker();
    const sockets = await Promise.all(Array.from({ length: LIMITS.deviceConnections }, () => dial(port)));
    const late = connectTcp(port, '127.0.0.1').on('error', () => {});
    await once(late, 'close');
    await until(() => intake.rejected.length > 0);
    expect(intake.rejected[0]).toMatchObject({ code: 'BUSY', reason: expect.stringMatching(/512 connections/) });
    for (const socket of sockets) socket.destroy();
  });
});

test('a port that is taken is said with the key to change', async () => {
  const { port } = await startTestBroker();
  await expect(startTestBroker(port)).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    where: 'mqtt.port',
    message: `port ${port} on 127.0.0.1 is taken by another program; stop it or choose another under mqtt.port`,
  });
});
