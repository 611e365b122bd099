// Configuration: defaults, all problems at once, production's refusals, secrets that never show.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { readDocumentedVariables, variables } from '../../src/platform/config-variables.ts';
import { ConfigError, loadConfig } from '../../src/platform/config.ts';
import { testConfig, testKey } from '../support/config.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'mandaat-config-'));
after(() => rmSync(dataDir, { recursive: true }));

const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://id.example.org',
  DATABASE_URL: 'postgres://mandaat:hunter2hunter2@db/mandaat',
  SECRET_KEYS: `${testKey(7)},${testKey(8)}`,
  IDENTIFIER_KEY: testKey(9),
  DATA_DIR: dataDir,
};

function problemsOf(env: Record<string, string>): Map<string, string> {
  try {
    loadConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return new Map(error.problems.map(({ variable, problem }) => [variable, problem]));
  }
  throw new Error('the configuration was accepted');
}

describe('configuration', () => {
  it('takes its defaults from config/defaults.env, where every variable is documented', () => {
    const config = loadConfig({ DATA_DIR: dataDir });
    assert.equal(config.port, 3000);
    assert.equal(config.issuer, 'http://localhost:3000');
    assert.equal(config.databaseUrl, undefined);
    assert.equal(config.trustProxy, false);
    assert.equal(config.demo, true);
    assert.equal(config.auditCheckpointDir, join(dataDir, 'audit'));
    assert.equal(config.logFormat, 'text');
    assert.deepEqual(
      readDocumentedVariables()
        .map(({ name }) => name)
        .sort(),
      Object.keys(variables.shape).sort(),
    );
    for (const { name, purpose } of readDocumentedVariables()) assert.match(purpose, /^[A-Z].{15}/, name);
  });

  it('prefers the environment, and takes an empty variable for one that is not set', () => {
    const config = loadConfig({ DATA_DIR: dataDir, PORT: '8080', TRUST_PROXY: '2', HOST: '', DEMO: 'false' });
    assert.deepEqual(
      [config.port, config.trustProxy, config.host, config.demo],
      [8080, 2, '127.0.0.1', false],
    );
    assert.equal(config.issuer, 'http://localhost:8080', 'another port is another address');
    assert.deepEqual(loadConfig({ DATA_DIR: dataDir, TRUST_PROXY: 'loopback, 10.0.0.0/8' }).trustProxy, [
      'loopback',
      '10.0.0.0/8',
    ]);
    assert.equal(loadConfig({ DATA_DIR: dataDir, DATABASE_URL: 'embedded' }).databaseUrl, undefined);
  });

  it('names every wrong value at once, without repeating the value', () => {
    const env = {
      DATA_DIR: dataDir,
      PORT: 'eighty',
      SAMPLE_PORT: '70000',
      TIME_ZONE: 'Europe/Atlantis',
      SECRET_KEYS: 'tooshort',
      DATABASE_URL: 'mysql://root:topsecret@db/x',
      SMTP_URL: 'http://mail',
      ISSUER: 'https://id.example.org/path',
      DEFAULT_LANGUAGE: 'es',
      TRUST_PROXY: 'true',
    };
    const problems = problemsOf(env);
    assert.deepEqual(
      [...problems.keys()].sort(),
      Object.keys(env)
        .filter((name) => name !== 'DATA_DIR')
        .sort(),
    );
    assert.match(problems.get('SECRET_KEYS') ?? '', /32 random bytes/);
    assert.match(problems.get('DATABASE_URL') ?? '', /postgres/);
    assert.doesNotMatch([...problems.values()].join(), /tooshort|topsecret|eighty/);
  });
});

describe('configuration in production', () => {
  it('is accepted when complete, and never loads the demo', () => {
    const config = loadConfig(production);
    assert.equal(config.isProduction, true);
    assert.equal(config.demo, false);
    assert.equal(config.backchannelAllowPrivate, false);
    assert.equal(config.logFormat, 'json');
    assert.deepEqual(config.secretKeys.reveal(), [Buffer.alloc(32, 7), Buffer.alloc(32, 8)]);
  });

  it('names everything that is missing at once, and what it is for', () => {
    const problems = problemsOf({ NODE_ENV: 'production' });
    assert.deepEqual([...problems.keys()], ['ISSUER', 'DATABASE_URL', 'SECRET_KEYS', 'IDENTIFIER_KEY']);
    assert.match(problems.get('IDENTIFIER_KEY') ?? '', /blind index of personal identifiers/);
    assert.throws(
      () => loadConfig({ NODE_ENV: 'production' }),
      /ISSUER: is missing[\s\S]*IDENTIFIER_KEY: is/,
    );
  });

  it('refuses the demo and an issuer without https, except on loopback', () => {
    const problems = problemsOf({ ...production, DEMO: 'true', ISSUER: 'http://id.example.org' });
    assert.deepEqual([...problems.keys()].sort(), ['DEMO', 'ISSUER']);
    for (const issuer of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000']) {
      assert.equal(loadConfig({ ...production, ISSUER: issuer }).issuer, issuer);
    }
    assert.ok(problemsOf({ ...production, ISSUER: 'http://127.example.org' }).has('ISSUER'));
  });
});

describe('secrets', () => {
  it('are generated once outside production, readable by their owner only', () => {
    const first = loadConfig({ DATA_DIR: dataDir });
    const second = loadConfig({ DATA_DIR: dataDir });
    assert.deepEqual(first.secretKeys.reveal(), second.secretKeys.reveal());
    assert.deepEqual(first.identifierKey.reveal(), second.identifierKey.reveal());
    assert.equal(first.identifierKey.reveal().length, 32);
    const file = join(dataDir, 'secrets.json');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(readFileSync(file, 'utf8').includes(first.identifierKey.reveal().toString('base64url')));
  });

  it('are never shown, however a configuration is printed', () => {
    const config = { ...loadConfig(production), smtpUrl: testConfig().smtpUrl };
    const shown = [inspect(config, { depth: 9 }), JSON.stringify(config), `${config.databaseUrl}`].join();
    assert.doesNotMatch(shown, /hunter2hunter2/);
    assert.ok(!shown.includes(testKey(7)) && !shown.includes(testKey(9)));
    assert.match(shown, /\[secret\]/);
  });
});
