/** What tests and benchmarks need of the gateway. Services start through main.ts. */
export { buildCatalog } from './catalog.ts';
export { createChecker } from './check/check.ts';
export type { LoadedConfig } from './config.ts';
export { PacketFinder, packetValues } from './davis/packet.ts';
export { type Gateway, type GatewayPorts, startGateway } from './gateway.ts';
export { type Journal, MERGE_EVERY_COMMITS, openJournal } from './journal/journal.ts';
export type { JournalCaller, StartJournal } from './journal/journal-call.ts';
export { JournalDb } from './journal/journal-db.ts';
export { inline } from './journal/journal-inline.ts';
export { loadConfig } from './load-config.ts';
export { FrameFinder } from './mavlink/frame-finder.ts';
export { frameValues } from './mavlink/values.ts';
export { findReply } from './modbus/frame.ts';
export { groupRegisters, registerValue } from './modbus/registers.ts';
export { readJson } from './mqtt/json-values.ts';
export { Pipeline } from './pipeline.ts';
export type { Sample } from './ports.ts';
export type { CloudLink, ConnectCloud, LinkEvents } from './uplink/link.ts';
