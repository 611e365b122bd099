// The lock of the embedded database: one process at a time, and no lock outlives its process.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DatabaseInUseError, lockDataDirectory } from '../../src/platform/db/embedded-lock.ts';

let directory: string;
let dataDir: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mandaat-lock-'));
  dataDir = join(directory, 'database');
});
after(() => rm(directory, { recursive: true, force: true }));

test('a second opening is refused and told who has it; after giving it back it succeeds', async () => {
  const unlock = await lockDataDirectory(dataDir);
  await assert.rejects(lockDataDirectory(dataDir), (error) => {
    assert.ok(error instanceof DatabaseInUseError);
    assert.equal(error.pid, process.pid);
    return true;
  });
  await unlock();
  await (
    await lockDataDirectory(dataDir)
  )();
});

test('a lock of another running process counts, of a dead one not', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")']);
  await once(child.stdout, 'data');
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => undefined);
  const startedAt = stat?.split(') ').at(-1)?.split(' ')[19] ?? null;
  await writeFile(`${dataDir}.lock`, JSON.stringify({ pid: child.pid, startedAt }));
  await assert.rejects(lockDataDirectory(dataDir), DatabaseInUseError);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (
    await lockDataDirectory(dataDir)
  )();
});

test('a process that only has the same number as the one that held the lock is not mistaken for it', async () => {
  await writeFile(`${dataDir}.lock`, JSON.stringify({ pid: process.pid, startedAt: 'another time' }));
  const found = lockDataDirectory(dataDir);
  if (process.platform === 'linux') await (await found)();
  else
    await found.then(
      (unlock) => unlock(),
      () => {},
    );
});

test('of several that find a dead lock at once, one gets it', async () => {
  await writeFile(`${dataDir}.lock`, '{"pid":1,"start');
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDirectory(dataDir)));
  const got = results.filter((result) => result.status === 'fulfilled');
  assert.equal(got.length, 1);
  await got[0]!.value();
});
