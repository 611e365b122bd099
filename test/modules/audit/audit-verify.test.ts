// The audit proves itself: whatever is changed, removed, inserted or cut off behind its back is found and named.
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { hashRow } from '../../../src/modules/audit/audit.chain.ts';
import { readCheckpointLines } from '../../../src/modules/audit/audit.checkpoint-files.ts';
import {
  checkpointKeys,
  publishKeys,
  readPublicKeys,
  readTrustedKeys,
} from '../../../src/modules/audit/audit.checkpoint-keys.ts';
import { readRows } from '../../../src/modules/audit/audit.rows.ts';
import { publishCheckpoint, verifyAudit, type Verification } from '../../../src/modules/audit/index.ts';
import { runCommand } from '../../../src/platform/command.ts';
import { createSecrets } from '../../../src/platform/crypto.ts';
import { Secret } from '../../../src/platform/secret.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';

const system = { actor: { kind: 'system' }, requestId: 'request-1' } as const;
const fact = (number: number) => ({
  action: 'test.done',
  subjectType: 'test',
  subjectId: String(number),
  reason: `reason ${number} with é and 🗝`,
  before: { list: ['b', 'a'], nested: { z: 1, a: null } },
  after: { amount: 0.1, number, since: new Date(0) },
});

let site: TestSite;
let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mandaat-audit-'));
  site = await createTestSite({ config: { auditCheckpointDir: directory } });
});
after(async () => {
  await site.close();
  await rm(directory, { recursive: true, force: true });
});

/** One row per command; with one connection all are in lane 0. */
async function record(count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await runCommand(site, system, fact(number), async (change) => change.record(fact(number)));
  }
}

/** What a database administrator can do: anything, past the trigger that keeps rows final. */
async function tamper(sql: string): Promise<void> {
  await site.db.exec(`
    alter table audit_event disable trigger audit_event_final;
    ${sql};
    alter table audit_event enable trigger audit_event_final;`);
}

/** Computes all hashes and the head of lane 0 anew, so that the chain itself fits again. */
async function recompute(): Promise<void> {
  let hash: Uint8Array = new Uint8Array();
  let seq = 0;
  const statements: string[] = [];
  for (const { hash: _old, ...row } of await readRows(site.db.reader, 0, 0, 1e9, 1e6)) {
    hash = hashRow(hash, row);
    seq = row.seq;
    const text = Buffer.from(hash).toString('hex');
    statements.push(`update audit_event set hash = '\\x${text}' where lane = 0 and seq = ${row.seq}`);
  }
  const head = Buffer.from(hash).toString('hex');
  statements.push(`update audit_lane set seq = ${seq}, hash = '\\x${head}' where lane = 0`);
  await tamper(statements.join(';'));
}

const verifyAlone = () => verifyAudit(site.db.reader);
const verify = () =>
  verifyAudit(site.db.reader, {
    lines: readCheckpointLines(directory),
    keys: checkpointKeys(site.secrets),
  });
const named = ({ findings }: Verification) =>
  findings.map(({ kind, seq, untilSeq }) => [kind, seq, untilSeq ?? seq]);
const idOf = async (seq: number) => (await readRows(site.db.reader, 0, seq - 1, seq, 1))[0]?.id;

beforeEach(async () => {
  await tamper(`delete from audit_event; update audit_lane set seq = 0, hash = '\\x'`);
  await rm(directory, { recursive: true, force: true });
});

describe('an untouched record', () => {
  test('is intact, with every kind of content, and says how far checkpoints reach', async () => {
    await record(5);
    const published = await publishCheckpoint(site);
    assert.equal(published?.rows, 5);
    site.clock.advance({ minutes: 5 });
    await record(2);
    const result = await verify();
    assert.deepEqual([result.intact, result.rows, result.checkpoints, result.findingCount], [true, 7, 1, 0]);
    assert.equal(result.publishedUntil, new Date(site.clock.now().getTime() - 300_000).toISOString());
  });

  test('a refused attempt is recorded, and what cannot be stored does not stop a change', async () => {
    const odd = { action: 'test.done', subjectType: 'test', reason: 'a\0b\ud800', after: { name: 'x\0y' } };
    await runCommand(site, system, odd, async (change) => change.record(odd));
    const failing = runCommand(site, system, fact(1), () => Promise.reject(new Error('no')));
    await assert.rejects(failing);
    const rows = await readRows(site.db.reader, 0, 0, 10, 10);
    assert.deepEqual(
      rows.map((row) => [row.outcome, row.reason]),
      [
        ['done', 'ab\ufffd'],
        ['failed', 'unexpected_error'],
      ],
    );
    assert.equal((await verifyAlone()).intact, true);
  });

  test('nothing new means no new checkpoint; a new month starts a new file that stands on its own', async () => {
    await record(3);
    await publishCheckpoint(site);
    assert.equal(await publishCheckpoint(site), undefined);
    site.clock.advance({ days: 31 });
    await record(1);
    const published = await publishCheckpoint(site);
    assert.match(published!.file, /checkpoints-2026-07\.jsonl$/);
    assert.equal((await verify()).checkpoints, 2);
    assert.equal((await verify()).intact, true);
    site.clock.advance({ days: -31 });
  });

  test('a large number of rows becomes several checkpoints', async () => {
    const facts = Array.from({ length: 1_200 }, (_, index) => fact(index));
    await runCommand(site, system, fact(0), async (change) => facts.forEach((one) => change.record(one)));
    await publishCheckpoint(site, 500);
    const result = await verify();
    assert.deepEqual([result.intact, result.rows, result.checkpoints], [true, 1_200, 3]);
  });
});

describe('without checkpoints', () => {
  beforeEach(() => record(8));

  test('a changed row is named', async () => {
    await tamper(`update audit_event set reason = 'other' where seq = 4`);
    const result = await verifyAlone();
    assert.deepEqual(named(result), [['changed', 4, 4]]);
    assert.equal(result.findings[0]?.id, await idOf(4));
    assert.notEqual(result.findings[0]?.expected, result.findings[0]?.found);
  });

  for (const column of ['at', 'actor_person_id', 'outcome', 'before', 'after', 'id']) {
    test(`no column can be changed: ${column}`, async () => {
      const value: Record<string, string> = {
        at: `at + interval '1 millisecond'`,
        actor_person_id: `gen_random_uuid()`,
        outcome: `'refused'`,
        before: `'{}'`,
        after: `jsonb_set(after, '{number}', '99')`,
        id: `gen_random_uuid()`,
      };
      await tamper(`update audit_event set ${column} = ${value[column]} where seq = 2`);
      assert.deepEqual(named(await verifyAlone()), [['changed', 2, 2]]);
    });
  }

  test('removed rows are named', async () => {
    await tamper('delete from audit_event where seq in (3, 4)');
    assert.deepEqual(named(await verifyAlone()), [['removed', 3, 4]]);
  });

  test('a row put at the end is named', async () => {
    await tamper(`insert into audit_event select lane, 9, gen_random_uuid(), at, action, outcome, actor_kind, null, null,
      null, null, null, subject_type, subject_id, reason, null, before, after, hash from audit_event where seq = 8`);
    assert.deepEqual(named(await verifyAlone()), [
      ['changed', 9, 9],
      ['inserted', 9, 9],
    ]);
  });

  test('a cut-off end is named', async () => {
    await tamper('delete from audit_event where seq > 5');
    assert.deepEqual(named(await verifyAlone()), [['cut_off', 6, 8]]);
  });

  test('a changed head and a missing lane are named', async () => {
    await tamper(
      `update audit_lane set hash = '\\x00' where lane = 0; delete from audit_lane where lane = 31`,
    );
    const { findings } = await verifyAlone();
    assert.deepEqual(
      findings.map(({ kind, lane }) => [kind, lane]),
      [
        ['head_changed', 31],
        ['head_changed', 0],
      ],
    );
    await tamper('insert into audit_lane (lane) values (31)');
  });

  test('a row in a lane that does not exist is named', async () => {
    await tamper('update audit_event set lane = 77 where seq = 8');
    assert.ok((await verifyAlone()).findings.some(({ kind, lane }) => kind === 'inserted' && lane === 77));
  });
});

describe('against checkpoints, when the database administrator makes the chain fit again', () => {
  beforeEach(async () => {
    await record(6);
    await publishCheckpoint(site);
    await record(6);
    site.clock.advance({ minutes: 5 });
    await publishCheckpoint(site);
    await record(3);
  });

  test('a changed row is named', async () => {
    await tamper(`update audit_event set reason = 'other' where seq = 8`);
    await recompute();
    assert.equal((await verifyAlone()).intact, true, 'the chain alone cannot tell');
    const result = await verify();
    assert.deepEqual(named(result), [['rewritten', 8, 8]]);
    assert.equal(result.findings[0]?.id, await idOf(8));
    assert.equal(result.findings[0]?.publishedAt, site.clock.now().toISOString());
  });

  test('a removed row is named', async () => {
    await tamper('delete from audit_event where seq = 4; update audit_event set seq = seq - 1 where seq > 4');
    await recompute();
    assert.equal((await verifyAlone()).intact, true);
    assert.deepEqual(named(await verify()), [['rewritten', 4, 4]]);
  });

  test('an inserted row is named', async () => {
    await tamper(`update audit_event set seq = seq + 100 where seq >= 7; update audit_event set seq = seq - 99 where seq > 100;
      insert into audit_event select lane, 7, gen_random_uuid(), at, action, outcome, actor_kind, null, null, null, null,
        null, subject_type, subject_id, reason, null, before, after, hash from audit_event where seq = 6`);
    await recompute();
    assert.equal((await verifyAlone()).intact, true);
    assert.deepEqual(named(await verify()), [['rewritten', 7, 7]]);
  });

  test('a cut-off end is named, with the checkpoint that knew it', async () => {
    await tamper('delete from audit_event where seq > 10');
    await recompute();
    assert.equal((await verifyAlone()).intact, true);
    const result = await verify();
    assert.deepEqual(named(result), [['cut_off', 11, 12]]);
    assert.equal(result.findings[0]?.publishedAt, site.clock.now().toISOString());
  });

  test('a changed row is named when only the row itself was made to fit', async () => {
    await tamper(`update audit_event set reason = 'other' where seq = 8`);
    const rows = await readRows(site.db.reader, 0, 6, 8, 2);
    const { hash: _hash, ...row } = rows[1]!;
    const text = hashRow(rows[0]!.hash, row).toString('hex');
    await tamper(`update audit_event set hash = '\\x${text}' where seq = 8`);
    assert.deepEqual(named(await verify()), [['rewritten', 8, 8]]);
  });

  test('the next checkpoint does not hide it', async () => {
    await tamper(`update audit_event set reason = 'other' where seq = 8`);
    await recompute();
    const published = await publishCheckpoint(site);
    assert.deepEqual(published?.rewrittenLanes, [0]);
    assert.equal(named(await verify())[0]?.[1], 8);
  });

  test('a record that was emptied and begun anew is named', async () => {
    await tamper(`delete from audit_event; update audit_lane set seq = 0, hash = '\\x'`);
    await record(20);
    assert.deepEqual(named(await verify()), [['rewritten', 1, 1]]);
  });
});

describe('checkpoints themselves', () => {
  const file = () => join(directory, 'checkpoints-2026-06.jsonl');
  beforeEach(async () => {
    await record(2);
    await publishCheckpoint(site);
    await record(2);
    await publishCheckpoint(site);
    await record(2);
    await publishCheckpoint(site);
  });

  test('are checked with the published keys, without any secret', async () => {
    const keys = await readPublicKeys(directory);
    const result = await verifyAudit(site.db.reader, { lines: readCheckpointLines(directory), keys });
    assert.deepEqual([result.intact, result.checkpoints], [true, 3]);
  });

  test('a changed checkpoint is named', async () => {
    const text = await readFile(file(), 'utf8');
    await writeFile(file(), text.replace('"rows":4', '"rows":5'));
    const { findings } = await verify();
    assert.deepEqual(findings.map(({ kind, place }) => [kind, place])[0], [
      'checkpoint',
      'checkpoints-2026-06.jsonl line 2',
    ]);
  });

  test('a checkpoint that was taken out is noticed', async () => {
    const lines = (await readFile(file(), 'utf8')).split('\n');
    await writeFile(file(), [lines[0], lines[2], ''].join('\n'));
    const { findings } = await verify();
    assert.deepEqual(
      findings.map(({ kind, place }) => [kind, place]),
      [['checkpoint', 'checkpoints-2026-06.jsonl line 2']],
    );
  });

  describe('of a secret key that was replaced twice and dropped', () => {
    const secretsOf = (...bytes: number[]) =>
      createSecrets({
        secretKeys: new Secret(bytes.map((byte) => Buffer.alloc(32, byte))),
        identifierKey: new Secret(Buffer.alloc(32, 2)),
      });
    const trusted = async (secrets = secretsOf(8)) =>
      verifyAudit(site.db.reader, {
        lines: readCheckpointLines(directory),
        keys: await readTrustedKeys(directory, secrets),
      });

    test('are believed, because each new key vouched for the one before it', async () => {
      for (const secrets of [secretsOf(7, 1), secretsOf(8, 7)]) {
        await record(1);
        await publishCheckpoint({ ...site, secrets });
      }
      const result = await trusted();
      assert.deepEqual([result.findings, result.checkpoints], [[], 5]);
      assert.equal((await readPublicKeys(directory)).length, 3);
    });

    test('are not, when it was dropped before the new one vouched for it, or by a stranger', async () => {
      await publishKeys(directory, secretsOf(8));
      assert.equal((await trusted()).checkpoints, 0);
      await publishKeys(directory, secretsOf(9, 1));
      assert.equal((await trusted()).checkpoints, 0);
      const text = await readFile(join(directory, 'public-keys.json'), 'utf8');
      const kidOf = (byte: number) => checkpointKeys(secretsOf(byte))[0]!.kid;
      await writeFile(
        join(directory, 'public-keys.json'),
        text.replace(`"by": "${kidOf(9)}"`, `"by": "${kidOf(8)}"`),
      );
      assert.equal((await trusted()).checkpoints, 0);
    });
  });

  test('one signed with a key that nobody knows is not believed', async () => {
    const other = createSecrets({
      secretKeys: new Secret([Buffer.alloc(32, 7)]),
      identifierKey: new Secret(Buffer.alloc(32, 8)),
    });
    await record(1);
    await publishCheckpoint({ ...site, secrets: other });
    const { findings, checkpoints } = await verify();
    assert.equal(checkpoints, 3);
    assert.equal(findings[0]?.place, 'checkpoints-2026-06.jsonl line 4');
  });

  test('half a line left by a crash does not swallow the next checkpoint', async () => {
    await appendFile(file(), '{"version":1,"at":"2026');
    await record(1);
    await publishCheckpoint(site);
    const result = await verify();
    assert.equal(result.checkpoints, 4);
    assert.equal(result.intact, true);
  });
});
