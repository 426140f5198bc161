/** Which series a rule is about, as conditions of InfluxQL. */
import { bindRule, type FarmDetail, type Rule, type World } from '@karez/model';

/** What rules can watch in a farm, gateways among it. */
export function worldOf({ fields, devices, gateways }: FarmDetail): World {
  const crops = new Map(fields.map(({ id, crop }) => [id, crop]));
  let handle = 0;
  return {
    devices: devices
      .filter(({ active }) => active)
      .map(({ gateway, device, kind, field, intervalMs, channels }) => ({
        ...{ gateway, id: device, kind, intervalMs, field: field ?? undefined },
        crop: field === null ? undefined : crops.get(field),
        channels: channels.map(({ quantity, place }) => ({ handle: ++handle, quantity, place: place ?? undefined })),
      })),
    gateways: gateways.map((gateway) => ({ gateway, handle: ++handle })),
  };
}

/**
 * Conditions for farm and subjects. A rule about everything says only the farm, so what is added later is watched too.
 * @returns undefined where the rule watches nothing.
 */
export function whereOf(rule: Rule, farm: FarmDetail): string[] | undefined {
  const own = [`"farm" = '${farm.id}'`];
  if (Object.keys(rule.scope).length === 0) return own;
  const keys = bindRule(rule, worldOf(farm)).map(({ key }) => key.split('/'));
  if (keys.length === 0) return undefined;
  if (rule.condition.type === 'gateway-silent')
    return [
      ...own,
      oneOf(
        'gateway',
        keys.map(([gateway]) => gateway as string),
      ),
    ];
  const places = rule.scope.channels === undefined ? undefined : keys;
  const byGateway = Map.groupBy(keys, ([gateway]) => gateway as string);
  const parts = [...byGateway].map(([gateway, list]) => {
    const devices = oneOf('device', [...new Set(list.map(([, device]) => device as string))]);
    return `("gateway" = '${gateway}' AND ${devices})`;
  });
  const whole = parts.length === 1 ? (parts[0] as string) : `(${parts.join(' OR ')})`;
  return places === undefined ? [...own, whole] : [...own, `(${places.map(channelIs).join(' OR ')})`];
}

function channelIs([gateway, device, channel]: readonly string[]): string {
  const place = channel?.split('@')[1] ?? '';
  return `("gateway" = '${gateway}' AND "device" = '${device}' AND "place" = '${place}')`;
}

/** Ids hold nothing that a regular expression reads otherwise (model/src/ids.ts), but for the dot. */
function oneOf(tag: string, ids: readonly string[]): string {
  if (ids.length === 1) return `"${tag}" = '${ids[0]}'`;
  return `"${tag}" =~ /^(${ids.map((id) => id.replaceAll('.', '\\.')).join('|')})$/`;
}
