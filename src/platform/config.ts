// The only reader of the environment: defaults from config/defaults.env, checked once, typed, units in names.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { findOrCreateLocalSecrets } from './local-secrets.ts';
import { Secret } from './secret.ts';

const DEFAULTS_FILE = new URL('../../config/defaults.env', import.meta.url);
const KEY_BYTES = 32;

/** Languages of the screens and mails. */
export const LANGUAGES = ['en', 'nl', 'fr', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const empty = z.literal('').transform(() => undefined);
const positive = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.int().min(1));
const port = z.string().regex(/^\d+$/, 'must be a port number').transform(Number).pipe(z.int().max(65_535));
const truth = z.enum(['true', 'false']).transform((text) => text === 'true');
const list = z.string().transform((text) => splitList(text));
const key = z.string().transform((text, context) => decodeKey(text, context));
const keys = z.string().transform((text, context) => splitList(text).map((part) => decodeKey(part, context)));

const variables = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']),
  HOST: z.string(),
  PORT: port,
  SAMPLE_PORT: port,
  METRICS_PORT: port,
  METRICS_HOST: z.string(),
  ISSUER: z.string().refine(isOrigin, 'must be an address without path, query or final slash'),
  TRUST_PROXY: empty.or(positive).or(list),
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
  DEFAULT_LANGUAGE: z.enum(LANGUAGES),
  TIME_ZONE: z.string().refine(isTimeZone, 'is not a time zone of the IANA database'),
});

type Variables = z.output<typeof variables>;

/** Everything that can be set. Secrets are wrapped, so that printing a configuration never shows them. */
export type Config = {
  environment: Variables['NODE_ENV'];
  isProduction: boolean;
  host: string;
  port: number;
  samplePort: number;
  /** 0: no metrics are served. */
  metricsPort: number;
  metricsHost: string;
  /** Origin such as `https://id.example.org`, without final slash. */
  issuer: string;
  /** For Express' `trust proxy`: false, a number of hops, or a list of addresses and ranges. */
  trustProxy: false | number | string[];
  shutdownGraceSeconds: number;
  logLevel: Variables['LOG_LEVEL'];
  logFormat: 'json' | 'text';
  /** Absent: the embedded database. */
  databaseUrl: Secret<string> | undefined;
  databasePoolMax: number;
  /** Absolute path. */
  dataDir: string;
  /** Absolute path. */
  auditCheckpointDir: string;
  demo: boolean;
  /** 32 bytes each; the first signs and encrypts. Never empty. */
  secretKeys: Secret<Buffer[]>;
  /** 32 bytes. */
  identifierKey: Secret<Buffer>;
  passwordArgon2MemoryKib: number;
  passwordArgon2Time: number;
  passwordArgon2Parallelism: number;
  passwordMinLength: number;
  sessionIdleSeconds: number;
  sessionAbsoluteSeconds: number;
  accessTokenSeconds: number;
  idTokenSeconds: number;
  refreshTokenSeconds: number;
  authorizationCodeSeconds: number;
  interactionSeconds: number;
  invitationSeconds: number;
  tokenClaimLimitBytes: number;
  backchannelAllowPrivate: boolean;
  /** Lower case, without port. */
  internalHosts: string[];
  smtpUrl: Secret<string> | undefined;
  mailFrom: string;
  defaultLanguage: Language;
  timeZone: string;
};

export type ConfigProblem = { variable: string; problem: string };

/** The environment cannot be used. The message names every problem at once and never a value. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, problem }) => `  ${variable}: ${problem}`);
    super(`Mandaat cannot start with these settings (see config/defaults.env):\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads and checks the whole environment. Outside production, missing secrets are generated once and kept in
 * `DATA_DIR/secrets.json` (mode 0600).
 * @throws ConfigError naming everything that is missing or wrong, all at once.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const documented = readDocumentedVariables();
  const given = givenVariables(env);
  const merged = Object.fromEntries(documented.map(({ name, value }) => [name, given[name] ?? value]));
  const parsed = variables.safeParse(merged);
  const problems = parsed.success ? [] : parsed.error.issues.map(toProblem);
  if (merged['NODE_ENV'] === 'production') problems.push(...productionProblems(documented, given));
  if (!parsed.success || problems.length > 0) throw new ConfigError(onePerVariable(problems));
  return toConfig(parsed.data);
}

type DocumentedVariable = { name: string; value: string; purpose: string; requiredInProduction: boolean };

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

function givenVariables(env: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}

function toProblem(issue: z.core.$ZodIssue): ConfigProblem {
  const variable = String(issue.path[0]);
  // A union's own message says nothing; its last branch is the one that describes a filled-in value.
  const branch = issue.code === 'invalid_union' ? issue.errors.at(-1)?.[0] : undefined;
  return { variable, problem: (branch ?? issue).message };
}

function productionProblems(
  documented: readonly DocumentedVariable[],
  given: Record<string, string | undefined>,
): ConfigProblem[] {
  const problems = documented
    .filter(({ name, requiredInProduction }) => requiredInProduction && given[name] === undefined)
    .map(({ name, purpose }) => ({ variable: name, problem: `is missing. ${purpose}` }));
  if (given['DEMO'] === 'true') {
    problems.push({ variable: 'DEMO', problem: 'must not be true: demo data never goes into production' });
  }
  const issuer = given['ISSUER'];
  if (issuer !== undefined && isOrigin(issuer) && !issuer.startsWith('https:') && !isLoopback(issuer)) {
    problems.push({ variable: 'ISSUER', problem: 'must start with https:// in production' });
  }
  return problems;
}

function onePerVariable(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [problem.variable, problem])).values()];
}

function toConfig(set: Variables): Config {
  const isProduction = set.NODE_ENV === 'production';
  const dataDir = resolve(set.DATA_DIR);
  const { secretKeys, identifierKey } = secretsOf(set, dataDir);
  return {
    environment: set.NODE_ENV,
    isProduction,
    host: set.HOST,
    port: set.PORT,
    samplePort: set.SAMPLE_PORT,
    metricsPort: set.METRICS_PORT,
    metricsHost: set.METRICS_HOST,
    issuer: set.ISSUER,
    trustProxy: set.TRUST_PROXY ?? false,
    shutdownGraceSeconds: set.SHUTDOWN_GRACE_SECONDS,
    logLevel: set.LOG_LEVEL,
    logFormat: set.LOG_FORMAT === 'auto' ? (isProduction ? 'json' : 'text') : set.LOG_FORMAT,
    databaseUrl: wrap(set.DATABASE_URL),
    databasePoolMax: set.DATABASE_POOL_MAX,
    dataDir,
    auditCheckpointDir: resolve(set.AUDIT_CHECKPOINT_DIR || join(dataDir, 'audit')),
    demo: set.DEMO ?? set.NODE_ENV === 'development',
    secretKeys: new Secret(secretKeys),
    identifierKey: new Secret(identifierKey),
    passwordArgon2MemoryKib: set.PASSWORD_ARGON2_MEMORY_KIB,
    passwordArgon2Time: set.PASSWORD_ARGON2_TIME,
    passwordArgon2Parallelism: set.PASSWORD_ARGON2_PARALLELISM,
    passwordMinLength: set.PASSWORD_MIN_LENGTH,
    sessionIdleSeconds: set.SESSION_IDLE_SECONDS,
    sessionAbsoluteSeconds: set.SESSION_ABSOLUTE_SECONDS,
    accessTokenSeconds: set.ACCESS_TOKEN_SECONDS,
    idTokenSeconds: set.ID_TOKEN_SECONDS,
    refreshTokenSeconds: set.REFRESH_TOKEN_SECONDS,
    authorizationCodeSeconds: set.AUTHORIZATION_CODE_SECONDS,
    interactionSeconds: set.INTERACTION_SECONDS,
    invitationSeconds: set.INVITATION_SECONDS,
    tokenClaimLimitBytes: set.TOKEN_CLAIM_LIMIT_BYTES,
    backchannelAllowPrivate:
      set.BACKCHANNEL_ALLOW_PRIVATE === 'auto' ? !isProduction : set.BACKCHANNEL_ALLOW_PRIVATE === 'true',
    internalHosts: set.INTERNAL_HOSTS.map((host) => host.toLowerCase()),
    smtpUrl: wrap(set.SMTP_URL),
    mailFrom: set.MAIL_FROM,
    defaultLanguage: set.DEFAULT_LANGUAGE,
    timeZone: set.TIME_ZONE,
  };
}

function secretsOf(set: Variables, dataDir: string): { secretKeys: Buffer[]; identifierKey: Buffer } {
  if (set.SECRET_KEYS && set.IDENTIFIER_KEY) {
    return { secretKeys: set.SECRET_KEYS, identifierKey: set.IDENTIFIER_KEY };
  }
  const local = findOrCreateLocalSecrets(dataDir);
  return {
    secretKeys: set.SECRET_KEYS ?? local.secretKeys,
    identifierKey: set.IDENTIFIER_KEY ?? local.identifierKey,
  };
}

function wrap<T>(value: T | undefined): Secret<T> | undefined {
  return value === undefined ? undefined : new Secret(value);
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

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}

function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
