/** Actuators and commands: how things are, asking for a command, stopping everything. */
import { KarezError, LIMITS } from '@karez/model';
import * as model from '@karez/model/schemas';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Commander } from '../commands/command-desk.ts';
import { askerIn } from './access.ts';
import { actorOf } from './actor.ts';
import type { ApiParts } from './api.ts';

const FarmParams = Type.Object({ farm: model.Id });
const CommandParams = Type.Object({ farm: model.Id, command: Type.String({ maxLength: 64 }) });
const errors = {
  ...{ 400: model.ApiError, 401: model.ApiError, 403: model.ApiError, 404: model.ApiError, 409: model.ApiError },
  503: model.ApiError,
};
const tags = ['commands'];

const CommandQuery = Type.Object(
  {
    before: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Only numbers below: the last one of the answer before.' }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: LIMITS.commandsPerAnswer, default: 50 }),
    gateway: Type.Optional(model.Id),
    actuator: Type.Optional(model.Id),
  },
  { additionalProperties: false },
);
type CommandQuery = Static<typeof CommandQuery>;

export function addCommandRoutes(routes: FastifyInstance, { registry, commands, clock }: ApiParts): void {
  const checkFarm = (farm: string): void => {
    if (registry.farm(farm) === undefined)
      throw new KarezError('NOT_FOUND', `there is no farm "${farm}"`, { where: 'params.farm' });
  };

  routes.get<{ Params: { farm: string } }>(
    '/farms/:farm/actuators',
    {
      config: { needs: 'view' },
      schema: {
        ...{ summary: 'Actuators: how each is, and its newest command', tags, params: FarmParams },
        response: { 200: model.ApiActuators, ...errors },
      },
    },
    async ({ params: { farm } }) => {
      checkFarm(farm);
      return {
        ...{ nowMs: Math.round(clock.wallMs()), stopped: commands.stopped(farm) },
        actuators: await commands.actuators(farm),
      };
    },
  );

  routes.get<{ Params: { farm: string }; Querystring: CommandQuery }>(
    '/farms/:farm/commands',
    {
      config: { needs: 'view' },
      schema: {
        ...{ summary: 'Commands, newest first', tags, params: FarmParams, querystring: CommandQuery },
        response: { 200: model.ApiCommands, ...errors },
      },
    },
    async ({ params: { farm }, query: { before, limit, gateway, actuator } }) => {
      checkFarm(farm);
      const found = await commands.page(farm, {
        ...{ before: before ?? Number.MAX_SAFE_INTEGER, limit: limit + 1 },
        ...{ gateway: gateway ?? null, actuator: actuator ?? null },
      });
      return { nowMs: Math.round(clock.wallMs()), commands: found.slice(0, limit), more: found.length > limit };
    },
  );

  routes.get<{ Params: { farm: string; command: string } }>(
    '/farms/:farm/commands/:command',
    {
      config: { needs: 'view' },
      schema: {
        ...{ summary: 'One command with its steps, by its id', tags, params: CommandParams },
        response: { 200: model.ApiCommand, ...errors },
      },
    },
    async ({ params: { farm, command } }) => commands.one(farm, command),
  );

  routes.post<{ Params: { farm: string }; Body: model.CommandRequest }>(
    '/farms/:farm/commands',
    {
      config: { needs: 'command' },
      schema: {
        ...{
          summary: 'Ask for a command; the same id again is answered by what became of it',
          tags,
          params: FarmParams,
        },
        ...{ body: model.CommandRequest, response: { 200: model.ApiCommand, ...errors } },
      },
    },
    async (request) => {
      checkFarm(request.params.farm);
      return commands.ask(request.params.farm, request.body, commanderOf(request));
    },
  );

  routes.post<{ Params: { farm: string }; Body: model.StopRequest }>(
    '/farms/:farm/stop',
    {
      config: { needs: 'acknowledge' },
      schema: {
        ...{ summary: 'Everything into its safe state; no command is taken until it is released', tags },
        ...{ params: FarmParams, body: model.StopRequest },
        response: { 200: Type.Object({ stopped: Type.Union([model.FarmStop, Type.Null()]) }), ...errors },
      },
    },
    async (request) => {
      checkFarm(request.params.farm);
      const stopped = await commands.setStop(
        ...([request.params.farm, true, request.body.note ?? null, commanderOf(request)] as const),
      );
      return { stopped };
    },
  );

  routes.delete<{ Params: { farm: string } }>(
    '/farms/:farm/stop',
    {
      config: { needs: 'command' },
      schema: {
        ...{ summary: 'Take commands again; nothing is switched by it', tags, params: FarmParams },
        response: { 200: Type.Object({ stopped: Type.Union([model.FarmStop, Type.Null()]) }), ...errors },
      },
    },
    async (request) => {
      checkFarm(request.params.farm);
      return { stopped: await commands.setStop(request.params.farm, false, null, commanderOf(request)) };
    },
  );
}

const commanderOf = (request: FastifyRequest): Commander => ({
  ...{ actor: actorOf(request), who: askerIn(request).who, address: request.ip },
});
