/**
 * The simulator's one configuration file: YAML, checked by this schema, then frozen. It says what world there is and
 * which devices stand in it; the gateway's own file says how they are read.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { KarezError } from '@karez/model';
import { checker, Id } from '@karez/model/schemas';
import { checkYaml, parseYaml, unreadable, type YamlFile } from '@karez/model/yaml';
import Type, { type Static } from 'typebox';
import { type FaultCommand, FaultPlan } from './faults/fault-order.ts';
import { Faults } from './faults/faults.ts';
import { targetsOf } from './faults/targets.ts';
import { closed, DepthCm, Position } from './lines/line-kind.ts';
import { kindOf, SimLine } from './lines/line-table.ts';
import { publisherKindOf, SimPublisher } from './publishers/publisher-table.ts';
import { openRecordings, Recordings } from './replay/open-recordings.ts';
import type { Recording } from './replay/recording.ts';
import { SPELLS, type SpellName } from './world/spells.ts';

export { DEFAULTS } from './defaults.ts';
export type { SimLine } from './lines/line-table.ts';

const SPELL_NAMES = Object.keys(SPELLS) as SpellName[];

export const SimConfig = Type.Object(
  {
    seed: Type.Integer({ minimum: 0, maximum: 4_294_967_295 }),
    start: Type.Union([
      Type.Literal('now'),
      Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T[\\d:.]+Z$', description: 'UTC, e.g. 2026-06-01T00:00:00Z.' }),
    ]),
    site: Type.Object(
      {
        latitude: Type.Number({ minimum: -66, maximum: 66 }),
        longitude: Type.Number({ minimum: -180, maximum: 180 }),
        elevationM: Type.Number({ minimum: -430, maximum: 5_000 }),
      },
      closed,
    ),
    fields: Type.Array(
      Type.Object(
        {
          id: Id,
          soil: Type.Union([
            Type.Literal('sandy-loam'),
            Type.Literal('loam'),
            Type.Literal('silt-loam'),
            Type.Literal('clay'),
          ]),
          outline: Type.Array(Position, { minItems: 3, maxItems: 500 }),
        },
        closed,
      ),
      { minItems: 1, maxItems: 500 },
    ),
    recordings: Type.Optional(Recordings),
    lines: Type.Optional(Type.Array(SimLine, { maxItems: 64 })),
    weather: Type.Optional(
      Type.Array(
        Type.Object(
          {
            kind: Type.Union(SPELL_NAMES.map((kind) => Type.Literal(kind))),
            afterS: Type.Optional(Type.Number({ minimum: 0 })),
            forS: Type.Number({ exclusiveMinimum: 0 }),
          },
          closed,
        ),
        {
          maxItems: 100,
          description: 'Weather to order, seconds of simulated time from the start; what begins at 0 was there before.',
        },
      ),
    ),
    faults: Type.Optional(
      Type.Array(FaultPlan, { maxItems: 1_000, description: 'What goes wrong, and when; counted from the start.' }),
    ),
    publishers: Type.Optional(Type.Array(SimPublisher, { maxItems: 64 })),
    nodes: Type.Optional(
      Type.Object(
        {
          broker: Type.String({ pattern: '^(mqtt|mqtts|tcp|ssl)://[^\\s]+$' }),
          intervalS: Type.Number({ minimum: 1, maximum: 86_400 }),
          flashMessages: Type.Optional(
            Type.Integer({
              minimum: 2,
              maximum: 1_000_000,
              description: 'Messages a node keeps until they are acknowledged; beyond, the oldest goes. Default 2000.',
            }),
          ),
          devices: Type.Array(
            Type.Object(
              {
                device: Id,
                field: Id,
                depthsCm: Type.Array(DepthCm, { minItems: 1, maxItems: 8 }),
                intervalS: Type.Optional(
                  Type.Number({ minimum: 1, maximum: 86_400, description: 'Its own. Default: that of all.' }),
                ),
              },
              closed,
            ),
            { maxItems: 2_000 },
          ),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type SimConfig = Omit<Static<typeof SimConfig>, 'faults'> & { faults?: readonly FaultCommand[] };

/** The gateway's file of secrets: only the passwords of nodes and publishers matter here. */
const Passwords = Type.Optional(Type.Record(Type.String(), Type.String({ minLength: 1 })));
const Secrets = Type.Object({ devices: Passwords, sources: Passwords });

const configChecker = checker(SimConfig, 'CONFIG_INVALID');
const secretsChecker = checker(Secrets, 'CONFIG_INVALID');

/** The checked configuration with the nodes' passwords and the folder that its paths are relative to. */
export interface LoadedSim {
  config: SimConfig;
  passwords: Readonly<Record<string, string>>;
  /** Of publishers, by their names. */
  sourcePasswords?: Readonly<Record<string, string>>;
  folder: string;
  /** The recordings that devices play, read and checked. */
  recordings?: ReadonlyMap<string, Recording>;
}

/**
 * Reads and checks the configuration, and the secrets where there are nodes.
 * @throws KarezError FILE_UNREADABLE, CONFIG_INVALID (naming file, line, key and what was expected).
 */
export function loadSim(path: string, secretsPath?: string): LoadedSim {
  const file = readYaml(path);
  const config = checkYaml(configChecker, file);
  const secrets = secretsPath === undefined ? {} : checkYaml(secretsChecker, readYaml(secretsPath), 'secret');
  const { devices: passwords = {}, sources: sourcePasswords = {} } = secrets;
  checkReferences(config, { devices: passwords, sources: sourcePasswords }, file, secretsPath);
  const folder = dirname(resolve(path));
  return {
    config,
    passwords,
    sourcePasswords,
    folder,
    recordings: openRecordings(config.recordings, config.lines, folder, file),
  };
}

function readYaml(path: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return parseYaml(text, path);
}

/** What a schema cannot say: ids and addresses differ, fields exist, every node and every publisher has a password. */
function checkReferences(
  config: SimConfig,
  passwords: Readonly<Record<'devices' | 'sources', Readonly<Record<string, string>>>>,
  file: YamlFile,
  secretsPath: string | undefined,
): void {
  const fail = (key: string, expected: string): never => {
    throw new KarezError('CONFIG_INVALID', `${file.where(key)}: ${key} ${expected}`, { where: key });
  };
  if (config.start !== 'now' && Number.isNaN(Date.parse(config.start)))
    fail('start', 'must be "now" or a time like 2026-06-01T00:00:00Z');
  const fields = new Set(config.fields.map((f) => f.id));
  if (fields.size !== config.fields.length) fail('fields', 'must have ids that differ');
  const inField = (id: string, key: string) => {
    if (!fields.has(id)) fail(key, `must be the id of a field of this file, not "${id}"`);
  };
  const seen = new Set<string>();
  const once = (id: string, key: string) => {
    if (seen.has(id)) fail(key, `must differ from all others; "${id}" stands there twice`);
    seen.add(id);
  };
  const known = (where: 'devices' | 'sources', id: string, key: string) => {
    if (!Object.hasOwn(passwords[where], id))
      fail(key, `needs a password under ${where}.${id} in ${secretsPath ?? 'a file given by --secrets'}`);
  };
  const paths = new Set<string>();
  (config.lines ?? []).forEach((line, i) => {
    const key = `lines.${i}`;
    if ('pty' in line.port) {
      if (paths.has(line.port.pty))
        fail(`${key}.port.pty`, `must differ from all others; "${line.port.pty}" is there twice`);
      paths.add(line.port.pty);
    }
    const kind = kindOf(line);
    for (const device of kind.devices(line)) {
      once(device.id, `${key}.${device.key}`);
      if (device.field !== undefined) inField(device.field.id, `${key}.${device.field.key}`);
    }
    for (const { fields: sprayed } of kind.drones?.(line) ?? [])
      for (const [j, field] of sprayed.entries()) inField(field, `${key}.fields.${j}`);
    const problem = kind.problem?.(line);
    if (problem !== undefined) fail(`${key}.${problem.key}`, problem.expected);
  });
  (config.nodes?.devices ?? []).forEach(({ device, field }, i) => {
    const key = `nodes.devices.${i}`;
    once(device, `${key}.device`);
    inField(field, `${key}.field`);
    known('devices', device, `${key}.device`);
  });
  (config.publishers ?? []).forEach((publisher, i) => {
    const key = `publishers.${i}`;
    once(publisher.name, `${key}.name`);
    known('sources', publisher.name, `${key}.name`);
    const kind = publisherKindOf(publisher);
    for (const { id, key: at, field } of kind.devices(publisher)) {
      once(id, `${key}.${at}`);
      if (field !== undefined) inField(field.id, `${key}.${field.key}`);
    }
    const problem = kind.problem?.(publisher);
    if (problem !== undefined) fail(`${key}.${problem.key}`, problem.expected);
  });
  const faults = new Faults(config.seed, targetsOf(config), () => 0);
  for (const [i, fault] of (config.faults ?? []).entries()) {
    try {
      faults.command(fault, `faults.${i}`);
    } catch (cause) {
      throw new KarezError('CONFIG_INVALID', `${file.where(`faults.${i}`)}: ${(cause as Error).message}`, {
        ...{ cause, where: `faults.${i}` },
      });
    }
  }
}
