/** `npm run devices`: writes docs/DEVICES.md anew. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PROFILES } from '@karez/model';
import { devicesDocument } from './devices-document.ts';
import { TRIED } from './tried.ts';

const path = fileURLToPath(new URL('../../../docs/DEVICES.md', import.meta.url));
writeFileSync(path, devicesDocument(PROFILES, TRIED));
console.log(`${path}: ${PROFILES.length} profiles`);
