/** Alerts: what is on, what was, acknowledging and silencing. */
import { LIMITS, problem } from '@karez/model';
import * as model from '@karez/model/schemas';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { askerIn } from './access.ts';
import { actorOf } from './actor.ts';
import type { ApiParts } from './api.ts';

const FarmParams = Type.Object({ farm: model.Id });
const AlertParams = Type.Object({ farm: model.Id, alert: Type.Integer({ minimum: 1 }) });
type AlertParams = Static<typeof AlertParams>;
/** The year 2100: beyond, databases disagree on what a time is. */
const LATEST_MS = 4_102_444_800_000;
const errors = {
  ...{ 400: model.ApiError, 401: model.ApiError, 403: model.ApiError, 404: model.ApiError },
  503: model.ApiError,
};
const tags = ['alerts'];

const AlertQuery = Type.Object(
  {
    state: Type.Union([Type.Literal('open'), Type.Literal('all')], {
      ...{ default: 'open', description: 'open: what goes on; all: the history too, with what late readings showed.' },
    }),
    from: Type.Integer({ minimum: 0, maximum: LATEST_MS, default: 0, description: 'It went on then or later.' }),
    to: Type.Integer({ minimum: 0, maximum: LATEST_MS, default: LATEST_MS, description: 'It fired before.' }),
    before: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Only ids below: the last one of the answer before.' }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: LIMITS.alertsPerAnswer, default: 50 }),
  },
  { additionalProperties: false },
);
type AlertQuery = Static<typeof AlertQuery>;

export function addAlertRoutes(routes: FastifyInstance, { registry, alerts, alertsDb, clock, people }: ApiParts): void {
  const checkFarm = (farm: string): void => {
    if (registry.farm(farm) === undefined) throw problem('farm-unknown', { farm }, 'params.farm');
  };

  const noted = (request: FastifyRequest, action: string, details: object | null = null): Promise<void> => {
    const { farm, alert } = request.params as AlertParams;
    return people.audit(askerIn(request), action, farm, String(alert), details, request.ip);
  };

  routes.get<{ Params: { farm: string }; Querystring: AlertQuery }>(
    '/farms/:farm/alerts',
    {
      config: { needs: 'view' },
      schema: {
        ...{ summary: 'Alerts, newest first', tags, params: FarmParams, querystring: AlertQuery },
        response: { 200: model.ApiAlerts, ...errors },
      },
    },
    async ({ params: { farm }, query: { state, from, to, before, limit } }) => {
      checkFarm(farm);
      const rows = await alertsDb.page(farm, {
        ...{ isOpen: state === 'open', before: before ?? Number.MAX_SAFE_INTEGER, fromMs: from, toMs: to },
        limit: limit + 1,
      });
      const shown = await Promise.all(rows.slice(0, limit).map((row) => alerts.show(row)));
      return { nowMs: Math.round(clock.wallMs()), alerts: shown, more: rows.length > limit };
    },
  );

  routes.get<{ Params: AlertParams }>(
    '/farms/:farm/alerts/:alert',
    {
      config: { needs: 'view' },
      schema: {
        ...{ summary: 'One alert with its transitions and what was done about it', tags, params: AlertParams },
        response: { 200: model.ApiAlertDetail, ...errors },
      },
    },
    async ({ params: { farm, alert: id } }) => {
      const row = await alertsDb.alert(id);
      if (row === undefined || row.farm !== farm) throw problem('alert-unknown', { alert: id }, 'params.alert');
      const transitions = (await alertsDb.transitions(row)).filter(
        (t) =>
          t.epoch === row.epoch &&
          t.late === row.late &&
          t.timeMs >= row.firedMs &&
          t.timeMs <= (row.endedMs ?? LATEST_MS),
      );
      return {
        alert: await alerts.show(row),
        transitions: transitions
          .sort((a, b) => a.seq - b.seq)
          .map(({ timeMs, state, noData, raised, late, value }) => ({
            ...{ timeMs, state, noData, raised, late, value: Number.isNaN(value) ? null : value },
          })),
        actions: await alertsDb.actions(id),
      };
    },
  );

  routes.post<{ Params: AlertParams; Body: Static<typeof model.AcknowledgeRequest> }>(
    '/farms/:farm/alerts/:alert/acknowledge',
    {
      config: { needs: 'acknowledge' },
      schema: {
        ...{ summary: 'Say that somebody sees to it; a second time changes nothing', tags, params: AlertParams },
        ...{ body: model.AcknowledgeRequest, response: { 200: model.ApiAlert, ...errors } },
      },
    },
    async (request) => {
      const { farm, alert } = request.params;
      const shown = await alerts.acknowledge(farm, alert, actorOf(request), request.body.note ?? null);
      await noted(request, 'alert.acknowledge');
      return shown;
    },
  );

  routes.post<{ Params: AlertParams; Body: Static<typeof model.SilenceRequest> }>(
    '/farms/:farm/alerts/:alert/silence',
    {
      config: { needs: 'acknowledge' },
      schema: {
        ...{ summary: 'Tell nobody of this rule at this subject for a while', tags, params: AlertParams },
        ...{ body: model.SilenceRequest, response: { 200: model.ApiAlert, ...errors } },
      },
    },
    async (request) => {
      const { farm, alert } = request.params;
      const { untilMs, note } = request.body;
      const shown = await alerts.silence(farm, alert, untilMs, actorOf(request), note ?? null);
      await noted(request, 'alert.silence', { untilMs });
      return shown;
    },
  );

  routes.delete<{ Params: AlertParams }>(
    '/farms/:farm/alerts/:alert/silence',
    {
      config: { needs: 'acknowledge' },
      schema: { summary: 'End a silence', tags, params: AlertParams, response: { 200: model.ApiAlert, ...errors } },
    },
    async (request) => {
      const { farm, alert } = request.params;
      const shown = await alerts.silence(farm, alert, null, actorOf(request), null);
      await noted(request, 'alert.unsilence');
      return shown;
    },
  );
}
