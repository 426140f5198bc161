/**
 * What the cloud's API refuses, each with a name that stays, the code that it belongs to and its words in English and Chinese.
 * An answer carries name and parameters beside the English words, so that a page says it in its reader's language. Parameters
 * stand in braces. The one list: a refusal that people see is a row here.
 */
import { type ErrorCode, KarezError } from './errors.ts';

interface ProblemKind {
  code: ErrorCode;
  en: string;
  zh: string;
}

export const PROBLEMS = {
  'farm-unknown': { code: 'NOT_FOUND', en: 'there is no farm "{farm}"', zh: '没有农场“{farm}”' },
  'gateway-unknown': { code: 'NOT_FOUND', en: 'there is no gateway "{gateway}"', zh: '没有网关“{gateway}”' },
  'channel-unknown': { code: 'NOT_FOUND', en: 'there is no channel "{channel}"', zh: '没有测点“{channel}”' },
  'entry-unknown': { code: 'NOT_FOUND', en: 'there is no entry {entry}', zh: '没有条目 {entry}' },
  'rule-unknown': { code: 'NOT_FOUND', en: 'there is no rule "{rule}"', zh: '没有规则“{rule}”' },
  'alert-unknown': { code: 'NOT_FOUND', en: 'there is no alert {alert}', zh: '没有告警 {alert}' },
  'address-unknown': { code: 'NOT_FOUND', en: 'you have no address {contact}', zh: '您没有接收地址 {contact}' },
  'token-unknown': { code: 'NOT_FOUND', en: 'you have no token {token}', zh: '您没有令牌 {token}' },
  'invite-unknown': { code: 'NOT_FOUND', en: 'there is no invitation {invite}', zh: '没有邀请 {invite}' },
  'person-unknown': {
    code: 'NOT_FOUND',
    en: 'nobody with the number {person} is on this farm',
    zh: '本农场没有编号为 {person} 的人员',
  },
  'nothing-there': { code: 'NOT_FOUND', en: 'there is nothing at {path}', zh: '{path} 处没有内容' },

  'login-needed': { code: 'LOGIN_NEEDED', en: 'log in first, or send a token', zh: '请先登录，或附上令牌' },
  'token-over': {
    code: 'LOGIN_NEEDED',
    en: 'this token is not known here, or is over',
    zh: '令牌无效或已过期',
  },
  'password-wrong': {
    code: 'LOGIN_REFUSED',
    en: 'name and password do not belong together',
    zh: '用户名与密码不匹配',
  },
  'old-password-wrong': { code: 'LOGIN_REFUSED', en: 'the old password is not right', zh: '原密码不正确' },
  'link-used': {
    code: 'LOGIN_REFUSED',
    en: 'this link was used already or is too old; ask for a new one',
    zh: '链接已使用或已过期，请重新索取',
  },
  'too-many-tries': {
    code: 'TOO_MANY_TRIES',
    en: 'too many wrong passwords; try again in {seconds} s',
    zh: '密码错误次数过多，请在 {seconds} 秒后重试',
  },
  'csrf-needed': {
    code: 'NOT_AUTHORISED',
    en: 'send the csrf value of /api/v1/session in the header x-csrf',
    zh: '请在 x-csrf 头中附上 /api/v1/session 的 csrf 值',
  },
  'host-foreign': {
    code: 'NOT_AUTHORISED',
    en: 'this server answers only to {names}',
    zh: '本服务器只应答 {names}',
  },
  'origin-foreign': {
    code: 'NOT_AUTHORISED',
    en: 'changes are taken only from pages of this server',
    zh: '只接受本服务器页面发起的更改',
  },
  'right-needed': {
    code: 'NOT_AUTHORISED',
    en: 'this needs the right "{right}" in this farm',
    zh: '此操作需要在本农场具有“{right}”权限',
  },
  'right-needed-everywhere': {
    code: 'NOT_AUTHORISED',
    en: 'this needs the right "{right}" in every farm',
    zh: '此操作需要在所有农场具有“{right}”权限',
  },
  'right-lacking': {
    code: 'NOT_AUTHORISED',
    en: 'you have not the right "{right}" there yourself',
    zh: '您自己在该处没有“{right}”权限',
  },
  'person-needed': {
    code: 'NOT_AUTHORISED',
    en: 'only a person who has logged in can do this, not a token',
    zh: '只有登录的人员可以执行此操作，令牌不可以',
  },
  'owner-needed-for-address': {
    code: 'NOT_AUTHORISED',
    en: 'an address of kind {kind} needs an owner: it makes this server call others',
    zh: '“{kind}”类地址会使本服务器访问其他主机，须由农场主添加',
  },

  'rule-there': { code: 'CONFLICT', en: 'there is a rule "{rule}" already', zh: '规则“{rule}”已存在' },
  'rule-changed': {
    code: 'CONFLICT',
    en: '{name} has changed it meanwhile: read it again',
    zh: '{name}已在此期间修改，请重新读取',
  },
  'rules-full': {
    code: 'CONFLICT',
    en: 'a farm has at most {most} rules; delete one first',
    zh: '每个农场最多 {most} 条规则，请先删除一条',
  },
  'rules-large': {
    code: 'CONFLICT',
    en: 'the rules of this farm would take {bytes} bytes: name fewer devices in their scopes',
    zh: '本农场的规则将占 {bytes} 字节，请减少适用范围中的设备',
  },
  'rules-worn': {
    code: 'CONFLICT',
    en: 'the rules of this farm were changed too often',
    zh: '本农场规则的修改次数已达上限',
  },
  'addresses-full': {
    code: 'CONFLICT',
    en: 'at most {most} addresses; delete one first',
    zh: '最多 {most} 个接收地址，请先删除一个',
  },
  'tokens-full': {
    code: 'CONFLICT',
    en: 'at most {most} tokens; delete one first',
    zh: '最多 {most} 个令牌，请先删除一个',
  },
  'invites-full': {
    code: 'CONFLICT',
    en: 'at most {most} open invitations; take one back first',
    zh: '最多 {most} 个未使用的邀请，请先收回一个',
  },
  'people-full': { code: 'CONFLICT', en: 'a server has at most {most} people', zh: '一台服务器最多 {most} 人' },
  'name-taken': {
    code: 'CONFLICT',
    en: 'the name "{login}" is taken; choose another',
    zh: '用户名“{login}”已被使用，请换一个',
  },
  'owner-last': {
    code: 'CONFLICT',
    en: 'a farm needs an owner; make somebody else owner first',
    zh: '农场须有农场主，请先指定他人为农场主',
  },

  'busy-live': {
    code: 'BUSY',
    en: '{most} pages are live already; try again later',
    zh: '已有 {most} 个实时页面，请稍后再试',
  },
  busy: { code: 'BUSY', en: 'too many at once; try again later', zh: '同时请求过多，请稍后再试' },

  'field-missing': { code: 'REQUEST_INVALID', en: '{field}: is missing', zh: '{field}：缺失' },
  'field-unknown': { code: 'REQUEST_INVALID', en: '{field}: is not known here', zh: '{field}：此处没有这一项' },
  'field-wrong': { code: 'REQUEST_INVALID', en: '{field}: {expected}', zh: '{field}：不符合要求（{expected}）' },
  'field-object': { code: 'REQUEST_INVALID', en: '{field}: must be an object', zh: '{field}：须为对象' },
  'field-whole': { code: 'REQUEST_INVALID', en: '{field}: must be a whole number', zh: '{field}：须为整数' },
  'field-later': {
    code: 'REQUEST_INVALID',
    en: '{field}: must be later than from ({from})',
    zh: '{field}：须晚于起始时间（{from}）',
  },
  'field-later-year': {
    code: 'REQUEST_INVALID',
    en: '{field}: must be later than from ({from}), by at most a year',
    zh: '{field}：须晚于起始时间（{from}），且不超过一年',
  },
  'rule-keeps-id': {
    code: 'REQUEST_INVALID',
    en: '{field}: must be "{rule}"; a rule keeps its id',
    zh: '{field}：须为“{rule}”，规则的编号不可更改',
  },
  'place-unknown': {
    code: 'REQUEST_INVALID',
    en: '{field}: there is no "{name}" in this farm',
    zh: '{field}：本农场没有“{name}”',
  },
  'silence-within-month': {
    code: 'REQUEST_INVALID',
    en: '{field}: must be within the next month',
    zh: '{field}：须在今后一个月内',
  },
  'time-zone-unknown': {
    code: 'REQUEST_INVALID',
    en: '{field}: must be the name of a time zone, e.g. Asia/Urumqi, not "{zone}"',
    zh: '{field}：须为时区名称，例如 Asia/Urumqi，而不是“{zone}”',
  },
  'login-and-name-needed': {
    code: 'REQUEST_INVALID',
    en: 'body: login and name are needed',
    zh: '请填写用户名和姓名',
  },
  'rule-quantity': {
    code: 'REQUEST_INVALID',
    en: '{field} must be an id of the quantity table, not "{quantity}"',
    zh: '{field}：须为物理量表中的编号，而不是“{quantity}”',
  },
  'rule-unit': {
    code: 'REQUEST_INVALID',
    en: '{field} must be "{unit}", the unit of {quantity}, not "{given}"',
    zh: '{field}：须为 {quantity} 的单位“{unit}”，而不是“{given}”',
  },
  'rule-range': {
    code: 'REQUEST_INVALID',
    en: '{field} must be from {low} to {high} {unit}, not {given}',
    zh: '{field}：须在 {low} 至 {high} {unit} 之间，而不是 {given}',
  },
  'rule-most': {
    code: 'REQUEST_INVALID',
    en: '{field} must be at most {high} {unit}, not {given}',
    zh: '{field}：须不大于 {high} {unit}，而不是 {given}',
  },
  'rule-recover-most': {
    code: 'REQUEST_INVALID',
    en: '{field} must be at most the threshold ({value}), not {given}',
    zh: '{field}：须不大于阈值（{value}），而不是 {given}',
  },
  'rule-recover-least': {
    code: 'REQUEST_INVALID',
    en: '{field} must be at least the threshold ({value}), not {given}',
    zh: '{field}：须不小于阈值（{value}），而不是 {given}',
  },
  'rule-minus-unit': {
    code: 'REQUEST_INVALID',
    en: '{field} must have the unit "{unit}"; {quantity} has "{given}"',
    zh: '{field}：单位须为“{unit}”，而 {quantity} 的单位是“{given}”',
  },
  'rule-minus-same': {
    code: 'REQUEST_INVALID',
    en: '{field} must differ from the input',
    zh: '{field}：须与被减的量不同',
  },
  'rule-scope-channels': {
    code: 'REQUEST_INVALID',
    en: '{field} has no meaning for a condition "{type}"',
    zh: '{field}：对“{type}”条件没有意义',
  },
  'rule-scope-quantity': {
    code: 'REQUEST_INVALID',
    en: '{field} must be of {quantity}, what the condition judges',
    zh: '{field}：须为条件所判断的 {quantity}',
  },
  'rule-placeholder': {
    code: 'REQUEST_INVALID',
    en: '{field} may use {known}, not {given}',
    zh: '{field}：可以使用 {known}，不能使用 {given}',
  },
  'rule-hours': {
    code: 'REQUEST_INVALID',
    en: '{field} must begin and end at different times; leave it out for all day',
    zh: '{field}：起止时刻须不同；全天有效时请省略',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemId = keyof typeof PROBLEMS;
export type ProblemParams = Readonly<Record<string, string | number>>;

/** A refusal as an error; `where` names the field of the request. */
export function problem(id: ProblemId, params: ProblemParams = {}, where?: string): KarezError {
  const { code, en } = PROBLEMS[id];
  return new KarezError(code, filled(en, params), {
    ...(where === undefined ? {} : { where }),
    problem: { id, params },
  });
}

/** The same about one field, which is a parameter of its words. */
export function fieldProblem(id: ProblemId, field: string, params: ProblemParams = {}): KarezError {
  return problem(id, { ...params, field }, field);
}

/** What a schema found first (schema.ts), under a name of its own where it has one. @param what names the value, such as `body`. */
export function formProblem({ path, expected }: { path: string; expected: string }, what: string): KarezError {
  const field = path === '' ? what : `${what}.${path}`;
  if (expected === 'is missing') return fieldProblem('field-missing', field);
  if (expected === 'is not a known key') return fieldProblem('field-unknown', field);
  return fieldProblem('field-wrong', field, { expected });
}

/** A problem in words; undefined where its name is none that is known here. */
export function problemWords(id: string, params: ProblemParams, language: 'en' | 'zh'): string | undefined {
  if (!Object.hasOwn(PROBLEMS, id)) return undefined;
  return filled(PROBLEMS[id as ProblemId][language], params);
}

function filled(words: string, params: ProblemParams): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
}
