/** What the cloud alerts somebody of. */
import Type from 'typebox';
import { closed } from '../kinds/device-kind.ts';
import { FieldTime, fieldMs, Patience, realText, spanOf } from '../times.ts';
import { checkKind, type Verdict } from './check.ts';

export const alert = checkKind({
  what: 'the cloud shows an alert of a rule in time',
  schema: Type.Object(
    {
      check: Type.Literal('alert'),
      rule: Type.String({ minLength: 1, description: 'The rule’s id.' }),
      device: Type.Optional(Type.String({ minLength: 1, description: 'Of this device. Default of any.' })),
      after: Type.Optional(FieldTime),
      within: Patience,
    },
    closed,
  ),
  sees: ['alerts'],
  name: ({ rule, device, after = '0s', within }) =>
    `alert ${rule}${device === undefined ? '' : ` of ${device}`} within ${within} after ${after}`,
  watch({ rule, device, after = '0s', within }, context) {
    const afterMs = fieldMs(after) / context.scale.speed;
    const allowedMs = context.realMs(spanOf(within), device === undefined ? [] : context.selected(device));
    let verdict: Verdict | undefined;
    let hasAnswered = false;
    return {
      see({ realMs, alerts }) {
        if (alerts !== undefined) hasAnswered = true;
        if (verdict !== undefined || realMs < afterMs || alerts === undefined) return;
        const there = alerts.some((a) => a.rule === rule && (device === undefined || a.device === device));
        const took = realMs - afterMs;
        if (there) verdict = { ok: true, detail: `after ${realText(took)} (${realText(allowedMs)} allowed)` };
        else if (took > allowedMs + 2 * context.lookEveryMs)
          verdict = { ok: false, detail: `not within ${realText(allowedMs)}` };
      },
      soFar: () => verdict,
      judge: () =>
        verdict ?? {
          ok: false,
          detail: hasAnswered ? 'the scenario ended before' : 'this cloud has no alerts',
        },
    };
  },
});
