/** What tests and benchmarks need of the gateway. Services start through main.ts. */
export { buildCatalog } from './catalog.ts';
export { createChecker } from './check/check.ts';
export { type LoadedConfig, loadConfig } from './config.ts';
export { type Gateway, startGateway } from './gateway.ts';
export { type Journal, openJournal } from './journal/journal.ts';
export { Pipeline } from './pipeline.ts';
