// Loaded before a gateway's first file, in each of its threads: reads TypeScript files whose types were stripped before.
// Node.js strips them itself, but then keeps the stripper (20 MB) in memory for as long as the gateway runs, or, with its
// compile cache, a copy of everything that it has compiled (3 MB). The first start after a change strips all files in a
// process of its own. Where that cannot be, Node.js does it. Plain JavaScript for that reason.
const { readFileSync } = process.getBuiltinModule('node:fs');
const { registerHooks } = process.getBuiltinModule('node:module');
const { fileURLToPath } = process.getBuiltinModule('node:url');
const { crc32 } = process.getBuiltinModule('node:zlib');

/** Where the stripped form of a source is kept, by what it says: no change is missed. */
export function strippedPath(source) {
  const name = `${crc32(source).toString(16).padStart(8, '0')}-${source.length}.js`;
  return fileURLToPath(new URL(`../node_modules/.cache/stripped/${process.version}/${name}`, import.meta.url));
}

let isMade = false;

function stripped(path) {
  const kept = strippedPath(readFileSync(path));
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    if (isMade) return undefined;
    isMade = true;
    const maker = fileURLToPath(new URL('strip-all.mjs', import.meta.url));
    const { spawnSync } = process.getBuiltinModule('node:child_process');
    spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', maker], { stdio: 'ignore' });
    return stripped(path);
  }
}

registerHooks({
  load(url, context, next) {
    const source = url.startsWith('file:') && url.endsWith('.ts') ? stripped(fileURLToPath(url)) : undefined;
    return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
  },
});
