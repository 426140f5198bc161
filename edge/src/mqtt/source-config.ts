/** What the configuration says of every source of messages, whatever they mean. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { TOPIC_FILTER } from './topic-filter.ts';

export const sourceHead = {
  name: Type.Unsafe<string>({
    ...Id,
    description:
      "What it is called: its user name at the gateway's own broker, and where its password stands under `sources` in the secrets. Lower-case letters, digits and inner hyphens.",
  }),
  server: Type.Optional(
    Type.String({
      pattern: '^(mqtt|mqtts|tcp|ssl)://[^\\s]+$',
      description:
        "An MQTT address from which the gateway fetches the messages, e.g. mqtts://chirpstack.local:8883. Left out, they are published to the gateway's own broker.",
    }),
  ),
  user: Type.Optional(
    Type.String({ minLength: 1, maxLength: 120, description: 'User name at the server; default the name.' }),
  ),
  clientId: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_.-]{1,64}$',
      description:
        'Client id at the server, of letters, digits and _.-; default karez-{gateway}-{name}. It names what the server keeps for us.',
    }),
  ),
  ca: Type.Optional(
    Type.String({
      minLength: 1,
      description: "PEM file with the authority that signed the server's certificate, relative to this file.",
    }),
  ),
};

export const Topics = Type.Array(
  Type.String({ pattern: TOPIC_FILTER, minLength: 1, description: 'A topic; + and # stand for what differs.' }),
  { minItems: 1, maxItems: 32 },
);
