/**
 * The shared vocabulary. Everything here is pure: no file, socket, timer or environment is touched. Schemas and their
 * compiler are not here but in `@karez/model/schemas`: they take 30 MB, which a gateway has only while it reads its
 * configuration.
 */
export * from './ack.ts';
export type * from './api.ts';
export type * from './api-alerts.ts';
export type * from './calibration/calibration-schema.ts';
export * from './calibration/formula.ts';
export * from './calibration/soil-curves.ts';
export type * from './catalog.ts';
export type * from './commands/command.ts';
export * from './commands/judge.ts';
export * from './commands/machine.ts';
export * from './commands/read-command.ts';
export * from './commands/relay-boards.ts';
export * from './commands/step.ts';
export type * from './contacts.ts';
export * from './errors.ts';
export * from './formula.ts';
export * from './freeze.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './mqtt-guard.ts';
export type * from './people.ts';
export * from './ports.ts';
export * from './problems.ts';
export * from './profile.ts';
export type * from './profile-schemas.ts';
export * from './profiles/registry.ts';
export { byteWidth } from './protocols/lorawan-layout.ts';
export * from './protocols/modbus-map.ts';
export * from './protocols/nmea-units.ts';
export * from './protocols/sdi12-values.ts';
export * from './quantities.ts';
export * from './reading.ts';
export * from './roles.ts';
export * from './rules/index.ts';
export * from './sequence.ts';
export * from './states.ts';
export * from './topics.ts';
export * from './units.ts';
