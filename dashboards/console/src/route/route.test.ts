import { expect, test } from 'vitest';
import { hrefOf, parseRoute, type Route } from './route.ts';

const routes: [string, Route][] = [
  ['#/', { page: 'farms' }],
  ['#/settings', { page: 'settings', farm: null }],
  ['#/farm/demo', { page: 'overview', farm: 'demo' }],
  ['#/farm/demo/map', { page: 'map', farm: 'demo' }],
  ['#/farm/demo/gateways', { page: 'gateways', farm: 'demo' }],
  ['#/farm/settings/settings', { page: 'settings', farm: 'settings' }],
  ['#/farm/demo/field/north', { page: 'field', farm: 'demo', area: 'north' }],
  ['#/farm/demo/field/whole-farm', { page: 'field', farm: 'demo', area: 'whole-farm' }],
  ['#/farm/demo/whole-farm', { page: 'field', farm: 'demo', area: null }],
  ['#/farm/demo/alerts', { page: 'alerts', farm: 'demo', alert: null }],
  ['#/farm/demo/alerts/12', { page: 'alerts', farm: 'demo', alert: 12 }],
  ['#/farm/demo/device/gw-1/node-3', { page: 'device', farm: 'demo', device: 'gw-1/node-3' }],
  ['#/farm/demo/rules', { page: 'rules', farm: 'demo' }],
  ['#/farm/demo/rule/frost', { page: 'rule', farm: 'demo', id: 'frost', from: '' }],
  ['#/farm/demo/rule?from=tea%2Ffrost', { page: 'rule', farm: 'demo', id: null, from: 'tea/frost' }],
  [
    '#/farm/demo/chart?c=gw-1/a/soil.moisture@d10&c=gw-1/b/soil.moisture@d10&range=6h',
    { page: 'chart', farm: 'demo', channels: ['gw-1/a/soil.moisture@d10', 'gw-1/b/soil.moisture@d10'], range: '6h' },
  ],
];

test.each(routes)('%s', (href, route) => {
  expect(parseRoute(href)).toEqual(route);
  expect(hrefOf(route)).toBe(href);
});

test.each([
  ['', 'farms'],
  ['#', 'farms'],
  ['#nonsense', 'farms'],
  ['#/farm', 'farms'],
  ['#/farm/demo/', 'overview'],
  ['#/farm/demo/nonsense', 'overview'],
  ['#/farm/demo/field', 'overview'],
  ['#/farm/%E0%A4%A/chart', 'chart'],
])('"%s" leads to %s', (hash, page) => {
  expect(parseRoute(hash).page).toBe(page);
});
