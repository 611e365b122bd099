// Secrets of a development machine: generated once in data/secrets.json so that a restart keeps sessions.
// Never used in production, where secrets come from the environment.
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const KEY_BYTES = 32;
const stored = z.object({ secretKeys: z.array(z.string()).min(1), identifierKey: z.string() });

/** Reads `<dataDir>/secrets.json`, first making it (mode 0600) when it is not there. Keys are 32 bytes. */
export function findOrCreateLocalSecrets(dataDir: string): { secretKeys: Buffer[]; identifierKey: Buffer } {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'secrets.json');
  const text = readIfThere(file) ?? create(file);
  const { secretKeys, identifierKey } = stored.parse(JSON.parse(text));
  return { secretKeys: secretKeys.map(decode), identifierKey: decode(identifierKey) };
}

/** Linking a complete file into place makes two processes that start together agree on one set of keys. */
function create(file: string): string {
  const draft = `${file}.${process.pid}.tmp`;
  const text = JSON.stringify({ secretKeys: [generate()], identifierKey: generate() }, null, 2);
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function generate(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

function decode(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
