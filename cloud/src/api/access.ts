/**
 * Who may ask what. Every route under /api says what it needs; one that does not say is a mistake that keeps the server from
 * starting. A session comes as a cookie that scripts cannot read and other sites cannot send; what changes something
 * has to bring the session's second secret in a header as well (OWASP CSRF Prevention Cheat Sheet, synchronizer token).
 */
import cookie from '@fastify/cookie';
import { LIMITS, problem, type Right } from '@karez/model';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Asker, allowed, type People } from '../people/people.ts';

/** `open` is for everybody, `login` for whoever has logged in; a right is asked for in the farm of the path. */
export type Needs = Right | 'open' | 'login';

declare module 'fastify' {
  interface FastifyContextConfig {
    needs?: Needs;
  }
  interface FastifyRequest {
    asker: Asker | undefined;
  }
}

export interface AccessOptions {
  people: People;
  /** Address under which people reach the server, where it is not loopback: https://farm.example. */
  publicUrl?: string;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/;
const DAY_S = 86_400;
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** Name and settings of the session's cookie. */
export function sessionCookie(publicUrl: string | undefined) {
  const secure = publicUrl?.startsWith('https:') ?? false;
  return {
    name: secure ? '__Host-karez' : 'karez',
    settings: { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: LIMITS.sessionDays * DAY_S } as const,
  };
}

/** Registers the checks on `app`; routes added afterwards are checked. */
export async function addAccess(app: FastifyInstance, { people, publicUrl }: AccessOptions): Promise<void> {
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  const { name } = sessionCookie(publicUrl);
  await app.register(cookie);
  app.decorateRequest('asker', undefined);
  app.addHook('onRoute', ({ url, config, method, schema }) => {
    if (url.startsWith('/api/') && config?.needs === undefined && method !== 'HEAD' && method !== 'OPTIONS')
      throw new Error(`the route ${method} ${url} does not say what it needs`);
    // What the document leaves out, access.test.ts would not try.
    if (url.startsWith('/api/') && (schema as { hide?: boolean } | undefined)?.hide)
      throw new Error(`the route ${method} ${url} hides from the document`);
  });
  app.addHook('onRequest', async (request) => {
    checkHost(request, publicHost);
    request.asker = await askerOf(request, people, name);
    const { needs = 'open' } = request.routeOptions.config;
    if (needs !== 'open') checkNeeds(request, needs);
    if (request.asker?.csrf && !SAFE.includes(request.method) && request.headers['x-csrf'] !== request.asker.csrf)
      throw problem('csrf-needed', {}, 'x-csrf');
  });
}

/** A foreign page that has its own name lead here (DNS rebinding) is not answered, and no form of a foreign page. */
function checkHost({ headers, method }: FastifyRequest, publicHost: string | undefined): void {
  const host = headers.host ?? '';
  if (host !== publicHost && !LOOPBACK.test(host)) {
    const names = publicHost === undefined ? 'its loopback name' : `its loopback name or ${publicHost}`;
    throw problem('host-foreign', { names }, 'host');
  }
  const { origin } = headers;
  if (origin === undefined || SAFE.includes(method)) return;
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw problem('origin-foreign', {}, 'origin');
}

async function askerOf({ headers, cookies }: FastifyRequest, people: People, name: string): Promise<Asker | undefined> {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    const asker = await people.askerOfToken(bearer);
    if (asker === undefined) throw problem('token-over', {}, 'authorization');
    return asker;
  }
  const secret = cookies[name];
  return secret === undefined ? undefined : await people.askerOfSession(secret);
}

function checkNeeds({ asker, params }: FastifyRequest, needs: Exclude<Needs, 'open'>): void {
  if (asker === undefined) throw problem('login-needed', {}, 'cookie');
  if (needs === 'login') return;
  const { farm } = (params ?? {}) as { farm?: string };
  if (farm === undefined) {
    if (!allowed(asker, needs, '*')) throw problem('right-needed-everywhere', { right: needs });
    return;
  }
  // Whoever may not see a farm is not told whether it exists.
  if (!allowed(asker, 'view', farm) && !allowed(asker, needs, farm))
    throw problem('farm-unknown', { farm }, 'params.farm');
  if (!allowed(asker, needs, farm)) throw problem('right-needed', { right: needs }, 'params.farm');
}

/** Who asks, where the route needs somebody. */
export function askerIn({ asker }: FastifyRequest): Asker {
  if (asker === undefined) throw new Error('a route that needs nobody asks who asks');
  return asker;
}
