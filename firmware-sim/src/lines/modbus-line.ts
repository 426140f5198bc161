/** Modbus devices on an RS485 bus, on a serial server's TCP port, or behind a Modbus TCP gateway. */
import { Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { SIM_MODBUS_DEVICES, type SimModbusDevice, type SimModbusKind, slaveOf } from '../codec/modbus-devices.ts';
import { ModbusBus, sealed } from '../codec/modbus-slave.ts';
import { SENSED, SENSED_VALUES } from '../codec/modbus-values.ts';
import { RelayBoard } from '../codec/relay-board.ts';
import type { Trait } from '../faults/fault-table.ts';
import { closed, DepthCm, type LineDevice, lineKind, SimPort } from './line-kind.ts';

const KINDS = Object.keys(SIM_MODBUS_DEVICES) as SimModbusKind[];
const USUAL_KIND = 'cwt-soil-7in1';

const Probe = Type.Object(
  {
    device: Id,
    kind: Type.Optional(Type.Enum(KINDS, { description: `Which device it is, default ${USUAL_KIND}.` })),
    address: Type.Integer({ minimum: 1, maximum: 247 }),
    field: Id,
    depthCm: Type.Optional(DepthCm),
  },
  closed,
);
type Probe = Static<typeof Probe>;

const Relays = Type.Object(
  {
    device: Id,
    address: Type.Integer({ minimum: 1, maximum: 247 }),
    relays: Type.Optional(Type.Integer({ minimum: 1, maximum: 32, description: 'Default 8.' })),
  },
  closed,
);
const USUAL_RELAYS = 8;

const deviceOf = ({ kind = USUAL_KIND }: Probe): SimModbusDevice => SIM_MODBUS_DEVICES[kind];

export const modbusLine = lineKind({
  schema: Type.Object(
    {
      type: Type.Literal('modbus'),
      port: SimPort,
      framing: Type.Optional(
        Type.Enum(['rtu', 'tcp'], { description: 'Default rtu; tcp is Modbus TCP, on a TCP port only.' }),
      ),
      probes: Type.Array(Probe, { maxItems: 247 }),
      boards: Type.Optional(Type.Array(Relays, { maxItems: 32, description: 'Boards with relays.' })),
    },
    closed,
  ),
  devices: ({ probes, boards = [], framing }) => [
    ...probes.map((probe, i) => {
      const { senses, absent } = deviceOf(probe);
      const traits: Trait[] = ['bytes', 'address', 'values'];
      // Modbus TCP leaves checksums to TCP.
      if (framing !== 'tcp') traits.push('checksum');
      if (absent !== undefined) traits.push('absent');
      return {
        ...{ id: probe.device, key: `probes.${i}.device`, field: { id: probe.field, key: `probes.${i}.field` } },
        ...{ traits, values: SENSED_VALUES[senses] },
      };
    }),
    ...boards.map(({ device }, i): LineDevice => {
      const traits: Trait[] = framing === 'tcp' ? ['bytes', 'address'] : ['bytes', 'address', 'checksum'];
      return { id: device, key: `boards.${i}.device`, traits, values: [] };
    }),
  ],
  problem({ probes, boards = [], framing, port }) {
    const addresses = [...probes, ...boards].map((p) => p.address);
    if (new Set(addresses).size !== addresses.length)
      return { key: 'probes', expected: 'must have addresses that differ' };
    if (framing === 'tcp' && !('tcp' in port)) return { key: 'framing', expected: 'must be rtu on a pty' };
    const deepless = probes.findIndex((p) => deviceOf(p).senses === 'soil' && p.depthCm === undefined);
    return deepless === -1 ? undefined : { key: `probes.${deepless}.depthCm`, expected: 'is missing' };
  },
  open({ probes, boards = [], framing = 'rtu' }, senses) {
    const relays = new Map(
      boards.map(({ device, address, relays: n = USUAL_RELAYS }) => [
        address,
        { device, it: new RelayBoard(n, () => senses.world.nowMs) },
      ]),
    );
    const byAddress = new Map(probes.map((probe) => [probe.address, probe]));
    const slave = (address: number) => {
      const probe = byAddress.get(address);
      if (probe === undefined) return relays.get(address)?.it.slave;
      const device = deviceOf(probe);
      return slaveOf(device, SENSED[device.senses](probe, senses));
    };
    let bus = new ModbusBus(slave, framing);
    return {
      everyMs: undefined,
      tick: () => [],
      take: (bytes) =>
        bus.take(bytes).map(({ address, reply }) => ({
          ...{ device: (byAddress.get(address) ?? relays.get(address))?.device as string, bytes: reply, framed: true },
          elsewhere: () => fromElsewhere(reply, framing),
        })),
      restart(id) {
        for (const { device, it } of relays.values()) if (device === id) it.restart();
        bus = new ModbusBus(slave, framing);
      },
    };
  },
});

/** The same answer from the next address. */
function fromElsewhere(reply: Uint8Array, framing: 'rtu' | 'tcp'): Uint8Array {
  if (framing === 'rtu') return sealed([((reply[0] as number) % 247) + 1, ...reply.subarray(1, -2)]);
  return reply.map((byte, i) => (i === 6 ? (byte % 247) + 1 : byte));
}
