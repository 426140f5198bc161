import { once } from 'node:events';
import { request } from 'node:http';
import { silentLogger } from '@karez/model';
import { afterEach, expect, test } from 'vitest';
import { startStatusServer } from './server.ts';
import type { GatewayView } from './view.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const NOW = Date.UTC(2026, 5, 1);
const VIEW = {
  title: 'Pump house, Demo farm',
  bytesSent: 12_345,
  trouble: null,
  counts: {
    accepted: 9,
    repeats: 1,
    refused: 2,
    rejected: new Map([['FRAME_CHECKSUM', 3]]),
    ignored: new Map([['lorawan join', 4]]),
  },
  journal: { commits: 7, slowestCommitMs: 41.5 },
  values: [
    {
      ...{
        device: 'soil-1',
        title: 'Soil',
        field: 'North',
        channel: 'soil.moisture@d10',
        quantity: 'soil.moisture',
        place: 'd10',
      },
      ...{ decimals: 1, timeMs: NOW - 3_000, value: 31.4, quality: [], intervalMs: 5_000 },
    },
  ],
  lineCounts: [{ what: 'lost', n: 7, labels: { line: 'udp 0.0.0.0:14550', system: '1', component: '1' } }],
  alerts: [{ raised: true }, { raised: false }],
  alertCounts: { written: 12, dropped: 0, waiting: 0 },
  rejections: [
    { source: '/dev/ttyUSB0', code: 'FRAME_CHECKSUM', reason: 'CRC 0, "quoted" \\ <b>', timeMs: NOW, hex: '0103' },
  ],
  status: {
    ...{ v: 1, online: true, timeMs: NOW, accepted: 1_000_000, stored: 999_000, waiting: 1_000, refused: 0, lost: [] },
    journal: { bytes: 4_096, limitBytes: 512_000_000, writable: true, hoursLeft: 1_000 },
    link: { state: 'up', sinceMs: 0, roundTripMs: 80 },
    clock: { state: 'known', source: 'ntp', offsetMs: 0, uncertaintyMs: 5, trouble: null },
    devices: [
      { id: 'soil-1', lastMs: NOW - 3_000, accepted: 5, rejected: 3, timeouts: 2, trouble: null },
      { id: 'soil-2', lastMs: null, accepted: 0, rejected: 0, timeouts: 9, trouble: 'address 2 does not answer' },
    ],
  },
} as unknown as GatewayView;

async function start(view: () => GatewayView = () => VIEW) {
  const server = await startStatusServer(view, 0, '127.0.0.1', silentLogger);
  endings.push(() => server.close());
  const ask = async (path: string, { method = 'GET', host = `127.0.0.1:${server.port}` } = {}) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, method, headers: { host } });
    sent.end();
    const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk;
    return { status: response.statusCode, headers: response.headers, body };
  };
  return { port: server.port, ask };
}

test('the page and all that it asks for come from the gateway itself, under headers that let nothing foreign in', async () => {
  const { ask } = await start();
  const page = await ask('/');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  const wanted = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((m) => m[1] as string);
  expect(wanted.filter((w) => /^(https?:)?\/\//.test(w))).toEqual([]);
  const script = await ask('/page.js');
  const fetched = [...script.body.matchAll(/(?:fetch\(|from )'(?:\.\/)?([^']+)'/g)].map((m) => m[1] as string);
  expect(fetched.sort()).toEqual(['quantities.json', 'status.json', 'words.js']);
  for (const path of [...wanted.filter((w) => !w.startsWith('data:')), ...fetched]) {
    const { status, headers, body } = await ask(`/${path}`);
    expect([path, status, body.length > 0]).toEqual([path, 200, true]);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  }
});

test('the JSON is the whole view', async () => {
  const { ask } = await start();
  const { headers, body } = await ask('/status.json?x=1');
  expect(headers['content-type']).toBe('application/json');
  expect(JSON.parse(body)).toEqual({
    ...VIEW,
    counts: { ...VIEW.counts, rejected: { FRAME_CHECKSUM: 3 }, ignored: { 'lorawan join': 4 } },
  });
});

test('the metrics are Prometheus text: a kind for each, every sample a number', async () => {
  const { ask } = await start();
  const { headers, body } = await ask('/metrics');
  expect(headers['content-type']).toBe('text/plain; version=0.0.4');
  const samples = new Map<string, number>();
  for (const line of body.split('\n').filter((l) => l !== '' && !l.startsWith('#'))) {
    const [, name, value] = /^([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) (\S+)$/.exec(
      line,
    ) as unknown as string[];
    expect(Number.isFinite(Number(value))).toBe(true);
    expect(body).toContain(`# TYPE ${(name as string).split('{')[0]} `);
    samples.set(name as string, Number(value));
  }
  expect(samples.get('karez_readings_accepted')).toBe(1_000_000);
  expect(samples.get('karez_frames_rejected{code="FRAME_CHECKSUM"}')).toBe(3);
  expect(samples.get('karez_device_age_seconds{device="soil-1"}')).toBe(3);
  expect(samples.has('karez_device_age_seconds{device="soil-2"}')).toBe(false);
  expect(samples.get('karez_device_timeouts{device="soil-2"}')).toBe(9);
  expect(samples.get('karez_device_rejected{device="soil-1"}')).toBe(3);
  expect(samples.get('karez_line_count{what="lost",line="udp 0.0.0.0:14550",system="1",component="1"}')).toBe(7);
  expect(samples.get('karez_link_up')).toBe(1);
});

test.each([
  ['evil.example', 403],
  ['127.0.0.1.evil.example', 403],
  ['192.168.1.5:8081', 403],
  ['localhost:8081', 200],
  ['[::1]:8081', 200],
  ['127.0.0.1', 200],
])('asked as %s it answers %d', async (host, status) => {
  const { ask } = await start();
  expect((await ask('/status.json', { host })).status).toBe(status);
});

test('other methods and paths are refused in words; HEAD has no body', async () => {
  const { ask } = await start();
  expect(await ask('/', { method: 'POST' })).toMatchObject({ status: 405, body: 'only GET' });
  const { status, body } = await ask('/../package.json');
  expect([status, body]).toEqual([404, expect.stringMatching(/there are \/ .*\/metrics/)]);
  expect((await ask('/__proto__')).status).toBe(404);
  const head = await ask('/', { method: 'HEAD' });
  expect([head.status, head.body, Number(head.headers['content-length']) > 100]).toEqual([200, '', true]);
});

test('a view that fails is an answer, not the end', async () => {
  let works = false;
  const { ask } = await start(() => {
    if (!works) throw new Error('inside');
    return VIEW;
  });
  const { status, body } = await ask('/status.json');
  expect([status, body]).toEqual([500, expect.not.stringMatching(/inside$/)]);
  works = true;
  expect((await ask('/status.json')).status).toBe(200);
});

test('a port that is taken is said with the key to change', async () => {
  const { port } = await start();
  await expect(startStatusServer(() => VIEW, port, '127.0.0.1', silentLogger)).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: `port ${port} on 127.0.0.1 is taken by another program; stop it or choose another under status.port`,
  });
});
