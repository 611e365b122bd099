// The command line, from its words to its exit codes, on an embedded database of its own.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../src/cli/run.ts';
import { findUsableLink } from '../../src/modules/people/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createSecrets } from '../../src/platform/crypto.ts';
import { embeddedDirectory } from '../../src/platform/db/open-configured.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { testKey } from '../support/config.ts';

let directory: string;
let env: Record<string, string>;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mandaat-cli-'));
  env = {
    NODE_ENV: 'production',
    ISSUER: 'https://id.example.org',
    DATABASE_URL: 'embedded',
    SECRET_KEYS: testKey(1),
    IDENTIFIER_KEY: testKey(2),
    DATA_DIR: directory,
  };
});
after(() => rm(directory, { recursive: true, force: true }));

async function mandaat(words: string, overrides: Record<string, string | undefined> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    interactive: false,
    ask: () => Promise.reject(new Error('nobody is there')),
  };
  const code = await runCli(words.split(' ').filter(Boolean), { terminal, env: { ...env, ...overrides } });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const options =
  '--organisation-code office --organisation-name Office --given-name An --family-name Aerts --mail an@mail.example --user-name an.aerts';

describe('words', () => {
  test('help is there for the whole and for each command, without touching the database', async () => {
    assert.equal((await mandaat('')).code, 2);
    const help = await mandaat('--help');
    assert.equal(help.code, 0);
    for (const name of ['init', 'migrate', 'keys', 'audit']) {
      assert.match(help.out, new RegExp(`^  ${name}`, 'm'));
      const own = await mandaat(`${name} --help`);
      assert.deepEqual([own.code, own.err], [0, '']);
      assert.match(own.out, new RegExp(`^Usage: mandaat ${name}`));
    }
    assert.deepEqual(await readdir(directory), []);
  });

  test('what is not understood ends with code 2 and says what would be', async () => {
    assert.match((await mandaat('nonsense')).err, /There is no command "nonsense"/);
    assert.match((await mandaat('constructor')).err, /There is no command/);
    for (const words of [
      'keys',
      'keys rotate --later',
      'keys list --now',
      'audit',
      'audit verify extra',
      'audit --x',
    ]) {
      const { code, err } = await mandaat(words);
      assert.deepEqual([words, code], [words, 2]);
      assert.match(err, /See: mandaat/);
    }
  });

  test('settings that are missing are all named at once, and no value is shown', async () => {
    const { code, err } = await mandaat('migrate', {
      SECRET_KEYS: undefined,
      ISSUER: undefined,
      MAIL_FROM: 'hunter2',
    });
    assert.equal(code, 1);
    assert.match(err, /SECRET_KEYS: is missing/);
    assert.match(err, /ISSUER: is missing/);
    assert.doesNotMatch(err, /hunter2|at .*\.ts/);
  });

  test('a database that cannot be reached is said so, without its password', async () => {
    const { code, err } = await mandaat('migrate', { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/x' });
    assert.equal(code, 1);
    assert.match(err, /cannot be reached/);
    assert.doesNotMatch(err, /hunter2/);
  });

  test('the program itself starts, and has no stack for anybody', () => {
    const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
    const { status, stderr } = spawnSync(process.execPath, [main, 'nonsense'], { env: {}, encoding: 'utf8' });
    assert.equal(status, 2);
    assert.doesNotMatch(stderr, /at file:/);
  });
});

describe('a new site', () => {
  test('commands that need tables say that they are not there', async () => {
    const { code, err } = await mandaat('audit verify');
    assert.deepEqual(
      [code, err],
      [1, 'The database is of another version than this program. Run "mandaat migrate" first.'],
    );
  });

  test('init says everything that is missing, and refuses what is wrong field by field', async () => {
    const missing = await mandaat('init --mail an@mail.example');
    assert.equal(missing.code, 2);
    assert.match(
      missing.err,
      /--organisation-code, --organisation-name, --given-name, --family-name, --user-name\./,
    );
    const wrong = await mandaat(`init ${options.replace('an@mail.example', 'nowhere')} --language xx`);
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /mail: /);
    assert.match(wrong.err, /language: /);
  });

  test('init makes one operator, and gives a link that works once the server runs', async () => {
    const { code, out } = await mandaat(`init ${options}`);
    assert.equal(code, 0);
    const token = /https:\/\/id\.example\.org\/invitations\/(\S+)/.exec(out)?.[1];
    assert.ok(token);
    const config = loadConfig(env);
    const db = await openDatabase({ dataDir: embeddedDirectory(config) });
    const link = await findUsableLink(
      db.reader,
      createSecrets(config),
      decodeURIComponent(token),
      new Date(),
    );
    assert.equal(link?.purpose, 'invitation');
    const rows = await db.query<{ kind: string; person_id: string; holds: boolean }>(
      `select d.kind, d.person_id, exists (select 1 from effective_administration(now(), array[d.id])) as holds
       from administration d`,
      [],
    );
    assert.deepEqual(rows, [{ kind: 'operator', person_id: link.personId, holds: true }]);
    const actions = await db.query<{ action: string }>('select action from audit_event order by seq', []);
    assert.deepEqual(actions.map((row) => row.action).slice(-5), [
      'target_group.created',
      'organisation.created',
      'person.added',
      'affiliation.added',
      'administration.appointed',
    ]);
    await db.close();
  });

  test('init refuses a second time, and leaves nothing behind', async () => {
    const { code, err, out } = await mandaat(
      `init ${options.replaceAll('an.aerts', 'other').replace('an@', 'other@')}`,
    );
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /set up before/);
  });

  test('keys are made, listed and rotated', async () => {
    assert.match((await mandaat('keys list')).out, /no keys yet/);
    const rotated = await mandaat('keys rotate');
    assert.equal(rotated.code, 0);
    for (const algorithm of ['ES256', 'RS256', 'EdDSA']) assert.match(rotated.out, new RegExp(algorithm));
    assert.equal((await mandaat('keys list')).out, rotated.out);
  });

  test('a secret key that is missing is said so, without a stack', async () => {
    const { code, err } = await mandaat('keys reseal', { SECRET_KEYS: testKey(9) });
    assert.equal(code, 1);
    assert.match(err, /^The database holds what was sealed with a key that is not in SECRET_KEYS\..*\)$/);
  });

  test('a secret key is replaced and dropped, and the audit it vouched for is still believed', async () => {
    await mandaat('audit checkpoint');
    const resealed = await mandaat('keys reseal', { SECRET_KEYS: `${testKey(9)},${testKey(1)}` });
    assert.match(
      resealed.out,
      /^Sealed again: \d+ signing keys, \d+ identifiers\.\n.* None is left at \d{4}-/,
    );
    const verified = await mandaat('audit verify', { SECRET_KEYS: testKey(9) });
    assert.deepEqual([verified.code, verified.err], [0, '']);
    assert.match(verified.out, /1 checkpoint, .*\nThe audit is intact\./);
    await mandaat('keys reseal', { SECRET_KEYS: `${testKey(1)},${testKey(9)}` });
    await rm(join(directory, 'audit'), { recursive: true });
  });

  test('the audit is verified, published, verified against that, and found out when it was rewritten', async () => {
    const before = await mandaat('audit verify');
    assert.equal(before.code, 0);
    assert.match(before.out, /no checkpoints: .*\nThe audit is intact\./);
    const published = await mandaat('audit checkpoint');
    assert.match(published.out, /rows, root [0-9a-f]{64}\n/);
    assert.match((await mandaat('audit checkpoint')).out, /Nothing was added/);
    assert.match(
      (await mandaat('audit verify')).out,
      /1 checkpoint, the newest of .*\nThe audit is intact\./,
    );
    const db = await openDatabase({ dataDir: embeddedDirectory(loadConfig(env)) });
    await db.exec(`alter table audit_event disable trigger audit_event_final;
      update audit_event set reason = 'because' where action = 'person.added';
      alter table audit_event enable trigger audit_event_final`);
    await db.close();
    const { code, out, err } = await mandaat('audit verify');
    assert.equal(code, 1);
    assert.match(out, /The audit is NOT intact\./);
    assert.match(err, /^Lane 0, row \d+ \(id [0-9a-f-]{36}, person\.added, .*\) was changed/);
    const keys = join(directory, 'audit');
    assert.equal((await mandaat(`audit verify --checkpoints ${keys} --key ${keys}`)).code, 1);
    assert.match(await readFile(join(keys, 'public-keys.json'), 'utf8'), /Ed25519/);
  });

  test('while a server has the embedded database, commands say who it is and what to do', async () => {
    const script = `
      import { openDatabase } from ${JSON.stringify(new URL('../../src/platform/db/open.ts', import.meta.url).href)};
      await openDatabase({ dataDir: process.argv[1] });
      console.log('open');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      embeddedDirectory(loadConfig(env)),
    ]);
    await once(child.stdout, 'data');
    const { code, err } = await mandaat('keys list');
    assert.equal(code, 1);
    assert.match(err, new RegExp(`in use by process ${child.pid}\\. It serves one process at a time`));
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal((await mandaat('keys list')).code, 0, 'a dead process does not keep it');
  });
});
