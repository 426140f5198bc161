/** One schema for each thing that crosses a border, and the one way to check it. */
export * from './api.ts';
export * from './api-alerts.ts';
export * from './calibration/calibration-schema.ts';
export * from './catalog.ts';
export * from './commands/command.ts';
export * from './contacts.ts';
export * from './id-schemas.ts';
export * from './people.ts';
export * from './profile-schemas.ts';
export * from './profiles/parse-profile.ts';
export * from './rules/parse-rule.ts';
export * from './rules/rule.ts';
export * from './schema.ts';
