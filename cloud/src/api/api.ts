/**
 * The HTTP API: farms, latest values, history, live events, gateways. Schemas come from the model and also make the
 * OpenAPI document at /docs. Who may ask what is checked in access.ts.
 */
import { existsSync } from 'node:fs';
import type { Server } from 'node:https';
import compress from '@fastify/compress';
import staticFiles from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import {
  type ApiError,
  type Clock,
  ERROR_CODES,
  type ErrorCode,
  fieldProblem,
  KarezError,
  LIMITS,
  type Logger,
  problem,
} from '@karez/model';
import Fastify, { type FastifyHttpsOptions, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import Type from 'typebox';
import type { AlertDesk } from '../alerts/alert-desk.ts';
import type { OpenAlertsDb } from '../alerts/open-alerts-db.ts';
import type { CommandDesk } from '../commands/command-desk.ts';
import type { Outbox } from '../notify/outbox.ts';
import type { Registry } from '../registry/registry.ts';
import type { RuleDesk } from '../rules/rule-desk.ts';
import type { Store } from '../store/store.ts';
import type { TlsFiles } from '../tls.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { type AccessOptions, addAccess } from './access.ts';
import { addAlertRoutes } from './alert-routes.ts';
import { addCommandRoutes } from './command-routes.ts';
import { addContactRoutes } from './contact-routes.ts';
import { type MetricsParts, metricsText } from './metrics.ts';
import { addPeopleRoutes, PEOPLE_STATUS } from './people-routes.ts';
import { addRoutes } from './routes.ts';
import { addRuleRoutes } from './rule-routes.ts';

export interface ApiParts extends MetricsParts, AccessOptions {
  clock: Clock;
  logger: Logger;
  registry: Registry;
  store: Store;
  vault: OpenVault;
  outbox: Outbox;
  rules: RuleDesk;
  alerts: AlertDesk;
  alertsDb: OpenAlertsDb;
  commands: CommandDesk;
  /** Folder of the built console. */
  consoleDir: string;
  version: string;
  /** With these it speaks TLS. */
  tls?: TlsFiles;
}

/** Time that a request may take to arrive. */
const REQUEST_MS = 30_000;
const STATUS: Partial<Record<ErrorCode, number>> = {
  NOT_FOUND: 404,
  REQUEST_INVALID: 400,
  STORE_UNAVAILABLE: 503,
  BUSY: 503,
  NOT_AUTHORISED: 403,
  ...PEOPLE_STATUS,
};

/** Builds the server; the caller listens. */
export async function buildApi(parts: ApiParts): Promise<FastifyInstance> {
  const options: FastifyServerOptions = {
    bodyLimit: LIMITS.requestBytes,
    // A proxy that speaks TLS runs on the same machine; nobody else is believed about addresses.
    trustProxy: 'loopback',
    requestTimeout: REQUEST_MS,
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false, allErrors: false } },
    forceCloseConnections: true,
  };
  const app = openServer(options, parts.tls);
  app.server.maxConnections = LIMITS.httpConnections;
  // Schemas of answers are for the document; what is sent is built by code that the compiler has checked.
  app.setSerializerCompiler(() => JSON.stringify);
  app.addHook('onRequest', async (_request, reply) => {
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
      const invalid = error.validation?.[0];
      if (invalid !== undefined) {
        const where = [
          error.validationContext,
          ...invalid.instancePath.split('/').slice(1),
          invalid.params?.missingProperty ?? invalid.params?.additionalProperty,
        ]
          .filter(Boolean)
          .join('.');
        return reply.code(400).send(shownError(formProblem(invalid, where)));
      }
      if (error instanceof KarezError) return reply.code(STATUS[error.code] ?? 500).send(shownError(error));
      if (error.statusCode !== undefined && error.statusCode < 500)
        return reply.code(error.statusCode).send({ code: 'REQUEST_INVALID', message: error.message });
      parts.logger.log('error', 'a request failed', { cause: error });
      return reply
        .code(500)
        .send({ code: 'STORE_UNAVAILABLE', message: 'something went wrong inside; the log has more' });
    },
  );
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(shownError(problem('nothing-there', { path: request.url }, request.url))),
  );
  await addAccess(app, parts);
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

  await app.register(
    async (routes) => {
      addRoutes(routes, parts);
      addPeopleRoutes(routes, parts.people, parts.publicUrl);
      addContactRoutes(routes, parts.outbox, parts.people);
      addRuleRoutes(routes, parts);
      addAlertRoutes(routes, parts);
      addCommandRoutes(routes, parts);
    },
    { prefix: '/api/v1' },
  );
  app.get('/metrics', { config: { needs: 'metrics' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metricsText(parts)),
  );
  app.get(
    '/healthz',
    { schema: { summary: 'Whether the cloud is up', response: { 200: Type.Object({ ok: Type.Boolean() }) } } },
    async () => ({ ok: true }),
  );
  await serveConsole(app, parts.consoleDir);
  return app;
}

/** An error as the API says it. */
function shownError({ code, message, where, problem }: KarezError): ApiError {
  return {
    ...{ code, message },
    ...(where === undefined ? {} : { where }),
    ...(problem === undefined ? {} : { problem: problem.id, params: { ...problem.params } }),
  };
}

/** What a schema found first. */
function formProblem({ message = '', params }: { message?: string; params?: Record<string, unknown> }, where: string) {
  if (params?.additionalProperty !== undefined) return fieldProblem('field-unknown', where);
  if (params?.missingProperty !== undefined) return fieldProblem('field-missing', where);
  return fieldProblem('field-wrong', where, { expected: message });
}

/** Over TLS it is the same server to everybody who uses it. */
function openServer(options: FastifyServerOptions, tls: TlsFiles | undefined): FastifyInstance {
  if (tls === undefined) return Fastify(options);
  const https = { ...tls, minVersion: 'TLSv1.2' as const };
  return Fastify({ ...(options as FastifyHttpsOptions<Server>), https }) as unknown as FastifyInstance;
}

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
