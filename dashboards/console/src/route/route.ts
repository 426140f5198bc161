/**
 * Addresses of the console's pages, behind the `#`, so that the page works from any path of any server.
 * Every page of a farm stands below the farm, so that an address can be sent to somebody.
 */
export type Route =
  | { page: 'farms' }
  /** A one-time link: the first owner, an invitation, a new password. */
  | { page: 'welcome'; code: string }
  | { page: 'settings'; farm: string | null }
  | { page: 'overview'; farm: string }
  | { page: 'map'; farm: string }
  | { page: 'gateways'; farm: string }
  | { page: 'actuators'; farm: string }
  | { page: 'people'; farm: string }
  /** `alert`: the one that is opened. */
  | { page: 'alerts'; farm: string; alert: number | null }
  /** `device`: gateway/device. */
  | { page: 'device'; farm: string; device: string }
  | { page: 'rules'; farm: string }
  /** `id`: a rule that stands; null makes one, from a template where `from` names it. */
  | { page: 'rule'; farm: string; id: string | null; from: string }
  /** `area` is null for what belongs to the whole farm. */
  | { page: 'field'; farm: string; area: string | null }
  /** `range`: one of the ranges that follow the present, or two times in ms. */
  | { page: 'chart'; farm: string; channels: string[]; range: string };

const WHOLE_FARM = 'whole-farm';

/** The route of what stands behind the `#`; the list of farms where it says nothing we know. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const parts = path.split('/').filter((p) => p !== '');
  const [first, farm, page, ...rest] = parts.map(decode);
  if (first === 'welcome') return { page: 'welcome', code: new URLSearchParams(query).get('code') ?? '' };
  if (first === 'settings') return { page: 'settings', farm: null };
  if (first !== 'farm' || farm === undefined) return { page: 'farms' };
  switch (page) {
    case 'map':
    case 'gateways':
    case 'actuators':
    case 'people':
    case 'settings':
    case 'rules':
      return { page, farm };
    case 'alerts': {
      const alert = Number(rest[0]);
      return { page, farm, alert: Number.isSafeInteger(alert) && alert > 0 ? alert : null };
    }
    case 'device':
      return { page, farm, device: rest.join('/') };
    case 'rule':
      return { page, farm, id: rest[0] ?? null, from: new URLSearchParams(query).get('from') ?? '' };
    case 'whole-farm':
      return { page: 'field', farm, area: null };
    case 'field':
      return rest[0] === undefined ? { page: 'overview', farm } : { page: 'field', farm, area: rest[0] };
    case 'chart': {
      const params = new URLSearchParams(query);
      return { page, farm, channels: params.getAll('c'), range: params.get('range') ?? '' };
    }
    default:
      return { page: 'overview', farm };
  }
}

/** The address of a route, with its `#`. */
export function hrefOf(route: Route): string {
  if (route.page === 'farms') return '#/';
  if (route.page === 'welcome') return `#/welcome?code=${encodeURIComponent(route.code)}`;
  if (route.farm === null) return '#/settings';
  const farm = `#/farm/${encodeURIComponent(route.farm)}`;
  switch (route.page) {
    case 'overview':
      return farm;
    case 'alerts':
      return `${farm}/alerts${route.alert === null ? '' : `/${route.alert}`}`;
    case 'device':
      return `${farm}/device/${route.device.split('/').map(encodeURIComponent).join('/')}`;
    case 'rule': {
      if (route.id !== null) return `${farm}/rule/${encodeURIComponent(route.id)}`;
      return `${farm}/rule${route.from === '' ? '' : `?from=${encodeURIComponent(route.from)}`}`;
    }
    case 'field':
      return route.area === null ? `${farm}/${WHOLE_FARM}` : `${farm}/field/${encodeURIComponent(route.area)}`;
    case 'chart': {
      const params = new URLSearchParams(route.channels.map((id) => ['c', id]));
      if (route.range !== '') params.set('range', route.range);
      // Slashes and at signs are plain in a query, and an address is read by people too.
      return `${farm}/chart?${params.toString().replaceAll('%2F', '/').replaceAll('%40', '@')}`;
    }
    default:
      return `${farm}/${route.page}`;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
