/** What the API says of people and asks of them (roles.ts has what they may do). */
import Type, { type Static } from 'typebox';
import { Id } from './id-schemas.ts';
import { EVERY_FARM, RIGHTS, type Right, ROLES, type Role } from './roles.ts';

const closed = { additionalProperties: false } as const;

export const RoleName = Type.Unsafe<Role>({
  type: 'string',
  enum: Object.keys(ROLES),
  description: Object.entries(ROLES)
    .map(([role, rights]) => `${role}: ${rights.join(', ')}`)
    .join('; '),
});
const RightName = Type.Unsafe<Right>({ type: 'string', enum: Object.keys(RIGHTS) });
const FarmOrEvery = Type.Union([Id, Type.Literal(EVERY_FARM)]);

export const Login = Type.String({
  minLength: 3,
  maxLength: 64,
  pattern: '^[^\\s\\p{C}]+$',
  description: 'Name to log in with, or an e-mail address; upper and lower case are the same.',
});
/** NIST SP 800-63B, section 3.1.1.2: length counts, composition rules do not. */
export const Password = Type.String({ minLength: 10, maxLength: 200, description: 'At least 10 characters.' });
export const PersonName = Type.String({ minLength: 1, maxLength: 80 });
export const Language = Type.Union([Type.Literal('en'), Type.Literal('zh')]);

export const Person = Type.Object({ id: Type.Integer(), login: Login, name: PersonName, language: Language }, closed);
export type Person = Static<typeof Person>;

/** Who asks: a person with a session, or the bearer of a token. */
export const Session = Type.Object(
  {
    person: Type.Union([Person, Type.Null()], { description: 'null where nobody is logged in, or a token asks.' }),
    roles: Type.Record(Type.String(), RoleName, { description: 'Role by farm; "*" is every farm.' }),
    csrf: Type.Union([Type.String(), Type.Null()], { description: 'To be sent as x-csrf with every change.' }),
    isEmpty: Type.Boolean({ description: 'Whether the server has no people yet, and waits for its first.' }),
  },
  closed,
);
export type Session = Static<typeof Session>;

export const LoginRequest = Type.Object({ login: Login, password: Type.String({ maxLength: 200 }) }, closed);
export const WelcomeRequest = Type.Object(
  {
    code: Type.String({ minLength: 20, maxLength: 100, description: 'From the one-time link.' }),
    login: Type.Optional(Login),
    name: Type.Optional(PersonName),
    password: Password,
    language: Type.Optional(Language),
  },
  closed,
);
export type WelcomeRequest = Static<typeof WelcomeRequest>;
export const MeRequest = Type.Object(
  {
    name: Type.Optional(PersonName),
    language: Type.Optional(Language),
    password: Type.Optional(Password),
    oldPassword: Type.Optional(Type.String({ maxLength: 200, description: 'Needed to change the password.' })),
  },
  closed,
);
export type MeRequest = Static<typeof MeRequest>;

export const Member = Type.Object(
  {
    ...Person.properties,
    role: RoleName,
    everyFarm: Type.Boolean(),
    lastMs: Type.Union([Type.Integer(), Type.Null()]),
  },
  closed,
);
export type Member = Static<typeof Member>;

export const InviteRequest = Type.Object(
  { role: RoleName, days: Type.Optional(Type.Integer({ minimum: 1, maximum: 30, description: 'Default 7.' })) },
  closed,
);
export type InviteRequest = Static<typeof InviteRequest>;
export const Invite = Type.Object(
  { id: Type.Integer(), role: RoleName, by: Type.String(), expiresMs: Type.Integer() },
  closed,
);
export type Invite = Static<typeof Invite>;

export const TokenRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 80, description: 'What it is for.' }),
    farm: FarmOrEvery,
    rights: Type.Array(RightName, { minItems: 1, uniqueItems: true }),
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650, description: 'Default: it does not expire.' })),
  },
  closed,
);
export type TokenRequest = Static<typeof TokenRequest>;
export const TokenInfo = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String(),
    farm: FarmOrEvery,
    rights: Type.Array(RightName),
    createdMs: Type.Integer(),
    expiresMs: Type.Union([Type.Integer(), Type.Null()]),
    lastMs: Type.Union([Type.Integer(), Type.Null()]),
  },
  closed,
);
export type TokenInfo = Static<typeof TokenInfo>;

/** Who did what when. Kept for good; nothing changes an entry. */
export const AuditEntry = Type.Object(
  {
    id: Type.Integer(),
    atMs: Type.Integer(),
    who: Type.String({ description: "Login, token's name, or `system`." }),
    action: Type.String(),
    farm: Type.Union([Type.String(), Type.Null()]),
    subject: Type.Union([Type.String(), Type.Null()]),
    details: Type.Union([Type.String(), Type.Null()], { description: 'JSON.' }),
    address: Type.Union([Type.String(), Type.Null()]),
  },
  closed,
);
export type AuditEntry = Static<typeof AuditEntry>;
