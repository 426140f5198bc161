/** Part of the build: the service worker with the list of the files that it keeps, as sw.js beside the page. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const WORKER = new URL('service-worker.js', import.meta.url);
const PUBLIC = new URL('../public/', import.meta.url);

export function listFiles(): Plugin {
  return {
    name: 'list-files',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const worker = readFileSync(WORKER, 'utf8');
      const hash = createHash('sha256').update(worker);
      const files = ['', ...readdirSync(PUBLIC), ...Object.keys(bundle).filter((f) => f !== 'index.html')];
      // Names of built files hold their content; those of the public folder and the page do not.
      for (const file of readdirSync(PUBLIC)) hash.update(readFileSync(new URL(file, PUBLIC)));
      const page = bundle['index.html'];
      hash.update(page?.type === 'asset' ? page.source : '').update(files.join());
      const build = hash.digest('hex').slice(0, 16);
      const source = `const BUILD = '${build}';\nconst FILES = ${JSON.stringify(files)};\n${worker}`;
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    },
  };
}
