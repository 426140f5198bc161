/** Rules: what stands, every wording, changes, a look back over past data before saving. */
import { fieldProblem, KarezError, problem, type Rule } from '@karez/model';
import { RULE_TEMPLATES } from '@karez/model/rule-templates';
import * as model from '@karez/model/schemas';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { lookBack, shownLookBack } from '../rules/look-back.ts';
import { thresholdsOf } from '../rules/thresholds.ts';
import { Turns } from '../turns.ts';
import { askerIn } from './access.ts';
import { actorOf } from './actor.ts';
import type { ApiParts } from './api.ts';

const FarmParams = Type.Object({ farm: model.Id });
const RuleParams = Type.Object({ farm: model.Id, rule: model.Id });
const errors = {
  ...{ 400: model.ApiError, 401: model.ApiError, 403: model.ApiError, 404: model.ApiError, 409: model.ApiError },
  503: model.ApiError,
};
const tags = ['rules'];
const YEAR_MS = 366 * 86_400_000;
/** A rule is checked by parse-rule.ts, which names the field and what was expected there; the schema is for the document. */
const parsedHere = { validatorCompiler: () => () => true };

export function addRuleRoutes(routes: FastifyInstance, { registry, rules, alerts, store, people }: ApiParts): void {
  const looks = new Turns(1, 20);
  const checkFarm = (farm: string): void => {
    if (registry.farm(farm) === undefined) throw problem('farm-unknown', { farm }, 'params.farm');
  };

  routes.get(
    '/rule-templates',
    {
      config: { needs: 'login' },
      schema: {
        ...{ summary: 'Rules by crop and stage of growth to begin with, each number with its source', tags },
        response: { 200: Type.Array(Type.Object({ id: Type.String(), crop: Type.String() })) },
      },
    },
    async () => RULE_TEMPLATES,
  );

  routes.get<{ Params: { farm: string } }>(
    '/farms/:farm/rules',
    {
      config: { needs: 'view' },
      schema: {
        ...{ summary: 'The rules of a farm, and by which its gateways work', tags, params: FarmParams },
        response: { 200: model.ApiRules, ...errors },
      },
    },
    async ({ params: { farm } }) => {
      checkFarm(farm);
      const { revision, rules: all } = rules.farm(farm);
      const gateways = registry.gateways().filter((g) => g.farm === farm);
      return {
        ...{ revision, rules: all },
        gateways: gateways.map(({ gateway }) => {
          const said = registry.state(farm, gateway).status?.rules;
          return { gateway, revision: said?.revision ?? 0, trouble: said?.trouble ?? null };
        }),
      };
    },
  );

  routes.get<{ Params: { farm: string } }>(
    '/farms/:farm/thresholds',
    {
      config: { needs: 'view' },
      schema: {
        ...{
          summary: 'The values above and below which rules in force fire, for each channel',
          tags,
          params: FarmParams,
        },
        response: { 200: Type.Array(model.ApiThreshold), ...errors },
      },
    },
    async ({ params: { farm } }) => {
      const detail = registry.farm(farm);
      if (detail === undefined) throw problem('farm-unknown', { farm }, 'params.farm');
      return thresholdsOf(rules.farm(farm).rules, detail);
    },
  );

  routes.post<{ Params: { farm: string } }>(
    '/farms/:farm/rules',
    {
      config: { needs: 'rules' },
      ...parsedHere,
      schema: {
        ...{ summary: 'Add a rule', tags, params: FarmParams, body: model.Rule },
        response: { 200: model.ApiRule, ...errors },
      },
    },
    async (request) => {
      const { farm } = request.params;
      checkFarm(farm);
      const made = await rules.create(farm, ruleIn(request, farm), actorOf(request));
      await noted(request, 'rule.add', made.rule.id, made.revision);
      return made;
    },
  );

  routes.put<{ Params: { farm: string; rule: string }; Body: model.RuleChange }>(
    '/farms/:farm/rules/:rule',
    {
      config: { needs: 'rules' },
      ...parsedHere,
      schema: {
        ...{ summary: 'Change a rule', tags, params: RuleParams, body: model.RuleChange },
        response: { 200: model.ApiRule, ...errors },
      },
    },
    async (request) => {
      const { farm, rule: id } = request.params;
      checkFarm(farm);
      rules.rule(farm, id);
      const { rule: value, revision } = fieldsOf(request.body, ['rule', 'revision']);
      const rule = readRule(value, 'body.rule');
      if (rule.id !== id) throw fieldProblem('rule-keeps-id', 'body.rule.id', { rule: id });
      checkPlaces(rule, farm, 'body.rule');
      const changed = await rules.replace(farm, rule, wholeNumber(revision, 'body.revision'), actorOf(request));
      await noted(request, 'rule.change', id, changed.revision);
      return changed;
    },
  );

  routes.delete<{ Params: { farm: string; rule: string }; Querystring: { revision: number } }>(
    '/farms/:farm/rules/:rule',
    {
      config: { needs: 'rules' },
      schema: {
        ...{ summary: 'Remove a rule; what it said is over', tags, params: RuleParams },
        querystring: Type.Object({ revision: Type.Integer({ minimum: 1, description: 'As it was read.' }) }),
        response: { 200: Type.Object({ ok: Type.Boolean() }), ...errors },
      },
    },
    async (request) => {
      const { farm, rule } = request.params;
      checkFarm(farm);
      await rules.remove(farm, rule, request.query.revision, actorOf(request));
      alerts.ruleGone(farm, rule);
      await noted(request, 'rule.remove', rule, request.query.revision);
      return { ok: true };
    },
  );

  routes.get<{ Params: { farm: string; rule: string } }>(
    '/farms/:farm/rules/:rule/versions',
    {
      config: { needs: 'view' },
      schema: {
        ...{ summary: 'Every wording of a rule, newest first: who changed what and when', tags, params: RuleParams },
        response: { 200: Type.Array(model.RuleVersion), ...errors },
      },
    },
    async ({ params: { farm, rule } }) => {
      checkFarm(farm);
      const versions = await rules.versions(farm, rule);
      if (versions.length === 0) throw problem('rule-unknown', { rule }, 'params.rule');
      return versions;
    },
  );

  routes.post<{ Params: { farm: string }; Body: model.LookBackRequest }>(
    '/farms/:farm/rules/preview',
    {
      config: { needs: 'rules' },
      ...parsedHere,
      schema: {
        ...{ summary: 'What a rule would have said of the past; nothing is saved', tags, params: FarmParams },
        ...{ body: model.LookBackRequest, response: { 200: model.LookBack, ...errors } },
      },
    },
    async (request) => {
      const { farm } = request.params;
      checkFarm(farm);
      const body = fieldsOf(request.body, ['rule', 'from', 'to']);
      const rule = readRule(body.rule, 'body.rule');
      const [from, to] = [wholeNumber(body.from, 'body.from'), wholeNumber(body.to, 'body.to')];
      if (to <= from || to - from > YEAR_MS) throw fieldProblem('field-later-year', 'body.to', { from });
      return shownLookBack(await looks.take(() => lookBack({ store, registry }, farm, rule, from, to)));
    },
  );

  /** What was changed stands in the rule's versions; the audit log says who, from where. */
  const noted = (request: FastifyRequest, action: string, rule: string, revision: number): Promise<void> =>
    people.audit(askerIn(request), action, (request.params as { farm: string }).farm, rule, { revision }, request.ip);

  /** The rule in a request's body. */
  function ruleIn(request: FastifyRequest, farm: string): Rule {
    const rule = readRule(request.body, 'body');
    checkPlaces(rule, farm, 'body');
    return rule;
  }

  /** A rule that names what is not there would never say anything, and nobody would know why. */
  function checkPlaces({ scope, condition }: Rule, farm: string, what: string): void {
    const detail = registry.farm(farm);
    const gateways = new Set(
      registry
        .gateways()
        .filter((g) => g.farm === farm)
        .map((g) => g.gateway),
    );
    const known: Record<string, (name: string) => boolean> = {
      gateways: (name) => gateways.has(name),
      fields: (name) => detail?.fields.some((f) => f.id === name) ?? false,
      devices: (name) => detail?.devices.some((d) => d.id === name) ?? false,
      channels: (name) => detail?.devices.some((d) => name.startsWith(`${d.id}/`)) ?? false,
    };
    for (const [key, isKnown] of Object.entries(known)) {
      const names = (scope as Record<string, readonly string[] | undefined>)[key] ?? [];
      const odd = names.findIndex((name) => !isKnown(name));
      if (odd >= 0) {
        throw fieldProblem('place-unknown', `${what}.scope.${key}.${odd}`, { name: names[odd] as string });
      }
    }
    if (condition.type !== 'difference' || !('channel' in condition.minus)) return;
    const { channel } = condition.minus;
    if (registry.channelOf(farm, channel) === undefined)
      throw fieldProblem('place-unknown', `${what}.condition.minus.channel`, { name: channel });
  }
}

/** A rule in a request, with the place in the request where something is wrong with it. */
function readRule(value: unknown, what: string): Rule {
  try {
    return model.parseRule(value, what);
  } catch (error) {
    if (!(error instanceof KarezError)) throw error;
    const where = error.where ? `${what}.${error.where}` : what;
    throw new KarezError(error.code, error.message, { where, problem: error.problem });
  }
}

/** An object with just these keys, all of them. */
function fieldsOf<K extends string>(body: unknown, keys: readonly K[]): Record<K, unknown> {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw fieldProblem('field-object', 'body');
  const extra = Object.keys(body).find((key) => !(keys as readonly string[]).includes(key));
  const missing = keys.find((key) => !Object.hasOwn(body, key));
  const key = extra ?? missing;
  if (key === undefined) return body as Record<K, unknown>;
  throw fieldProblem(extra === undefined ? 'field-missing' : 'field-unknown', `body.${key}`);
}

function wholeNumber(value: unknown, where: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LATEST) return value as number;
  throw fieldProblem('field-whole', where);
}

/** The year 2100, and above every revision. */
const LATEST = 4_102_444_800_000;
