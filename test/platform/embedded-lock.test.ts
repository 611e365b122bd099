// The lock of the embedded database: one process at a time, and no lock outlives its process.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DatabaseInUseError, lockDataDirectory } from '../../src/platform/db/embedded-lock.ts';

const lockModule = new URL('../../src/platform/db/embedded-lock.ts', import.meta.url).href;
/** Tries for the lock, says how that went, and keeps what it got for as long as it lives. */
const contender = `
  const { lockDataDirectory } = await import(${JSON.stringify(lockModule)});
  await lockDataDirectory(process.argv[1]).then(() => console.log('got'), (error) => console.log(error.code));
  setInterval(() => {}, 1000);`;

let directory: string;
let dataDir: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mandaat-lock-'));
  dataDir = join(directory, 'database');
});
after(() => rm(directory, { recursive: true, force: true }));

async function contend(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', contender, dataDir]);
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: String(said).trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function lockAndGiveBack(): Promise<void> {
  const unlock = await lockDataDirectory(dataDir);
  await unlock();
}

test('a second opening is refused and told who has it; after giving it back it succeeds', async () => {
  const unlock = await lockDataDirectory(dataDir);
  await assert.rejects(lockDataDirectory(dataDir), (error) => {
    assert.ok(error instanceof DatabaseInUseError);
    assert.equal(error.pid, String(process.pid));
    return true;
  });
  await unlock();
  await lockAndGiveBack();
});

test('giving back twice takes it from nobody', async () => {
  const unlock = await lockDataDirectory(dataDir);
  await unlock();
  const again = await lockDataDirectory(dataDir);
  await unlock();
  await assert.rejects(lockDataDirectory(dataDir), DatabaseInUseError);
  await again();
});

test('a lock of another running process counts, of a killed one not', async () => {
  const { child, said } = await contend();
  assert.equal(said, 'got');
  await assert.rejects(lockDataDirectory(dataDir), DatabaseInUseError);
  await kill(child);
  assert.deepEqual((await readdir(directory)).sort(), ['database.lock', 'database.pid'], 'nothing to repair');
  await lockAndGiveBack();
});

test('of several processes at once one gets it, also when the one before was killed', async () => {
  await kill((await contend()).child);
  const contenders = await Promise.all(Array.from({ length: 6 }, contend));
  assert.deepEqual(
    contenders.map(({ said }) => said).sort(),
    [...Array(5).fill('database_in_use'), 'got'].sort(),
  );
  await Promise.all(contenders.map(({ child }) => kill(child)));
});
