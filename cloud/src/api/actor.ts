/** Who did something, as it is written down with rules and alerts. */
import type { Actor } from '@karez/model';
import type { FastifyRequest } from 'fastify';
import { askerIn } from './access.ts';

const NAME_LENGTH = 80;

/** @throws Error in a route that needs nobody. */
export function actorOf(request: FastifyRequest): Actor {
  const { who, person } = askerIn(request);
  const id = person === null ? who : `person:${person.id}`;
  return { id: id.slice(0, NAME_LENGTH), name: (person?.name ?? who).slice(0, NAME_LENGTH) };
}
