/** What the console shows while it runs: the console's own judgement, fed from the cloud's API as the console is. */
import { DELIVERY_MS } from '@karez/console/judge';
import Type from 'typebox';
import { closed } from '../kinds/device-kind.ts';
import { clockText, FieldTime, fieldMs, Patience, realText, spanOf } from '../times.ts';
import { type CheckContext, checkKind, type Look, type Verdict, type Watch } from './check.ts';

const After = Type.Optional(FieldTime);
const Device = Type.String({ minLength: 1, description: 'An id; ids with *; field:ID; kind:KIND; all.' });

/** Something that must come true in time, and is then decided. */
function inTime(
  afterMs: number,
  patienceMs: number,
  isThere: (look: Look) => boolean | undefined,
  not: () => string,
): Watch {
  let found: Verdict | undefined;
  return {
    see(look) {
      if (found !== undefined || look.realMs < afterMs) return;
      const took = look.realMs - afterMs;
      const is = isThere(look);
      if (is) found = { ok: true, detail: `after ${realText(took)} (${realText(patienceMs)} allowed)` };
      else if (is === false && took > patienceMs)
        found = { ok: false, detail: `not within ${realText(patienceMs)}: ${not()}` };
    },
    soFar: () => found,
    judge: () => found ?? { ok: false, detail: `the scenario ended before: ${not()}` },
  };
}

/** What may pass between the field and the eye besides: delivery, as the console allows for it, and our own look. */
const graceMs = ({ lookEveryMs }: CheckContext) => DELIVERY_MS + 2 * lookEveryMs;

export const panel = checkKind({
  what: 'the console shows devices fresh, late, suspect or silent in time',
  schema: Type.Object(
    {
      check: Type.Literal('panel'),
      device: Device,
      shows: Type.Enum(['fresh', 'late', 'suspect', 'silent']),
      after: After,
      within: Patience,
    },
    closed,
  ),
  sees: ['latest'],
  name: ({ device, shows, after = '0s', within }) => `panel shows ${device} ${shows} within ${within} after ${after}`,
  problem: ({ device }, { selected }) =>
    selected(device).length > 0 ? undefined : { key: 'device', expected: 'must mean a device of this scenario' },
  watch({ device, shows, after = '0s', within }, context) {
    const devices = context.selected(device);
    let last = 'the cloud did not answer';
    return inTime(
      fieldMs(after) / context.scale.speed,
      context.realMs(spanOf(within), devices) + graceMs(context),
      ({ shown }) => {
        if (shown === undefined) return undefined;
        const others = devices.filter((id) => shown.get(id) !== shows);
        last = others
          .map((id) => `${id} is ${shown.get(id) ?? 'unknown'}`)
          .slice(0, 5)
          .join(', ');
        return others.length === 0;
      },
      () => last,
    );
  },
});

export const gateway = checkKind({
  what: 'the console shows the gateway connected or away in time',
  schema: Type.Object(
    {
      check: Type.Literal('gateway'),
      shows: Type.Union([Type.Literal('connected'), Type.Literal('away')]),
      after: After,
      within: Patience,
    },
    closed,
  ),
  name: ({ shows, after = '0s', within }) => `panel shows the gateway ${shows} within ${within} after ${after}`,
  watch: ({ shows, after = '0s', within }, context) =>
    inTime(
      fieldMs(after) / context.scale.speed,
      context.realMs(spanOf(within), []) + 2 * context.lookEveryMs,
      (look) => look.gateway && look.gateway.online === (shows === 'connected'),
      () => `it shows it ${shows === 'away' ? 'connected' : 'away'}`,
    ),
});

export const drained = checkKind({
  what: 'after an outage the backlog reaches the cloud in time: nothing older than a few seconds waits any more',
  schema: Type.Object(
    {
      check: Type.Literal('drained'),
      after: FieldTime,
      within: Patience,
      atLeast: Type.Optional(
        Type.Integer({ minimum: 1, description: 'Readings that must have waited before. Default 1.' }),
      ),
    },
    closed,
  ),
  name: ({ after, within, atLeast = 1 }) => `backlog of at least ${atLeast} drained within ${within} after ${after}`,
  watch({ after, within, atLeast = 1 }, context) {
    const afterMs = fieldMs(after) / context.scale.speed;
    let most = 0;
    const watch = inTime(
      afterMs,
      context.realMs(spanOf(within), []) + 2 * context.lookEveryMs,
      ({ local }) => local && local.oldestAgeMs <= LIVE_MS,
      () => 'older readings still wait',
    );
    const judged = (verdict: Verdict | undefined) => {
      if (verdict === undefined || !verdict.ok) return verdict;
      if (most < atLeast) return { ok: false, detail: `only ${most} readings waited; there was no such backlog` };
      return { ...verdict, detail: `${most.toLocaleString('en')} readings waited; gone ${verdict.detail}` };
    };
    return {
      whileDraining: true,
      see(look) {
        if (look.realMs <= afterMs + context.lookEveryMs) most = Math.max(most, look.local?.waiting ?? 0);
        watch.see?.(look);
      },
      soFar: () => judged(watch.soFar?.()),
      judge: (evidence) => judged(watch.judge(evidence)) as Verdict,
    };
  },
});

/** What waits no longer than this is on its way, not backlog. */
const LIVE_MS = 5_000;

export const live = checkKind({
  what: 'at every look, the newest value of a device is no older than its interval and so much more',
  schema: Type.Object(
    {
      check: Type.Literal('live-age'),
      device: Device,
      below: Patience,
      from: After,
      to: Type.Optional(FieldTime),
    },
    closed,
  ),
  sees: ['latest'],
  name: ({ device, below, from = '0s', to = 'the end' }) =>
    `newest value of ${device} at most its interval and ${below} old, ${from} to ${to}`,
  problem: panel.problem as never,
  watch({ device, below, from = '0s', to }, context) {
    const devices = context.selected(device);
    const [fromMs, toMs] = [fieldMs(from), to === undefined ? context.lastsMs : fieldMs(to)];
    const allowedMs = context.realMs(spanOf(below), devices);
    let worst: { device: string; overMs: number; atMs: number } | undefined;
    let looks = 0;
    return {
      see(look) {
        if (look.latest === undefined || look.fieldMs < fromMs || look.fieldMs > toMs) return;
        looks++;
        const newest = new Map<string, number>();
        for (const [channel, [timeMs]] of Object.entries(look.latest.values)) {
          const id = channel.split('/')[1] as string;
          newest.set(id, Math.max(newest.get(id) ?? 0, timeMs));
        }
        for (const id of devices) {
          const overMs = look.latest.nowMs - (newest.get(id) ?? 0) - context.intervalMs(id);
          if (worst === undefined || overMs > worst.overMs) worst = { device: id, overMs, atMs: look.fieldMs };
        }
      },
      judge() {
        if (worst === undefined) return { ok: false, detail: 'there was no look at it in this time' };
        const { overMs, atMs } = worst;
        const over = overMs > 1e9 ? 'never heard' : `${realText(Math.max(0, overMs))} beyond the interval`;
        return {
          ok: overMs <= allowedMs,
          detail: `worst of ${looks} looks: ${worst.device} ${over} at ${clockText(atMs)} (${realText(allowedMs)} allowed)`,
        };
      },
    };
  },
});
