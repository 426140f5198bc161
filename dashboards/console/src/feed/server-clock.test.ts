import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { ServerClock } from './server-clock.ts';

test('the message that was on its way for the shortest tells the time best', async () => {
  const clock = virtualClock();
  const server = new ServerClock(clock);
  const truth = () => 5_000_000 + clock.monoMs();
  for (const delayMs of [800, 90, 400]) {
    const sent = truth();
    await clock.advance(delayMs);
    server.heard(sent);
  }
  expect(truth() - server.nowMs()).toBe(90);
  clock.stepWall(-3_600_000);
  await clock.advance(1_000);
  expect(truth() - server.nowMs()).toBe(90);
});

test('a server whose clock was set back is believed', async () => {
  const clock = virtualClock();
  const server = new ServerClock(clock);
  server.heard(9_000_000);
  await clock.advance(1_000);
  server.heard(2_000_000);
  expect(server.nowMs()).toBe(2_000_000);
});

test('until the server is heard, and after sleep, this device’s clock has to do', () => {
  const clock = virtualClock(123_000);
  const server = new ServerClock(clock);
  expect(server.nowMs()).toBe(123_000);
  server.heard(5);
  server.forget();
  expect(server.nowMs()).toBe(123_000);
});
