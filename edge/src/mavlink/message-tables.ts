/**
 * Definitions of messages as plain data, made in a process that then ends: node-mavlink and its dialects take 9 MB, the
 * tables a tenth of it.
 */
import { answerApart } from '../apart.ts';
import type { MessageDefinition, MessageField, MessageTables } from './messages.ts';

/** Reads the dialects common and ardupilotmega, and every CRC_EXTRA that is known at all. */
async function messageTables(): Promise<MessageTables> {
  const { ardupilotmega, common, MSG_ID_MAGIC_NUMBER, minimal } = await import('node-mavlink');
  const registry = { ...minimal.REGISTRY, ...common.REGISTRY, ...ardupilotmega.REGISTRY };
  const definitions = Object.values(registry).map(
    ({ MSG_ID: id, MSG_NAME: name, MAGIC_NUMBER: crcExtra, FIELDS }): MessageDefinition => ({
      ...{ id, name, crcExtra },
      fields: new Map(FIELDS.map((field) => [field.source, plain(field)])),
    }),
  );
  const extras = Object.entries(MSG_ID_MAGIC_NUMBER as Record<number, number | string>);
  return { definitions, extras: new Map(extras.map(([id, extra]) => [Number(id), Number(extra)])) };
}

function plain(field: { source: string; type: string; offset: number; size: number; length: number }): MessageField {
  const isArray = field.type.endsWith('[]');
  const type = isArray ? field.type.slice(0, -2) : field.type;
  const count = isArray ? field.length : undefined;
  return { name: field.source, type, offset: field.offset, bytes: field.size * (count ?? 1), count };
}

answerApart(await messageTables());
