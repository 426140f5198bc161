/** An alert in words: for the API, and for the notices that people get. */
import {
  type ApiAlert,
  type ApiDevice,
  channelWords,
  type FarmDetail,
  messageOfRule,
  type Person,
  type Rule,
  type Told,
} from '@karez/model';
import type { Notice } from '../notify/notice.ts';
import type { Registry } from '../registry/registry.ts';
import type { AlertRow } from './alert-row.ts';
import type { StepKind } from './life.ts';

type Language = Person['language'];

/** What a subject's key names. */
interface About {
  gateway: string;
  device: ApiDevice | undefined;
  deviceId: string | null;
  /** `quantity[@place]`, where it is about one. */
  channel: string | undefined;
  field: string | null;
}

/** The farm that alerts are of. */
export interface AlertWorld {
  detail: FarmDetail | undefined;
  gateways: Pick<Registry, 'gateways'>;
}

/** @param rule its wording when it fired. */
export function showAlert(alert: AlertRow, rule: Rule, world: AlertWorld, silencedUntilMs: number | null): ApiAlert {
  const { detail: farm } = world;
  const about = aboutOf(alert.subject, farm);
  const { id, subject, revision, state, noData, firedMs, endedMs, reason, late, value, life } = alert;
  return {
    ...{ id, rule: alert.rule, revision, severity: rule.severity, title: rule.title, subject },
    message: { en: say(alert, rule, about, world, 'en'), zh: say(alert, rule, about, world, 'zh') },
    ...{ gateway: about.gateway, device: about.deviceId, field: about.device?.field ?? null },
    channel: about.device?.channels.some((c) => c.id === subject) ? subject : null,
    ...{
      state,
      noData,
      firedMs,
      endedMs,
      reason,
      late,
      toldMs: life.toldMs,
      value: Number.isNaN(value) ? null : value,
    },
    ...{ acknowledged: life.acknowledged, silencedUntilMs, inhibitedBy: life.inhibitedBy, escalated: life.escalated },
  };
}

/** What people are told of a step. */
export function noticeOf(
  alert: AlertRow,
  rule: Rule,
  kind: StepKind,
  tell: readonly Told[],
  world: AlertWorld,
): Notice {
  const { detail: farm } = world;
  const about = aboutOf(alert.subject, farm);
  const text = (language: Language) =>
    WORDS[language][kind](rule.title[language], say(alert, rule, about, world, language));
  const { id, life, firedMs, endedMs } = alert;
  const n = kind === 'escalated' ? life.escalated : kind === 'reminded' ? life.reminded : 0;
  return {
    // With the time at which it was told first: ids begin anew where the file is gone.
    ...{
      id: `alert-${alert.farm}-${id}-${life.toldMs}-${kind}-${n}`,
      farm: alert.farm,
      farmTitle: farm?.title ?? alert.farm,
    },
    ...{
      grade: rule.severity,
      atMs: kind === 'over' ? (endedMs ?? firedMs) : firedMs,
      timeZone: farm?.timeZone ?? null,
    },
    ...{ text: { en: text('en'), zh: text('zh') }, path: `/farm/${alert.farm}/alerts/${id}` },
    people: [...new Set(tell.flatMap((t) => ('person' in t ? [t.person] : [])))],
    roles: [...new Set(tell.flatMap((t) => ('role' in t ? [t.role] : [])))],
  };
}

const WORDS: Record<Language, Record<StepKind, (title: string, message: string) => string>> = {
  en: {
    told: (_, message) => message,
    over: (title, message) => `Over: ${title}. It was: ${message}`,
    reminded: (_, message) => `Still on, nobody has acknowledged: ${message}`,
    escalated: (_, message) => `Nobody has acknowledged: ${message}`,
  },
  zh: {
    told: (_, message) => message,
    over: (title, message) => `已解除：${title}。此前：${message}`,
    reminded: (_, message) => `仍在持续，无人确认：${message}`,
    escalated: (_, message) => `无人确认：${message}`,
  },
};

function aboutOf(subject: string, farm: FarmDetail | undefined): About {
  const [gateway, deviceId, channel] = subject.split('/') as [string, string | undefined, string | undefined];
  const device = farm?.devices.find((d) => d.gateway === gateway && d.device === deviceId);
  const field = farm?.fields.find((f) => f.id === device?.field)?.title ?? null;
  return { gateway, device, deviceId: deviceId ?? null, channel, field };
}

function say(
  { farm, value }: AlertRow,
  rule: Rule,
  about: About,
  { detail, gateways }: AlertWorld,
  language: Language,
): string {
  const { gateway, deviceId, channel } = about;
  const gatewayTitle = gateways.gateways().find((g) => g.farm === farm && g.gateway === gateway)?.title ?? gateway;
  const device = deviceId === null ? gatewayTitle : (about.device?.title ?? deviceId);
  const [quantity, place] = channel?.split('@') ?? [];
  const words = quantity === undefined ? device : channelWords(quantity, place, language);
  return messageOfRule(rule, language, { device, field: about.field ?? detail?.title ?? null, channel: words, value });
}
