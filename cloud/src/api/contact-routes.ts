/** One's own addresses for alerts. */

import { EVERY_FARM, formProblem, type Person, problem } from '@karez/model';
import * as model from '@karez/model/schemas';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Outbox } from '../notify/outbox.ts';
import { allowed, type People } from '../people/people.ts';
import { askerIn } from './access.ts';

const Params = Type.Object({ contact: Type.Integer({ minimum: 1 }) });
const errors = {
  400: model.ApiError,
  401: model.ApiError,
  403: model.ApiError,
  404: model.ApiError,
  409: model.ApiError,
};
const requests = model.checker(model.ContactRequest, 'REQUEST_INVALID');
/** Kinds whose address may be any host: given to those only who run the server's farms. */
const ANY_HOST = ['webhook', 'ntfy'];

export function addContactRoutes(routes: FastifyInstance, outbox: Outbox, people: People): void {
  const personOf = (request: FastifyRequest): Person => {
    const { person } = askerIn(request);
    if (person === null) throw problem('person-needed');
    return person;
  };
  const tags = ['people'];

  routes.get(
    '/me/contacts',
    {
      config: { needs: 'login' },
      schema: { summary: 'Where one is told of alerts', tags, response: { 200: Type.Array(model.Contact), ...errors } },
    },
    (request) => outbox.contacts(personOf(request).id),
  );
  routes.post<{ Body: model.ContactRequest }>(
    '/me/contacts',
    {
      config: { needs: 'login' },
      // A schema's own errors speak of the first kind of address, whichever was meant.
      validatorCompiler: () => (body) => {
        const first = requests.problems(body)[0];
        return first === undefined ? { value: body } : { error: formProblem(first, 'body') };
      },
      schema: {
        ...{ summary: 'Add an address', tags, body: model.ContactRequest },
        response: { 200: Type.Object({ id: Type.Integer() }), ...errors },
      },
    },
    async (request) => {
      const { address, farm } = request.body;
      const asker = askerIn(request);
      if (farm !== EVERY_FARM && !allowed(asker, 'view', farm)) throw problem('farm-unknown', { farm }, 'body.farm');
      if (ANY_HOST.includes(address.kind) && !Object.keys(asker.roles).some((id) => allowed(asker, 'people', id)))
        throw problem('owner-needed-for-address', { kind: address.kind }, 'body.address.kind');
      const id = await outbox.addContact(personOf(request).id, request.body);
      await people.audit(asker, 'contact.add', farm, String(id), { kind: address.kind }, request.ip);
      return { id };
    },
  );
  routes.delete<{ Params: { contact: number } }>(
    '/me/contacts/:contact',
    {
      config: { needs: 'login' },
      schema: {
        summary: 'Remove an address',
        tags,
        params: Params,
        response: { 200: Type.Object({ ok: Type.Boolean() }), ...errors },
      },
    },
    async (request) => {
      const { contact } = request.params;
      await outbox.removeContact(contact, personOf(request).id);
      await people.audit(askerIn(request), 'contact.remove', EVERY_FARM, String(contact), null, request.ip);
      return { ok: true };
    },
  );
  routes.post<{ Params: { contact: number } }>(
    '/me/contacts/:contact/test',
    {
      config: { needs: 'login' },
      schema: {
        ...{ summary: 'Send a test at once, and say how it went', tags, params: Params },
        response: {
          200: Type.Object({ ok: Type.Boolean(), reason: Type.Union([Type.String(), Type.Null()]) }),
          ...errors,
        },
      },
    },
    async (request) => {
      const outcome = await outbox.test(request.params.contact, personOf(request));
      return { ok: outcome.ok, reason: outcome.ok ? null : outcome.reason };
    },
  );
}
