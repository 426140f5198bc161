/**
 * The HTTP API: farms, latest values, history, live events, gateways. Schemas come from the model and also make the
 * OpenAPI document at /docs. Until there are accounts it listens on loopback only, and answers only requests that name
 * loopback as their host, so that no foreign web page can read it through a browser (DNS rebinding).
 */
import { existsSync } from 'node:fs';
import compress from '@fastify/compress';
import staticFiles from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import * as model from '@karez/model';
import { type Clock, ERROR_CODES, KarezError, LIMITS, type Logger, quantityOf } from '@karez/model';
import Fastify, { type FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { LiveBus } from '../live/live.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store } from '../store/store.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { streamLive } from './sse.ts';

export interface ApiParts {
  clock: Clock;
  logger: Logger;
  registry: Registry;
  live: LiveBus;
  store: Store;
  vault: OpenVault;
  /** Folder of the built console. */
  consoleDir: string;
  version: string;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/;
const STATUS: Partial<Record<model.ErrorCode, number>> = {
  NOT_FOUND: 404,
  REQUEST_INVALID: 400,
  STORE_UNAVAILABLE: 503,
  BUSY: 503,
  NOT_AUTHORISED: 403,
};

const FarmParams = Type.Object({ farm: model.Id });
const GatewayParams = Type.Object({ farm: model.Id, gateway: model.Id });

/** Builds the server; the caller listens. */
export async function buildApi(parts: ApiParts): Promise<FastifyInstance> {
  const { registry, live, clock, store, vault } = parts;
  const app = Fastify({
    bodyLimit: LIMITS.requestBytes,
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false, allErrors: false } },
    forceCloseConnections: true,
  });
  // Schemas of answers are for the document; what is sent is built by code that the compiler has checked.
  app.setSerializerCompiler(() => JSON.stringify);
  app.addHook('onRequest', async (request, reply) => {
    if (!LOOPBACK.test(request.headers.host ?? ''))
      throw new KarezError('NOT_AUTHORISED', 'this server answers only to its loopback name', { where: 'host' });
    reply
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('x-frame-options', 'DENY');
  });
  app.setErrorHandler(
    (
      error: Error & {
        validation?: { instancePath: string; message?: string; params?: Record<string, unknown> }[];
        validationContext?: string;
        statusCode?: number;
      },
      _request,
      reply,
    ) => {
      const problem = error.validation?.[0];
      if (problem !== undefined) {
        const where = [
          error.validationContext,
          ...problem.instancePath.split('/').slice(1),
          problem.params?.missingProperty,
        ]
          .filter(Boolean)
          .join('.');
        return reply.code(400).send({ code: 'REQUEST_INVALID', message: `${where}: ${problem.message}`, where });
      }
      if (error instanceof KarezError) {
        return reply.code(STATUS[error.code] ?? 500).send({
          code: error.code,
          message: error.message,
          ...(error.where === undefined ? {} : { where: error.where }),
        });
      }
      if (error.statusCode !== undefined && error.statusCode < 500)
        return reply.code(error.statusCode).send({ code: 'REQUEST_INVALID', message: error.message });
      parts.logger.log('error', 'a request failed', { cause: error });
      return reply
        .code(500)
        .send({ code: 'STORE_UNAVAILABLE', message: 'something went wrong inside; the log has more' });
    },
  );
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ code: 'NOT_FOUND', message: `there is nothing at ${request.url}`, where: request.url }),
  );
  await app.register(compress, { global: true, threshold: 1024 });
  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Karez',
        description: `Farm telemetry that is not lost. Error codes: ${Object.keys(ERROR_CODES).join(', ')}.`,
        version: parts.version,
      },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });

  const farmOf = (id: string): model.FarmDetail => {
    const farm = registry.farm(id);
    if (farm === undefined) throw new KarezError('NOT_FOUND', `there is no farm "${id}"`, { where: 'farm' });
    return farm;
  };
  const errors = { 400: model.ApiError, 404: model.ApiError, 503: model.ApiError };

  await app.register(
    async (routes) => {
      routes.get(
        '/farms',
        { schema: { summary: 'Farms', response: { 200: Type.Array(model.FarmSummary) } } },
        async () => registry.farms(),
      );

      routes.get<{ Params: { farm: string } }>(
        '/farms/:farm',
        {
          schema: {
            summary: 'A farm: fields, devices, channels',
            params: FarmParams,
            response: { 200: model.FarmDetail, ...errors },
          },
        },
        async (request) => farmOf(request.params.farm),
      );

      routes.get<{ Params: { farm: string } }>(
        '/farms/:farm/latest',
        {
          schema: {
            summary: 'Newest value of each channel, by sampling time',
            params: FarmParams,
            response: { 200: model.Latest, ...errors },
          },
        },
        async (request) => {
          farmOf(request.params.farm);
          return { nowMs: clock.wallMs(), values: Object.fromEntries(live.latest(request.params.farm)) };
        },
      );

      routes.get<{
        Params: { farm: string };
        Querystring: { channel: string | string[]; from: number; to: number; points: number };
      }>(
        '/farms/:farm/history',
        {
          schema: {
            summary: 'Readings of channels between two times, summed up to a number of points',
            params: FarmParams,
            querystring: HistoryQuery,
            response: { 200: model.History, ...errors },
          },
        },
        async ({ params: { farm }, query: { channel, from, to, points } }) => {
          if (to <= from)
            throw new KarezError('REQUEST_INVALID', `querystring.to: must be later than from (${from})`, {
              where: 'querystring.to',
            });
          const ids = [channel].flat();
          const requests = ids.map((id) => {
            const found = registry.channelOf(farm, id);
            if (found === undefined)
              throw new KarezError('NOT_FOUND', `there is no channel "${id}"`, { where: 'querystring.channel' });
            const aggregate = quantityOf(found.quantity)?.aggregate ?? 'mean';
            return { channel: found, id, aggregate, fromMs: from, toMs: to, points };
          });
          return {
            nowMs: clock.wallMs(),
            series: await Promise.all(requests.map((request) => store.history(request))),
          };
        },
      );

      routes.get<{ Params: { farm: string } }>(
        '/farms/:farm/live',
        {
          schema: {
            summary: 'Live values as server-sent events: hello, readings, farm, gateway',
            params: FarmParams,
            produces: ['text/event-stream'],
          },
        },
        async (request, reply) => {
          farmOf(request.params.farm);
          if (live.listeners >= LIMITS.liveClients)
            throw new KarezError('BUSY', `${LIMITS.liveClients} pages are live already; try again later`);
          reply.hijack();
          streamLive(request.params.farm, live, clock, reply.raw);
        },
      );

      routes.get(
        '/gateways',
        {
          schema: {
            summary: 'Gateways: state, and the proof that nothing is missing',
            response: { 200: Type.Array(model.ApiGateway), 503: model.ApiError },
          },
        },
        async () => {
          const ledger = await vault.ledger();
          return registry.gateways().map(({ farm, gateway, title }) => ({
            ...{ farm, gateway, title, ...registry.state(farm, gateway) },
            ledger: ledger
              .filter((l) => l.farm === farm && l.gateway === gateway)
              .map(({ epoch, ranges, stored, quarantined }) => ({ epoch, ranges, stored, quarantined })),
          }));
        },
      );

      routes.get<{ Params: { farm: string; gateway: string } }>(
        '/gateways/:farm/:gateway/quarantine',
        { schema: { summary: 'What was refused of a gateway, newest first', params: GatewayParams } },
        async ({ params: { farm, gateway } }) => vault.quarantined(farm, gateway),
      );
    },
    { prefix: '/api/v1' },
  );

  app.get(
    '/healthz',
    { schema: { summary: 'Whether the cloud is up', response: { 200: Type.Object({ ok: Type.Boolean() }) } } },
    async () => ({ ok: true }),
  );
  await serveConsole(app, parts.consoleDir);
  return app;
}

/** Fastify reads a query's single value as a list of one, so the union of the model is not needed here. */
const HistoryQuery = Type.Object(
  {
    channel: Type.Array(Type.String(), {
      minItems: 1,
      maxItems: LIMITS.historyChannels,
      description: 'Channel ids, gateway/device/quantity[@place].',
    }),
    from: Type.Integer({ description: 'UTC milliseconds.' }),
    to: Type.Integer({ description: 'UTC milliseconds, excluded.' }),
    points: Type.Integer({ minimum: 2, maximum: LIMITS.historyPoints, default: 600 }),
  },
  { additionalProperties: false },
);

async function serveConsole(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(folder)) {
    app.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply
        .type('text/html')
        .send(
          '<!doctype html><title>Karez</title><p>The console is not built yet: <code>npm run build</code>. The API is at <a href="/docs">/docs</a>.',
        ),
    );
    return;
  }
  await app.register(staticFiles, {
    root: folder,
    setHeaders(response, path) {
      response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      response.header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
      );
    },
  });
}
