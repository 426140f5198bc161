/** What the cloud alerts somebody of. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { closed } from '../kinds/device-kind.ts';
import { FieldTime, fieldMs, Patience, realText, spanOf } from '../times.ts';
import { checkKind, type Evidence, type ShownAlert, type Verdict } from './check.ts';

const Reading = Type.Object(
  {
    device: Id,
    channel: Type.String({ pattern: '^[a-z][a-z0-9.-]*(@[a-z0-9]+)?$', description: 'A quantity, or one at a place.' }),
    below: Type.Optional(Type.Number()),
    above: Type.Optional(Type.Number()),
  },
  { ...closed, description: 'The first reading below or above.' },
);

export const alert = checkKind({
  what: 'the cloud shows an alert of a rule in time: after a moment, or since the first reading that is below or above',
  schema: Type.Object(
    {
      check: Type.Literal('alert'),
      rule: Type.String({ minLength: 1, description: 'The rule’s id.' }),
      device: Type.Optional(Type.String({ minLength: 1, description: 'Of these devices each. Default of any.' })),
      after: Type.Optional(FieldTime),
      since: Type.Optional(Reading),
      within: Patience,
    },
    closed,
  ),
  sees: ['alerts'],
  name({ rule, device, after = '0s', since, within }) {
    const bound = since?.below === undefined ? `above ${since?.above}` : `below ${since.below}`;
    const from = since === undefined ? `after ${after}` : `since ${since.device} ${since.channel} is ${bound}`;
    return `alert ${rule}${device === undefined ? '' : ` of ${device}`} within ${within} ${from}`;
  },
  problem({ rule, device, after, since }, { selected, rules }) {
    if (!rules.includes(rule)) return { key: 'rule', expected: 'must be the id of a rule of this scenario' };
    if (device !== undefined && selected(device).length === 0)
      return { key: 'device', expected: 'must mean a device of this scenario' };
    if (after !== undefined && since !== undefined) return { key: 'since', expected: 'and after cannot both be there' };
    if (since !== undefined && selected(since.device).length !== 1)
      return { key: 'since.device', expected: 'must be a device of this scenario' };
    if (since !== undefined && (since.below === undefined) === (since.above === undefined))
      return { key: 'since', expected: 'must have either below or above' };
    return undefined;
  },
  watch({ rule, device, after = '0s', since, within }, context) {
    const devices = device === undefined ? [undefined] : context.selected(device);
    const allowedMs = context.realMs(spanOf(within), device === undefined ? [] : context.selected(device));
    const graceMs = 2 * context.lookEveryMs;
    /** When each was first seen, on the wall. */
    const seenMs = new Map<string | undefined, number>();
    let hasAnswered = false;
    const startMs = (evidence: Evidence) => {
      if (since === undefined) return evidence.realWallMs(fieldMs(after));
      const { below = Number.NEGATIVE_INFINITY, above = Number.POSITIVE_INFINITY } = since;
      const isMet = (value: number | null) => value !== null && (value < below || value > above);
      return evidence.readings(since.device, since.channel).find((reading) => isMet(reading.value))?.timeMs;
    };
    return {
      see({ wallMs, alerts, fieldMs: nowMs }) {
        if (alerts === undefined) return;
        hasAnswered = true;
        if (nowMs < fieldMs(after)) return;
        for (const id of devices) if (!seenMs.has(id) && alerts.some((a) => isOf(a, rule, id))) seenMs.set(id, wallMs);
      },
      judge(evidence): Verdict {
        if (!hasAnswered) return { ok: false, detail: 'this cloud has no alerts' };
        const fromMs = startMs(evidence);
        if (fromMs === undefined) return { ok: false, detail: 'there was no such reading' };
        const unseen = devices.filter((id) => !seenMs.has(id));
        if (unseen.length > 0)
          return {
            ok: false,
            detail: `never shown${device === undefined ? '' : ` of ${unseen.slice(0, 5).join(', ')}`}`,
          };
        const tookMs = Math.max(...seenMs.values()) - fromMs;
        return {
          ok: tookMs <= allowedMs + graceMs,
          detail: `shown after ${realText(Math.max(0, tookMs))} (${realText(allowedMs)} allowed)`,
        };
      },
    };
  },
});

const isOf = (shown: ShownAlert, rule: string, device: string | undefined) =>
  shown.rule === rule && (device === undefined || shown.device === device);

export const noAlert = checkKind({
  what: 'the cloud shows no alert of a rule',
  schema: Type.Object(
    {
      check: Type.Literal('no-alert'),
      rule: Type.String({ minLength: 1 }),
      device: Type.Optional(Type.String({ minLength: 1, description: 'Of any of these devices. Default of any.' })),
    },
    closed,
  ),
  sees: ['alerts'],
  name: ({ rule, device }) => `no alert ${rule}${device === undefined ? '' : ` of ${device}`}`,
  problem({ rule, device }, { selected, rules }) {
    if (!rules.includes(rule)) return { key: 'rule', expected: 'must be the id of a rule of this scenario' };
    if (device !== undefined && selected(device).length === 0)
      return { key: 'device', expected: 'must mean a device of this scenario' };
    return undefined;
  },
  watch({ rule, device }, { selected }) {
    const devices = device === undefined ? [undefined] : selected(device);
    const shown = new Set<string>();
    let hasAnswered = false;
    return {
      see({ alerts }) {
        if (alerts === undefined) return;
        hasAnswered = true;
        for (const one of alerts) if (devices.some((id) => isOf(one, rule, id))) shown.add(one.device ?? 'the farm');
      },
      judge() {
        if (!hasAnswered) return { ok: false, detail: 'this cloud has no alerts' };
        return { ok: shown.size === 0, detail: shown.size === 0 ? 'none' : `of ${[...shown].slice(0, 5).join(', ')}` };
      },
    };
  },
});
