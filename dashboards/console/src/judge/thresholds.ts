/** Which thresholds of the farm's rules watch the channels that a chart shows. */
import { bindRule, type FarmDetail, type Rule, type World } from '@karez/model';

export interface Threshold {
  rule: Rule;
  value: number;
  recover: number;
}

/** The most that a chart still tells apart. */
const MOST = 6;

/** @param shown ids of channels, `gateway/device/quantity[@place]`. */
export function thresholdsOf(rules: readonly Rule[], shown: readonly string[], detail: FarmDetail): Threshold[] {
  const world = worldOf(detail);
  const ids = new Set(shown);
  return rules
    .flatMap((rule): Threshold[] => {
      const { condition } = rule;
      if (condition.type !== 'above' && condition.type !== 'below') return [];
      const isWatched = bindRule(rule, world).some(({ key }) => ids.has(key));
      return isWatched ? [{ rule, value: condition.value, recover: condition.recover }] : [];
    })
    .slice(0, MOST);
}

function worldOf(detail: FarmDetail): World {
  let handle = 0;
  const crops = new Map(detail.fields.map((f) => [f.id, f.crop]));
  return {
    gateways: [],
    devices: detail.devices
      .filter((d) => d.active)
      .map(({ gateway, device, kind, field, intervalMs, channels }) => ({
        ...{ gateway, id: device, kind, field: field ?? undefined, intervalMs },
        crop: field === null ? undefined : crops.get(field),
        channels: channels.map(({ quantity, place }) => ({ handle: handle++, quantity, place: place ?? undefined })),
      })),
  };
}
