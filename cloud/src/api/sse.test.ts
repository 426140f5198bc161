/** A page that is cut in the middle of what it is told ends, and nothing else does. */
import { createServer } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { LIMITS, silentLogger, toColumns } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { LiveBus } from '../live/live.ts';
import { until } from '../testing/test-cloud.ts';
import { streamLive } from './sse.ts';

test('more events than a page may have waiting, in one go', async () => {
  const live = new LiveBus(silentLogger);
  const clock = virtualClock();
  const server = createServer((_request, response) => streamLive('farm', live, clock, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('the page', () => (live.listeners === 1 ? true : undefined));
  const channels = new Map([
    [
      1,
      {
        ...{ farm: 'farm', gateway: 'gw', device: 'p' },
        quantity: 'soil.moisture',
        place: undefined,
        field: undefined,
      },
    ],
  ]);
  const rows = Array.from({ length: LIMITS.freshBatchReadings }, (_, i) => ({
    ...{ seq: i + 1, timeMs: clock.wallMs(), channel: 1, value: i, quality: 0 },
  }));
  const batch = { ...{ farm: 'farm', gateway: 'gw', epoch: '00000001' }, readings: toColumns(rows), channels };
  for (let i = 0; i < 100; i++) live.committed([batch], clock.wallMs());
  await clock.advance(1_000);
  await until('it to be cut', () => (live.listeners === 0 ? true : undefined));
  live.committed([batch], clock.wallMs());
  await clock.advance(60_000);
  expect(clock.pending()).toBe(0);
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
