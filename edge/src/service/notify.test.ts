import { silentLogger } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { expect, test } from 'vitest';
import { tellSystemd } from './notify.ts';

const socket = { NOTIFY_SOCKET: '/run/systemd/notify' };

test('ready at once, alive three times in the watchdog’s patience, each with a sentence on one line', async () => {
  const clock = virtualClock();
  const told: string[][] = [];
  let waiting = 0;
  const stop = tellSystemd(
    { ...socket, WATCHDOG_USEC: '60000000' },
    () => `accepting readings;\n ${waiting} wait`,
    { clock, logger: silentLogger },
    async (lines) => void told.push(lines),
  );
  expect(told).toEqual([['READY=1', 'STATUS=accepting readings; 0 wait']]);
  waiting = 7;
  await clock.advance(60_000);
  expect(told.slice(1)).toEqual(Array(3).fill(['WATCHDOG=1', 'STATUS=accepting readings; 7 wait']));
  stop();
  await clock.advance(60_000);
  expect(told.slice(4)).toEqual([['STOPPING=1', 'STATUS=accepting readings; 7 wait']]);
});

test('nobody listens: nothing is said', async () => {
  const clock = virtualClock();
  let told = 0;
  tellSystemd(
    {},
    () => '',
    { clock, logger: silentLogger },
    async () => void told++,
  );
  await clock.advance(600_000);
  expect(told).toBe(0);
});

test('what cannot be told is logged once, not every twenty seconds, and tried again', async () => {
  const clock = virtualClock();
  const logged: string[] = [];
  let tries = 0;
  let isGone = true;
  const carry = async () => {
    tries++;
    if (isGone) throw new Error('spawn systemd-notify ENOENT');
  };
  tellSystemd(socket, () => 'x', { clock, logger: { log: (_level, message) => void logged.push(message) } }, carry);
  await clock.advance(100_000);
  expect([tries, logged]).toEqual([6, ['systemd could not be told: spawn systemd-notify ENOENT']]);
  isGone = false;
  await clock.advance(20_000);
  isGone = true;
  await clock.advance(20_000);
  expect(logged).toHaveLength(2);
});
