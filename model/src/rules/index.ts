/** Rules and alerts, without their schemas (rule.ts, parse-rule.ts: by `@karez/model/schemas`). */
export * from './alert-device.ts';
export * from './bind.ts';
export * from './defaults.ts';
export * from './derived.ts';
export * from './episodes.ts';
export * from './evaluate.ts';
export * from './message.ts';
export type * from './rule.ts';
export * from './transition.ts';
export { FarmTime } from './when.ts';
