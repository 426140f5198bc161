/** A YAML file, with the line of each of its keys. */
import { readFileSync } from 'node:fs';
import { parseYaml, unreadable, type YamlFile } from '@karez/model/yaml';

export type { YamlFile } from '@karez/model/yaml';

/** Reads a file. Throws FILE_UNREADABLE, or CONFIG_INVALID with the line of the mistake. */
export function readYamlFile(path: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return parseYaml(text, path);
}
