/**
 * Messages of the common dialect that node-mavlink 2.3 does not have, with their fields in wire order (common.xml of
 * mavlink/mavlink). Their CRC_EXTRA follows from the definition (mavlink.io, guide "Serialization", CRC_EXTRA Calculation).
 */
import { crcMavlink } from './crc.ts';
import type { MessageDefinition, MessageField } from './messages.ts';

type Plain = [type: string, name: string, count?: number];

const EXTRA: [id: number, name: string, fields: Plain[]][] = [
  [
    291,
    'ESC_STATUS',
    [
      ['uint64_t', 'time_usec'],
      ['int32_t', 'rpm', 4],
      ['float', 'voltage', 4],
      ['float', 'current', 4],
      ['uint8_t', 'index'],
    ],
  ],
  [
    376,
    'RELAY_STATUS',
    [
      ['uint32_t', 'time_boot_ms'],
      ['uint16_t', 'on'],
      ['uint16_t', 'present'],
    ],
  ],
];

const SIZES: Record<string, number> = { uint8_t: 1, uint16_t: 2, uint32_t: 4, int32_t: 4, float: 4, uint64_t: 8 };

export const EXTRA_DEFINITIONS: MessageDefinition[] = EXTRA.map(([id, name, plain]) => {
  let offset = 0;
  const fields = plain.map(([type, field, count]): MessageField => {
    const bytes = (SIZES[type] as number) * (count ?? 1);
    offset += bytes;
    return { name: field, type, offset: offset - bytes, bytes, count };
  });
  return { id, name, crcExtra: crcExtraOf(name, plain), fields: new Map(fields.map((f) => [f.name, f])) };
});

function crcExtraOf(name: string, fields: Plain[]): number {
  const text = new TextEncoder();
  const bytes = [...text.encode(`${name} `)];
  for (const [type, field, count] of fields) {
    bytes.push(...text.encode(`${type} ${field} `));
    if (count !== undefined) bytes.push(count);
  }
  // The CRC takes one byte more than it is given: the last of the definition.
  const last = bytes.pop() as number;
  const crc = crcMavlink(Uint8Array.from(bytes), 0, bytes.length, last);
  return (crc & 0xff) ^ (crc >> 8);
}
