// A configuration for tests: fixed secrets, cheap password hashes, nothing read from or written to the disk.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/platform/config.ts';
import type { Config } from '../../src/platform/config.ts';

/** 32 bytes of one value, as base64url. */
export function testKey(byte: number): string {
  return Buffer.alloc(32, byte).toString('base64url');
}

/** `data` lies in a directory of this process that nobody makes until something is written to it. */
export function testConfig(overrides: Partial<Config> = {}): Config {
  const config = loadConfig({
    NODE_ENV: 'test',
    SECRET_KEYS: testKey(1),
    IDENTIFIER_KEY: testKey(2),
    DATA_DIR: join(tmpdir(), `mandaat-test-${process.pid}`),
    LOG_LEVEL: 'silent',
    PASSWORD_ARGON2_MEMORY_KIB: '64',
    PASSWORD_ARGON2_TIME: '1',
  });
  return { ...config, ...overrides };
}
