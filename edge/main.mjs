// What starts a gateway. Plain JavaScript, so that the cache of stripped and compiled code is on before the first TypeScript
// file is read: the next start does less work, and never loads the stripper, which takes 20 MB. Threads learn of the cache by
// the environment.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url));
enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import('./src/main.ts');
