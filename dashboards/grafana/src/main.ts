/** `npm run boards`: writes every board into dashboards/grafana/boards, where Grafana's file provisioning finds it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { boardFiles } from './files.ts';

const folder = fileURLToPath(new URL('../boards/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of boardFiles()) {
  writeFileSync(`${folder}${name}`, text);
  console.log(`dashboards/grafana/boards/${name}`);
}
