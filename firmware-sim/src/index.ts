/** For tests and measurements of the whole system; services meet the simulator on the wire. */
export { loop2Packet, loopPacket } from './codec/davis-console.ts';
export { MAVLINK_MESSAGES, type MavlinkMessageName, MavlinkSender } from './codec/mavlink.ts';
export { SIM_MODBUS_DEVICES, type SimModbusKind } from './codec/modbus-devices.ts';
export { ModbusBus } from './codec/modbus-slave.ts';
export { nmeaSentences } from './codec/nmea-instrument.ts';
export * from './config.ts';
export * from './farm.ts';
export * from './faults/fault-order.ts';
export * from './faults/fault-table.ts';
export * from './faults/faults.ts';
export * from './faults/targets.ts';
export type { NodeMessage } from './node/message.ts';
export * from './record.ts';
export * from './simulator.ts';
export * from './world/spells.ts';
export * from './world/world.ts';
