/**
 * The gateway's own page, JSON and metrics, on loopback. Plain node:http: four fixed answers need no framework, and the
 * gateway's memory is scarce (docs/decisions/0004).
 */
import { createServer } from 'node:http';
import { KarezError, type Logger } from '@karez/model';
import { metricsText } from './metrics.ts';
import { PAGE } from './page.ts';
import type { GatewayView } from './view.ts';

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/;
const SECURITY = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export interface StatusServer {
  port: number;
  close(): Promise<void>;
}

/** Serves `view` on `host:port`. Throws PORT_TAKEN in words. */
export async function startStatusServer(
  view: () => GatewayView,
  port: number,
  host: string,
  logger: Logger,
): Promise<StatusServer> {
  const routes: Record<string, () => Promise<[type: string, body: string]>> = {
    '/': async () => ['text/html; charset=utf-8', PAGE],
    '/status.json': async () => [
      'application/json',
      JSON.stringify(view(), (_key, value) => (value instanceof Map ? Object.fromEntries(value) : value)),
    ],
    '/metrics': async () => ['text/plain; version=0.0.4', await metricsText(view())],
    '/healthz': async () => ['application/json', '{"ok":true}'],
  };
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { ...SECURITY, 'content-type': type }).end(body);
    const path = (request.url ?? '/').split('?')[0] as string;
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!LOOPBACK.test(request.headers.host ?? ''))
      answer(403, 'text/plain', 'this page answers only to its loopback name');
    else if (request.method !== 'GET') answer(405, 'text/plain', 'only GET');
    else if (route === undefined)
      answer(404, 'text/plain', `nothing at ${path}; there are ${Object.keys(routes).join(' ')}`);
    else {
      route().then(
        ([type, body]) => answer(200, type, body),
        (error) => {
          logger.log('error', 'the local page failed', { cause: error });
          answer(500, 'text/plain', 'something went wrong inside; the log has more');
        },
      );
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = `port ${port} on ${host} is taken by another program; stop it or choose another under status.port`;
      reject(
        cause.code === 'EADDRINUSE' ? new KarezError('PORT_TAKEN', taken, { cause, where: 'status.port' }) : cause,
      );
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
