// The only reader of the environment: defaults from config/defaults.env, checked once, typed, units in names.
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { isOrigin, readDocumentedVariables, variables } from './config-variables.ts';
import type { DocumentedVariable, Variables } from './config-variables.ts';
import type { Language } from './i18n.ts';
import { findOrCreateLocalSecrets } from './local-secrets.ts';
import { Secret } from './secret.ts';

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
    issuer: set.ISSUER ?? `http://localhost:${set.PORT}`,
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

function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}
