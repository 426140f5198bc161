/**
 * The rules on disk, as the cloud sent them, so that a gateway that starts without a link works by them. Replaced as a whole
 * (temporary file, fsync, rename) and guarded by a checksum: it was checked when it came and is trusted afterwards.
 */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { RulesMessage } from '@karez/model';
import { replaceFile } from '../durable-file.ts';

/** What is kept: the message as it came, and what of it is used. */
export interface KeptRules {
  text: string;
  message: RulesMessage;
  problems: string[];
}

/** Undefined where there is none, or it is damaged: the cloud sends it again with the next connection. */
export function readRulesFile(path: string): KeptRules | undefined {
  try {
    const content = readFileSync(path, 'utf8');
    const body = content.slice(9);
    return checksum(body) === content.slice(0, 8) ? (JSON.parse(body) as KeptRules) : undefined;
  } catch {
    return undefined;
  }
}

/** Durable when it returns. */
export function writeRulesFile(path: string, rules: KeptRules): void {
  const body = JSON.stringify(rules);
  replaceFile(path, `${checksum(body)} ${body}`);
}

const checksum = (text: string) => crc32(text).toString(16).padStart(8, '0');
