/** The routes under /api/v1. Schemas come from the model. */

import type { ServerResponse } from 'node:http';
import { fieldProblem, LIMITS, problem, quantityOf, toRows } from '@karez/model';
import * as model from '@karez/model/schemas';
import { decodeBatch } from '@karez/model/wire';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { allowed } from '../people/people.ts';
import { sightOf } from '../registry/sight.ts';
import { Turns } from '../turns.ts';
import { askerIn } from './access.ts';
import type { ApiParts } from './api.ts';
import { streamLive } from './sse.ts';

const FarmParams = Type.Object({ farm: model.Id });
const GatewayParams = Type.Object({ farm: model.Id, gateway: model.Id });
const EntryParams = Type.Object({ farm: model.Id, gateway: model.Id, entry: Type.Integer({ minimum: 1 }) });
/** The year 2100: beyond, databases disagree on what a time is. */
const LATEST_MS = 4_102_444_800_000;

/** Fastify reads a query's single value as a list of one, so the union of the model is not needed here. */
const HistoryQuery = Type.Object(
  {
    channel: Type.Array(Type.String(), {
      minItems: 1,
      maxItems: LIMITS.historyChannels,
      description: 'Channel ids, gateway/device/quantity[@place].',
    }),
    from: Type.Integer({ minimum: 0, maximum: LATEST_MS, description: 'UTC milliseconds.' }),
    to: Type.Integer({ minimum: 0, maximum: LATEST_MS, description: 'UTC milliseconds, excluded.' }),
    points: Type.Integer({ minimum: 2, maximum: LIMITS.historyPoints, default: 600 }),
  },
  { additionalProperties: false },
);

interface HistoryQuery {
  channel: string[];
  from: number;
  to: number;
  points: number;
}

export function addRoutes(routes: FastifyInstance, { registry, live, clock, store, vault, people }: ApiParts): void {
  const errors = { 400: model.ApiError, 404: model.ApiError, 503: model.ApiError };
  const sight = sightOf(registry, vault, clock);
  const histories = new Turns(LIMITS.historyRequests, LIMITS.historyWaiting);
  const farmOf = (id: string): model.FarmDetail => {
    const farm = registry.farm(id);
    if (farm === undefined) throw problem('farm-unknown', { farm: id }, 'params.farm');
    return farm;
  };
  const checkGateway = (farm: string, gateway: string): void => {
    if (!registry.gateways().some((g) => g.farm === farm && g.gateway === gateway))
      throw problem('gateway-unknown', { gateway: `${farm}/${gateway}` }, 'params.gateway');
  };

  /** A live page is cut when who may what changes: it comes back and is asked again who it is. */
  const endWhenNotAllowed = (response: ServerResponse): void => {
    const stop = people.onChange(() => response.destroy());
    response.on('close', stop);
  };

  routes.get(
    '/farms',
    { config: { needs: 'login' }, schema: { summary: 'Farms', response: { 200: Type.Array(model.FarmSummary) } } },
    async (request) => registry.farms().filter(({ id }) => allowed(askerIn(request), 'view', id)),
  );

  routes.get<{ Params: { farm: string } }>(
    '/farms/:farm',
    {
      config: { needs: 'view' },
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
      config: { needs: 'view' },
      schema: {
        summary: 'Newest value of each channel, by sampling time',
        params: FarmParams,
        response: { 200: model.Latest, ...errors },
      },
    },
    async (request) => {
      farmOf(request.params.farm);
      live.asked(request.params.farm, clock.wallMs());
      return { nowMs: clock.wallMs(), values: live.latest(request.params.farm) };
    },
  );

  routes.get<{ Params: { farm: string }; Querystring: HistoryQuery }>(
    '/farms/:farm/history',
    {
      config: { needs: 'view' },
      schema: {
        summary: 'Readings of channels between two times, summed up to a number of points',
        params: FarmParams,
        querystring: HistoryQuery,
        response: { 200: model.History, ...errors },
      },
    },
    async ({ params: { farm }, query: { channel, from, to, points } }) => {
      farmOf(farm);
      if (to <= from) throw fieldProblem('field-later', 'querystring.to', { from });
      const requests = channel.map((id) => {
        const found = registry.channelOf(farm, id);
        if (found === undefined) throw problem('channel-unknown', { channel: id }, 'querystring.channel');
        const aggregate = quantityOf(found.quantity)?.aggregate ?? 'mean';
        return { channel: found, id, aggregate, fromMs: from, toMs: to, points, most: LIMITS.historyReadings };
      });
      return await histories.take(async () => {
        const series = await store.histories(requests);
        return { nowMs: clock.wallMs(), series };
      });
    },
  );

  routes.get<{ Params: { farm: string } }>(
    '/farms/:farm/live',
    {
      config: { needs: 'view' },
      schema: {
        summary: 'Live values as server-sent events: hello, readings, late, farm, gateway',
        params: FarmParams,
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      farmOf(request.params.farm);
      if (live.listeners >= LIMITS.liveClients) throw problem('busy-live', { most: LIMITS.liveClients });
      reply.hijack();
      streamLive(request.params.farm, live, clock, reply.raw);
      endWhenNotAllowed(reply.raw);
    },
  );

  routes.get(
    '/gateways',
    {
      config: { needs: 'login' },
      schema: {
        summary: 'Gateways: state, and the proof that nothing is missing',
        response: { 200: Type.Array(model.ApiGateway), 503: model.ApiError },
      },
    },
    async (request) => (await sight()).filter(({ farm }) => allowed(askerIn(request), 'view', farm)),
  );

  routes.get<{ Params: { farm: string; gateway: string } }>(
    '/gateways/:farm/:gateway/quarantine',
    {
      config: { needs: 'inspect' },
      schema: { summary: 'What was refused of a gateway, newest first', params: GatewayParams },
    },
    async ({ params: { farm, gateway } }) => {
      checkGateway(farm, gateway);
      return await vault.quarantined(farm, gateway);
    },
  );

  routes.get<{ Params: { farm: string; gateway: string; entry: number } }>(
    '/gateways/:farm/:gateway/quarantine/:entry',
    {
      config: { needs: 'inspect' },
      schema: {
        summary: 'One entry of the quarantine with what it holds: rows [seq, channel, timeMs, value, quality], or hex',
        params: EntryParams,
      },
    },
    async ({ params: { farm, gateway, entry } }) => {
      checkGateway(farm, gateway);
      const found = await vault.quarantinedOne(farm, gateway, entry);
      if (found === undefined) throw problem('entry-unknown', { entry }, 'params.entry');
      const { content, ...row } = found;
      const bytes = content ?? new Uint8Array();
      if (row.epoch === null) return { ...row, hex: Buffer.from(bytes).toString('hex') };
      const names = registry.channelNames(farm, gateway, row.epoch);
      const { readings } = decodeBatch(bytes, { farm, gateway });
      const rows = toRows(readings).map(({ seq, channel, timeMs, value, quality }) => [
        ...[seq, names.get(channel) ?? channel, timeMs],
        ...[Number.isNaN(value) ? null : value, quality],
      ]);
      return { ...row, rows };
    },
  );
}
