/**
 * What happened lately, newest first: devices that fell silent or came back, values that became suspect, gateways that
 * went and came. Read from the history of one channel per device, so that it is there however long the page has been
 * open, and from the newest values of all channels.
 */
import type { ApiDevice, ApiGateway, FarmDetail, Series } from '@karez/model';
import { type QualityName, qualityNames, SUSPECT } from '@karez/model/reading';
import { silences, unbrokenMs } from '../feed/series.ts';
import { type FarmVerdict, silentSince } from './areas.ts';
import { silentSinceMs } from './state.ts';

export type Happening = {
  key: string;
  atMs: number;
} & (
  | { what: 'silent'; device: ApiDevice }
  | { what: 'back'; device: ApiDevice; spanMs: number }
  | { what: 'silent-many'; gateway: string; n: number }
  | { what: 'back-many'; gateway: string; n: number; spanMs: number }
  | { what: 'suspect'; device: ApiDevice; channelId: string; quantity: string; why: QualityName | 'quiet' }
  | { what: 'gateway-away'; gateway: string }
);

/** Devices that fall silent within this time of each other, behind one gateway, fell silent together, ms. */
const TOGETHER_MS = 180_000;
/** So many, and such a share of the gateway's devices; fewer are named one by one. */
const TOGETHER_AT_LEAST = 3;
const TOGETHER_SHARE = 0.25;

/** The channel whose history stands for its device: the first that is not about the device itself. */
export function pulseChannel(device: ApiDevice): string | undefined {
  return (device.channels.find((c) => !/^(battery|radio|gnss|vehicle)\./.test(c.quantity)) ?? device.channels[0])?.id;
}

interface Silence {
  device: ApiDevice;
  fromMs: number;
  /** Null while it lasts. */
  toMs: number | null;
}

export function happenings(
  detail: FarmDetail,
  pulses: ReadonlyMap<string, Series>,
  verdict: FarmVerdict,
  gateways: readonly ApiGateway[],
  fromMs: number,
): Happening[] {
  const found: Happening[] = [];
  const quiet: Silence[] = [];
  for (const area of verdict.areas) {
    for (const one of area.devices) {
      const since = silentSince(one);
      if (one.state === 'silent' && !one.behindGateway && since !== null && since >= fromMs)
        quiet.push({ device: one.device, fromMs: since, toMs: null });
    }
    for (const doubt of area.doubts) {
      found.push({
        ...{ key: `suspect/${doubt.channelId}`, atMs: doubt.timeMs, what: 'suspect', device: doubt.device },
        ...{ channelId: doubt.channelId, quantity: doubt.quantity, why: doubt.why },
      });
    }
  }
  for (const gateway of verdict.gatewaysAway) {
    if (gateway.heardMs !== null && gateway.heardMs >= fromMs)
      found.push({
        key: `away/${gateway.gateway}`,
        atMs: gateway.heardMs,
        what: 'gateway-away',
        gateway: gateway.title,
      });
  }
  for (const device of detail.devices) {
    // A sprayer is off most of the day; that is no news.
    if (!device.active || device.kind === 'sprayer') continue;
    const id = pulseChannel(device);
    const pulse = id === undefined ? undefined : pulses.get(id);
    if (id === undefined || pulse === undefined) continue;
    for (const [from, to] of silences(pulse.timeMs, unbrokenMs(device.intervalMs, pulse.stepMs)))
      quiet.push({ device, fromMs: silentSinceMs(from, device.intervalMs), toMs: to });
    found.push(
      ...suspectSpells(device, id, pulse).filter(
        (h) => !found.some((f) => f.key === `suspect/${id}` && h.atMs >= f.atMs - pulse.stepMs),
      ),
    );
  }
  found.push(...told(quiet, detail, gateways));
  return found.sort((a, b) => b.atMs - a.atMs);
}

/** The beginnings of spells of suspect readings. */
function suspectSpells(device: ApiDevice, channelId: string, pulse: Series): Happening[] {
  const quantity = device.channels.find((c) => c.id === channelId)?.quantity ?? '';
  const found: Happening[] = [];
  let inSpell = false;
  pulse.quality.forEach((quality, i) => {
    const why = qualityNames(quality & SUSPECT)[0];
    const atMs = pulse.timeMs[i] as number;
    if (why !== undefined && !inSpell)
      found.push({ key: `suspect/${channelId}/${atMs}`, atMs, what: 'suspect', device, channelId, quantity, why });
    inSpell = why !== undefined;
  });
  return found;
}

/** Silences in words; those of many devices of one gateway at one time are one line. */
function told(quiet: Silence[], detail: FarmDetail, gateways: readonly ApiGateway[]): Happening[] {
  const byGateway = new Map<string, Silence[]>();
  for (const silence of quiet.sort((a, b) => a.fromMs - b.fromMs)) {
    const list = byGateway.get(silence.device.gateway) ?? [];
    byGateway.set(silence.device.gateway, [...list, silence]);
  }
  const found: Happening[] = [];
  for (const [gateway, list] of byGateway) {
    const devices = detail.devices.filter((d) => d.active && d.gateway === gateway).length;
    const atLeast = Math.max(TOGETHER_AT_LEAST, devices * TOGETHER_SHARE);
    const title = gateways.find((g) => g.gateway === gateway)?.title ?? gateway;
    for (let i = 0; i < list.length; ) {
      const first = list[i] as Silence;
      let end = i;
      while (end < list.length && (list[end] as Silence).fromMs - first.fromMs <= TOGETHER_MS) end++;
      const together = list.slice(i, end);
      i = end;
      if (together.length < atLeast) found.push(...together.flatMap(one));
      else found.push(...many(together, title));
    }
  }
  return found;
}

function one({ device, fromMs, toMs }: Silence): Happening[] {
  const key = `${device.id}/${fromMs}`;
  const silent: Happening = { key: `silent/${key}`, atMs: fromMs, what: 'silent', device };
  if (toMs === null) return [silent];
  return [{ key: `back/${key}`, atMs: toMs, what: 'back', device, spanMs: toMs - fromMs }];
}

function many(together: Silence[], gateway: string): Happening[] {
  const fromMs = Math.min(...together.map((s) => s.fromMs));
  const back = together.flatMap((s) => (s.toMs === null ? [] : [s.toMs]));
  const key = `${gateway}/${fromMs}`;
  const lasting = together.length - back.length;
  const found: Happening[] = [];
  if (back.length > 0) {
    const toMs = Math.max(...back);
    found.push({ key: `back/${key}`, atMs: toMs, what: 'back-many', gateway, n: back.length, spanMs: toMs - fromMs });
  }
  if (lasting > 0) found.push({ key: `silent/${key}`, atMs: fromMs, what: 'silent-many', gateway, n: lasting });
  return found;
}
