/**
 * The gateway's own page, JSON and metrics, on loopback. Plain node:http: a handful of fixed answers need no framework, and
 * the gateway's memory is scarce (docs/decisions/0004).
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { type Logger, QUANTITIES, STATES } from '@karez/model';
import { listen } from '../listen.ts';
import type { GatewayView } from './view.ts';

/** Names that only this machine has: a foreign page cannot reach us through a name of its own (DNS rebinding). */
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/;
const SECURITY = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export interface StatusServer {
  port: number;
  close(): Promise<void>;
}

/** The page has no other way to the words for states. */
const WITH_STATES = Object.fromEntries(
  Object.entries(QUANTITIES).map(([id, quantity]) => [id, { ...quantity, states: STATES[id as keyof typeof STATES] }]),
);

/** Not by `import`: that reads every property of the module, and `WebSocket` is one that loads a whole HTTP client, 17 MB. */
const { createServer } = process.getBuiltinModule('node:http');

type Answer = [type: string, body: string];
const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const JSON_TYPE = 'application/json';

/** Serves `view` (told whether it is for the page, where somebody looks) on `host:port`. Throws PORT_TAKEN in words. */
export async function startStatusServer(
  view: (isPage?: boolean) => GatewayView,
  port: number,
  host: string,
  logger: Logger,
): Promise<StatusServer> {
  const routes: Record<string, () => Answer | Promise<Answer>> = {
    '/': () => pageFile('page.html', HTML),
    '/page.css': () => pageFile('page.css', 'text/css; charset=utf-8'),
    '/page.js': () => pageFile('page.js', SCRIPT),
    '/words.js': () => pageFile('words.js', SCRIPT),
    '/quantities.json': () => [JSON_TYPE, JSON.stringify(WITH_STATES)],
    '/status.json': () => [JSON_TYPE, JSON.stringify(view(true), plain)],
    // For programs that look all the time: nobody waits for what they see, so that commits keep their pace.
    '/values.json': () => [JSON_TYPE, JSON.stringify(view(), plain)],
    // Loaded when first asked for: most gateways are never scraped.
    '/metrics': async () => ['text/plain; version=0.0.4', await (await import('./metrics.ts')).metricsText(view())],
    '/healthz': () => [JSON_TYPE, '{"ok":true}'],
  };

  /** Status, type and body for a request. */
  async function answer({ method, url = '/', headers }: IncomingMessage): Promise<[status: number, ...Answer]> {
    if (!LOOPBACK.test(headers.host ?? '')) return [403, 'text/plain', 'this page answers only to its loopback name'];
    if (method !== 'GET' && method !== 'HEAD') return [405, 'text/plain', 'only GET'];
    const path = url.split('?')[0] as string;
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return [404, 'text/plain', `nothing there; there are ${Object.keys(routes).join(' ')}`];
    return [200, ...(await route())];
  }

  const server = createServer((request, response) => {
    answer(request)
      .catch((error): [number, ...Answer] => {
        logger.log('error', 'the local page failed', { cause: error });
        return [500, 'text/plain', 'something went wrong inside; the log has more'];
      })
      .then(([status, type, body]) => {
        const length = Buffer.byteLength(body);
        response.writeHead(status, { ...SECURITY, 'content-type': type, 'content-length': length });
        response.end(request.method === 'HEAD' ? undefined : body);
      });
  });
  const taken = await listen(server, port, host, 'status.port');
  return {
    port: taken,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function pageFile(name: string, type: string): Promise<Answer> {
  return [type, await readFile(new URL(`page/${name}`, import.meta.url), 'utf8')];
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
