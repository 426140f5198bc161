/** Listens to a farm's live stream, as a console does, and keeps what came in the order in which it came. */
import { FARM, type TestFarm } from '../farm.ts';

export interface LiveRow {
  /** `gateway/device/quantity[@place]` */
  channel: string;
  /** Sampling time. */
  timeMs: number;
  /** The cloud's clock when it was sent. */
  nowMs: number;
}

export interface LiveTail {
  rows: LiveRow[];
  close(): void;
}

/** Resolves once the stream has said hello. */
export async function listenLive(farm: TestFarm): Promise<LiveTail> {
  const end = new AbortController();
  const response = await farm.api.get(`/farms/${FARM}/live`, { signal: end.signal });
  const rows: LiveRow[] = [];
  const hello = Promise.withResolvers<void>();
  const take = (name: string, data: string) => {
    if (name === 'hello') hello.resolve();
    if (name !== 'readings') return;
    const event = JSON.parse(data) as { nowMs: number; rows: [string, number, number | null, number][] };
    for (const [channel, timeMs] of event.rows) rows.push({ channel, timeMs, nowMs: event.nowMs });
  };
  const read = async () => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      const events = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = events.pop() as string;
      for (const event of events) {
        const [, name, data] = /^event: (\S+)\ndata: (.*)$/s.exec(event) ?? [];
        if (name !== undefined && data !== undefined) take(name, data);
      }
    }
  };
  read().catch((error) => {
    if (!end.signal.aborted) hello.reject(error);
  });
  await hello.promise;
  return { rows, close: () => end.abort() };
}
