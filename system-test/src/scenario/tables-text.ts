/** The tables that a scenario draws on, as text for `karez-sim list`. */
import { FAULTS, SPELLS } from '@karez/firmware-sim';
import Type from 'typebox';
import { CHECKS } from './expect/check-table.ts';
import { DEVICE_KINDS } from './kinds/kind-table.ts';

interface Shape {
  properties?: { [key: string]: unknown };
  required?: string[];
}

const keysOf = (schema: Shape, without: string) => {
  const required = new Set(schema.required ?? []);
  const keys = Object.keys(schema.properties ?? {}).filter((key) => key !== without);
  return keys.map((key) => (required.has(key) ? key : `[${key}]`)).join(' ');
};

/** Everything that a scenario may name; keys in brackets may be left out. */
export function tablesText(): string {
  const section = (title: string, rows: [name: string, what: string, keys: string][]) =>
    [
      title,
      ...rows.map(
        ([name, what, keys]) => `  ${name.padEnd(16)} ${what}${keys === '' ? '' : `\n${' '.repeat(19)}${keys}`}`,
      ),
    ].join('\n');
  return [
    section(
      'Devices (devices: - kind: …)',
      Object.entries(DEVICE_KINDS).map(([name, { what, schema }]) => [name, what, keysOf(schema as Shape, 'kind')]),
    ),
    section(
      'Weather (weather: - kind: …, for: …)',
      Object.entries(SPELLS).map(([name, { what }]) => [name, what, '']),
    ),
    section('Link (link: - state: …)', [
      ['cut', 'connections are reset and refused', ''],
      ['silent', 'nothing passes and nobody is told', ''],
      ['slow', 'so many bytes a second each way, and so much delay', '[bytesPerSecond] [delayMs]'],
      ['lossy', 'a share of what is sent comes after a retransmission only', 'share'],
    ]),
    section(
      'Faults of devices (faults: - fault: …, device: …)',
      Object.entries(FAULTS).map(([name, record]) => [
        name,
        record.what,
        'options' in record ? keysOf(Type.Object(record.options), '') : '',
      ]),
    ),
    section('Programs (processes: - process: gateway | cloud)', [
      ['how: kill', 'SIGKILL, as a power cut would', '[downFor]'],
      ['how: stop', 'asked to end', '[downFor]'],
    ]),
    section(
      'Expectations (expect: - check: …)',
      Object.entries(CHECKS).map(([name, { what, schema }]) => [name, what, keysOf(schema as Shape, 'check')]),
    ),
  ].join('\n\n');
}
