/** The routes of people: session, welcome, one's own settings and tokens, and who is on a farm. */
import type { Role } from '@karez/model';
import * as model from '@karez/model/schemas';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { People } from '../people/people.ts';
import { askerIn, sessionCookie } from './access.ts';

const Farm = Type.Object({ farm: model.Id });
const Done = Type.Object({ ok: Type.Boolean() });
const Link = Type.Object({ code: Type.String({ description: 'Shown once; the console makes a link of it.' }) });
const done = { ok: true };

export function addPeopleRoutes(routes: FastifyInstance, people: People, publicUrl: string | undefined): void {
  const { name, settings } = sessionCookie(publicUrl);
  const errors = {
    400: model.ApiError,
    401: model.ApiError,
    403: model.ApiError,
    404: model.ApiError,
    409: model.ApiError,
  };
  const sessionOf = async ({ asker }: FastifyRequest): Promise<model.Session> => ({
    person: asker?.person ?? null,
    roles: asker?.roles ?? {},
    csrf: asker?.csrf ?? null,
    isEmpty: await people.isEmpty(),
  });
  const enter = async (request: FastifyRequest, reply: FastifyReply, secret: string) => {
    reply.setCookie(name, secret, settings);
    request.asker = await people.askerOfSession(secret);
    return sessionOf(request);
  };
  const route = (summary: string, rest: object = {}) => ({
    summary,
    tags: ['people'],
    ...rest,
    response: { 200: Done, ...errors },
  });

  routes.get(
    '/session',
    { config: { needs: 'open' }, schema: { ...route('Who asks'), response: { 200: model.Session } } },
    (request) => sessionOf(request),
  );
  routes.post<{ Body: { login: string; password: string } }>(
    '/session',
    {
      config: { needs: 'open' },
      schema: {
        ...route('Log in', { body: model.LoginRequest }),
        response: { 200: model.Session, ...errors, 429: model.ApiError },
      },
    },
    async (request, reply) =>
      enter(request, reply, await people.login(request.body.login, request.body.password, request.ip)),
  );
  routes.post<{ Body: model.WelcomeRequest }>(
    '/welcome',
    {
      config: { needs: 'open' },
      schema: {
        ...route('Use a one-time link', { body: model.WelcomeRequest }),
        response: { 200: model.Session, ...errors },
      },
    },
    async (request, reply) => enter(request, reply, await people.welcome(request.body, request.ip)),
  );
  routes.delete('/session', { config: { needs: 'login' }, schema: route('Log out') }, async (request, reply) => {
    const secret = request.cookies[name];
    if (secret !== undefined) await people.logout(secret, askerIn(request).who, request.ip);
    reply.clearCookie(name, settings);
    return done;
  });

  routes.patch<{ Body: model.MeRequest }>(
    '/me',
    { config: { needs: 'login' }, schema: route("Change one's name, language or password", { body: model.MeRequest }) },
    async (request) => {
      await people.setMe(askerIn(request), request.body, request.ip);
      return done;
    },
  );
  routes.get(
    '/me/tokens',
    {
      config: { needs: 'login' },
      schema: { ...route("One's own tokens"), response: { 200: Type.Array(model.TokenInfo), ...errors } },
    },
    (request) => people.tokens(askerIn(request)),
  );
  routes.post<{ Body: model.TokenRequest }>(
    '/me/tokens',
    {
      config: { needs: 'login' },
      schema: {
        ...route('Make a token for a program; it is shown once', { body: model.TokenRequest }),
        response: { 200: Type.Object({ token: Type.String() }), ...errors },
      },
    },
    async (request) => ({ token: await people.addToken(askerIn(request), request.body, request.ip) }),
  );
  routes.delete<{ Params: { token: number } }>(
    '/me/tokens/:token',
    { config: { needs: 'login' }, schema: route('End a token', { params: Type.Object({ token: Type.Integer() }) }) },
    async (request) => {
      await people.removeToken(askerIn(request), request.params.token, request.ip);
      return done;
    },
  );

  routes.get<{ Params: { farm: string } }>(
    '/farms/:farm/people',
    {
      config: { needs: 'people' },
      schema: {
        ...route('Who is on a farm', { params: Farm }),
        response: { 200: Type.Array(model.Member), ...errors },
      },
    },
    (request) => people.members(request.params.farm),
  );
  routes.put<{ Params: { farm: string; person: number }; Body: { role: Role | null } }>(
    '/farms/:farm/people/:person',
    {
      config: { needs: 'people' },
      schema: route("Change somebody's role; null takes it", {
        params: Type.Object({ farm: model.Id, person: Type.Integer() }),
        body: Type.Object({ role: Type.Union([model.RoleName, Type.Null()]) }, { additionalProperties: false }),
      }),
    },
    async (request) => {
      const { params, body, ip } = request;
      await people.setRole(askerIn(request), params.farm, params.person, body.role, ip);
      return done;
    },
  );
  routes.get<{ Params: { farm: string } }>(
    '/farms/:farm/invites',
    {
      config: { needs: 'people' },
      schema: {
        ...route('Open invitations', { params: Farm }),
        response: { 200: Type.Array(model.Invite), ...errors },
      },
    },
    (request) => people.invites(request.params.farm),
  );
  routes.post<{ Params: { farm: string }; Body: model.InviteRequest }>(
    '/farms/:farm/invites',
    {
      config: { needs: 'people' },
      schema: {
        ...route('Invite somebody', { params: Farm, body: model.InviteRequest }),
        response: { 200: Link, ...errors },
      },
    },
    async (request) => ({ code: await people.invite(askerIn(request), request.params.farm, request.body, request.ip) }),
  );
  routes.delete<{ Params: { farm: string; invite: number } }>(
    '/farms/:farm/invites/:invite',
    {
      config: { needs: 'people' },
      schema: route('Take an invitation back', { params: Type.Object({ farm: model.Id, invite: Type.Integer() }) }),
    },
    async (request) => {
      await people.removeInvite(askerIn(request), request.params.farm, request.params.invite, request.ip);
      return done;
    },
  );
  routes.get<{ Params: { farm: string }; Querystring: { before?: number } }>(
    '/farms/:farm/audit',
    {
      config: { needs: 'people' },
      schema: {
        ...route('What was done, newest first', {
          params: Farm,
          querystring: Type.Object(
            { before: Type.Optional(Type.Integer({ minimum: 1 })) },
            { additionalProperties: false },
          ),
        }),
        response: { 200: Type.Array(model.AuditEntry), ...errors },
      },
    },
    (request) => people.audited(request.params.farm, request.query.before),
  );
}

/** What a status code is for each refusal. */
export const PEOPLE_STATUS = { LOGIN_NEEDED: 401, LOGIN_REFUSED: 401, TOO_MANY_TRIES: 429, CONFLICT: 409 } as const;
