/**
 * A browser's side of the live page: the event stream, opened again two seconds after it broke, and the newest values
 * asked for each time it opens (HTML Living Standard, section 9.2, and the console's own way).
 */
import { type ClientRequest, get } from 'node:http';
import type { Latest, LiveReadings } from '@karez/model';
import type { ApiAccess } from './farm.ts';

export interface LiveClient {
  /** How often the stream was opened. */
  readonly opened: number;
  readonly rows: number;
  close(): void;
}

const RETRY_MS = 2_000;

/** Tells every value that a page would show as new. */
export function openLive(
  { url, headers }: ApiAccess,
  farm: string,
  seen: (channel: string, value: number) => void,
): LiveClient {
  let opened = 0;
  let rows = 0;
  let closed = false;
  let request: ClientRequest | undefined;
  let timer: NodeJS.Timeout | undefined;

  const again = () => {
    if (!closed) timer = setTimeout(open, RETRY_MS);
  };
  function open(): void {
    let text = '';
    request = get(`${url}/farms/${farm}/live`, { headers }, (response) => {
      opened++;
      latest();
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        const events = text.split('\n\n');
        text = events.pop() as string;
        for (const event of events) read(event);
      });
      response.on('error', () => {});
      response.on('close', again);
    });
    request.on('error', () => {
      if (request?.reusedSocket !== true && opened === 0) again();
    });
  }
  function read(event: string): void {
    if (!event.startsWith('event: readings\n')) return;
    const data = JSON.parse(event.slice(event.indexOf('data: ') + 6)) as LiveReadings;
    rows += data.rows.length;
    for (const [channel, , value] of data.rows) if (value !== null) seen(channel, value);
  }
  function latest(): void {
    get(`${url}/farms/${farm}/latest`, { headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode !== 200) return;
        for (const [channel, [, value]] of Object.entries((JSON.parse(text) as Latest).values))
          if (value !== null) seen(channel, value);
      });
    }).on('error', () => {});
  }
  open();
  return {
    get opened() {
      return opened;
    },
    get rows() {
      return rows;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      request?.destroy();
    },
  };
}
