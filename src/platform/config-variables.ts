// The variables of the environment: how each is checked, and where it is documented. Only config.ts uses this.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { languages } from './i18n.ts';

const DEFAULTS_FILE = new URL('../../config/defaults.env', import.meta.url);
const KEY_BYTES = 32;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const empty = z.literal('').transform(() => undefined);
const positive = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.int().min(1));
const port = z.string().regex(/^\d+$/, 'must be a port number').transform(Number).pipe(z.int().max(65_535));
const truth = z.enum(['true', 'false']).transform((text) => text === 'true');
const list = z.string().transform((text) => splitList(text));
const key = z.string().transform((text, context) => decodeKey(text, context));
const keys = z
  .string()
  .transform((text, context) => splitList(text).map((part) => decodeKey(part, context)))
  .refine((found) => found.length > 0, 'must hold at least one key');

/** Text in, typed values out; messages never repeat a value, which may be a secret. */
export const variables = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']),
  HOST: z.string(),
  PORT: port,
  SAMPLE_PORT: port,
  METRICS_PORT: port,
  METRICS_HOST: z.string(),
  ISSUER: empty.or(z.string().refine(isOrigin, 'must be an address without path, query or final slash')),
  TRUST_PROXY: empty
    .or(positive)
    .or(
      list.refine(
        (hosts) => hosts.every(isProxyAddress),
        'must be a number of hops, or addresses and ranges',
      ),
    ),
  SHUTDOWN_GRACE_SECONDS: positive,
  LOG_LEVEL: z.enum(LOG_LEVELS),
  LOG_FORMAT: z.enum(['auto', 'json', 'text']),
  DATABASE_URL: empty
    .or(z.literal('embedded').transform(() => undefined))
    .or(z.url({ protocol: /^postgres(ql)?$/, error: 'must start with postgres:// or be the word embedded' })),
  DATABASE_POOL_MAX: positive,
  DATA_DIR: z.string(),
  AUDIT_CHECKPOINT_DIR: z.string(),
  DEMO: empty.or(truth),
  SECRET_KEYS: empty.or(keys),
  IDENTIFIER_KEY: empty.or(key),
  PASSWORD_ARGON2_MEMORY_KIB: positive,
  PASSWORD_ARGON2_TIME: positive,
  PASSWORD_ARGON2_PARALLELISM: positive,
  PASSWORD_MIN_LENGTH: positive,
  SESSION_IDLE_SECONDS: positive,
  SESSION_ABSOLUTE_SECONDS: positive,
  ACCESS_TOKEN_SECONDS: positive,
  ID_TOKEN_SECONDS: positive,
  REFRESH_TOKEN_SECONDS: positive,
  AUTHORIZATION_CODE_SECONDS: positive,
  INTERACTION_SECONDS: positive,
  INVITATION_SECONDS: positive,
  TOKEN_CLAIM_LIMIT_BYTES: positive,
  BACKCHANNEL_ALLOW_PRIVATE: z.enum(['auto', 'true', 'false']),
  INTERNAL_HOSTS: list,
  SMTP_URL: empty.or(z.url({ protocol: /^smtps?$/, error: 'must start with smtp:// or smtps://' })),
  MAIL_FROM: z.string().includes('@', 'must be a mail address'),
  DEFAULT_LANGUAGE: z.enum(languages),
  TIME_ZONE: z.string().refine(isTimeZone, 'is not a time zone of the IANA database'),
});

export type Variables = z.output<typeof variables>;

export type DocumentedVariable = {
  name: string;
  value: string;
  purpose: string;
  requiredInProduction: boolean;
};

/** The variables of config/defaults.env in order, each with the comment block above it. */
export function readDocumentedVariables(): DocumentedVariable[] {
  const found: DocumentedVariable[] = [];
  let comment: string[] = [];
  for (const line of readFileSync(DEFAULTS_FILE, 'utf8').split('\n')) {
    const assignment = /^([A-Z0-9_]+)=(.*)$/.exec(line);
    if (assignment) {
      const text = comment.join(' ');
      const purpose = text.replace('[production] ', '');
      const requiredInProduction = text.startsWith('[production] ');
      found.push({ name: assignment[1] ?? '', value: assignment[2] ?? '', purpose, requiredInProduction });
    }
    comment = line.startsWith('# ') ? [...comment, line.slice(2)] : [];
  }
  return found;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function decodeKey(text: string, context: z.RefinementCtx): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (!/^[\w-]+=?$/.test(text) || bytes.length !== KEY_BYTES) {
    context.addIssue({ code: 'custom', message: `must be base64url of ${KEY_BYTES} random bytes` });
  }
  return bytes;
}

/** Whether a text is `scheme://host[:port]` over HTTP and nothing more. */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}

function isProxyAddress(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  return (
    ['loopback', 'linklocal', 'uniquelocal'].includes(text) ||
    (isIP(address) > 0 && /^\d*$/.test(bits) && rest.length === 0)
  );
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
