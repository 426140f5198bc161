/** Every kind of check. */
import Type, { type Static, type TSchema } from 'typebox';
import { alert, noAlert } from './alert.ts';
import { nothingLost, storedOnce } from './books.ts';
import type { CheckKind } from './check.ts';
import { counted, memory } from './counted.ts';
import { drained, gateway, live, panel } from './panel.ts';
import { quality, stored, value } from './readings.ts';

export const CHECKS = {
  'nothing-lost': nothingLost,
  'stored-once': storedOnce,
  panel,
  gateway,
  drained,
  'live-age': live,
  value,
  quality,
  stored,
  counted,
  memory,
  alert,
  'no-alert': noAlert,
};

export const Expectation = Type.Union([
  nothingLost.schema,
  storedOnce.schema,
  panel.schema,
  gateway.schema,
  drained.schema,
  live.schema,
  value.schema,
  quality.schema,
  stored.schema,
  counted.schema,
  memory.schema,
  alert.schema,
  noAlert.schema,
]);
export type Expectation = Static<typeof Expectation>;

/** The kind of an expectation, for use with that expectation. */
export const checkKindOf = (expectation: Expectation): CheckKind<TSchema> =>
  CHECKS[expectation.check] as unknown as CheckKind<TSchema>;
