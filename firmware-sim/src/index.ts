/** For tests and measurements of the whole system; services meet the simulator on the wire. */
export * from './config.ts';
export * from './farm.ts';
export * from './faults/fault-order.ts';
export * from './faults/fault-table.ts';
export * from './faults/faults.ts';
export * from './record.ts';
export * from './simulator.ts';
export * from './world/world.ts';
