/** How a person is told of alerts: the addresses that they gave, and when each may be used. */
import Type, { type Static } from 'typebox';
import { EVERY_FARM } from './roles.ts';

const closed = { additionalProperties: false } as const;
const HttpUrl = Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 500 });
const Secret = Type.String({ minLength: 8, maxLength: 200 });
const Grade = Type.Enum(['info', 'warning', 'critical']);
const Clock = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'Time of day, HH:MM.' });

/** Each kind with what it needs. What is marked secret is never shown again. */
export const ContactAddress = Type.Union([
  Type.Object(
    { kind: Type.Literal('email'), to: Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 254 }) },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('webhook'),
      url: HttpUrl,
      secret: Type.String({ pattern: '^whsec_[A-Za-z0-9+/]{32,}={0,2}$', description: 'Secret of Standard Webhooks.' }),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('dingtalk'),
      token: Secret,
      secret: Type.Optional(Type.String({ pattern: '^SEC', description: 'Where the robot asks for signatures.' })),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('wecom'), key: Secret }, closed),
  Type.Object({ kind: Type.Literal('feishu'), hook: Secret, secret: Type.Optional(Secret) }, closed),
  Type.Object(
    {
      kind: Type.Literal('ntfy'),
      server: HttpUrl,
      topic: Type.String({ pattern: '^[-_A-Za-z0-9]{1,64}$' }),
      token: Type.Optional(Secret),
    },
    closed,
  ),
]);
export type ContactAddress = Static<typeof ContactAddress>;

export const Quiet = Type.Object(
  {
    from: Clock,
    to: Clock,
    timeZone: Type.String({ maxLength: 60, description: 'Name of the IANA table, e.g. Asia/Urumqi.' }),
    passes: Type.Enum(['warning', 'critical', 'nothing'], {
      description: 'What comes through all the same: from this severity on.',
    }),
  },
  closed,
);
export type Quiet = Static<typeof Quiet>;

export const ContactRequest = Type.Object(
  {
    address: ContactAddress,
    farm: Type.String({
      pattern: `^(\\${EVERY_FARM}|[a-z0-9-]{1,48})$`,
      description: 'Whose alerts; "*" is every farm.',
    }),
    from: Grade,
    quiet: Type.Optional(Quiet),
  },
  closed,
);
export type ContactRequest = Static<typeof ContactRequest>;

export const Contact = Type.Object(
  {
    id: Type.Integer(),
    kind: Type.String(),
    shown: Type.String({ description: 'The address without its secrets.' }),
    farm: Type.String(),
    from: Grade,
    quiet: Type.Union([Quiet, Type.Null()]),
    sent: Type.Integer(),
    waiting: Type.Integer(),
    failed: Type.Integer(),
    lastMs: Type.Union([Type.Integer(), Type.Null()]),
    trouble: Type.Union([Type.String(), Type.Null()], { description: 'Why the last one did not arrive.' }),
  },
  closed,
);
export type Contact = Static<typeof Contact>;
