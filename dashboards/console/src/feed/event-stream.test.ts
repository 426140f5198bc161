import { expect, test } from 'vitest';
import { eventReader, type StreamEvent } from './event-stream.ts';

const STREAM =
  'retry: 2000\n\nevent: hello\ndata: {"nowMs":1}\n\n: still here\n\nevent: readings\r\ndata: a\r\ndata:b\r\n\r\ndata\n\nevent: nothing\n\ndata: 土壤\n\n';
const EVENTS: StreamEvent[] = [
  { name: 'hello', data: '{"nowMs":1}' },
  { name: 'readings', data: 'a\nb' },
  { name: 'message', data: '' },
  { name: 'message', data: '土壤' },
];

test.each([1, 2, 3, 7, 1000])('gives the same events in pieces of %i characters', (size) => {
  const found: StreamEvent[] = [];
  const read = eventReader((event) => found.push(event));
  for (let i = 0; i < STREAM.length; i += size) read(STREAM.slice(i, i + size));
  expect(found).toEqual(EVENTS);
});

test('an event that is cut off is not given', () => {
  const found: StreamEvent[] = [];
  eventReader((event) => found.push(event))('event: readings\ndata: {"rows"');
  expect(found).toEqual([]);
});
