/** The devices of a farm as faults see them. */
import type { SimConfig } from '../config.ts';
import { kindOf } from '../lines/line-table.ts';
import { publisherKindOf } from '../publishers/publisher-table.ts';
import { SOIL_VALUES } from '../world/world.ts';
import type { FaultTarget } from './fault-order.ts';

/** Every device of a configuration, as faults see it. */
export function targetsOf(config: SimConfig): Map<string, FaultTarget> {
  const targets = new Map<string, FaultTarget>();
  for (const line of config.lines ?? [])
    for (const { id, field, traits, values } of kindOf(line).devices(line))
      targets.set(id, { kind: line.type, field: field?.id, traits, values });
  for (const publisher of config.publishers ?? [])
    for (const { id, field, traits, values } of publisherKindOf(publisher).devices(publisher))
      targets.set(id, { kind: publisher.type, field: field?.id, traits, values });
  for (const { device, field } of config.nodes?.devices ?? [])
    targets.set(device, {
      kind: 'node',
      field,
      traits: ['messages', 'numbers', 'payload', 'clock', 'values', 'absent'],
      values: SOIL_VALUES,
    });
  return targets;
}
