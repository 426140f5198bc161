#!/usr/bin/env node
/** `karez-sim …` is `karez scenario …`: the tester's own command. */
import { fileURLToPath } from 'node:url';

process.argv.splice(2, 0, 'scenario');
await import(fileURLToPath(new URL('karez.mjs', import.meta.url)));
