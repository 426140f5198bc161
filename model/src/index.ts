/** The shared vocabulary. Everything here is pure: no file, socket, timer or environment is touched. */
export * from './api.ts';
export * from './catalog.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './mqtt-guard.ts';
export * from './ports.ts';
export * from './profile.ts';
export * from './profiles/registry.ts';
export * from './quantities.ts';
export * from './reading.ts';
export * from './schema.ts';
export * from './sequence.ts';
export * from './topics.ts';
