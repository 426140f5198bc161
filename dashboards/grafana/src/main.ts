/** `npm run boards`: writes every board into dashboards/grafana/boards, where Grafana's file provisioning finds it.
 * `--console URL` says where the links to the console lead. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { boardFiles } from './files.ts';

const { values } = parseArgs({ options: { console: { type: 'string' } } });
const folder = fileURLToPath(new URL('../boards/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of boardFiles(values.console)) {
  writeFileSync(`${folder}${name}`, text);
  console.log(`dashboards/grafana/boards/${name}`);
}
