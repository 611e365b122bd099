// Password hashes: right and wrong, unknown people, raised parameters, and the bounded queue.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBoundedQueue } from '../../src/platform/bounded-queue.ts';
import { isAppError } from '../../src/platform/errors.ts';
import { createPasswordHasher } from '../../src/platform/password-hash.ts';
import { testConfig } from '../support/config.ts';

const password = 'een zin van vier woorden';

describe('password hashes', () => {
  const hasher = createPasswordHasher(testConfig());

  it('are argon2id with the configured cost, and different each time', async () => {
    const stored = await hasher.hash(password);
    assert.match(stored, /^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
    assert.notEqual(await hasher.hash(password), stored);
  });

  it('tell right from wrong, however accents were typed', async () => {
    const stored = await hasher.hash('café au lait à Liège');
    assert.deepEqual(await hasher.verify(stored, 'café au lait à Liège'.normalize('NFD')), {
      ok: true,
      rehash: false,
    });
    assert.deepEqual(await hasher.verify(stored, 'cafe au lait a Liege'), { ok: false, rehash: false });
  });

  it('never match for a person who does not exist, and do the same work', async () => {
    assert.deepEqual(await hasher.verify(undefined, 'nobody has this password'), {
      ok: false,
      rehash: false,
    });
  });

  it('ask to be made again when the cost was raised, not when it was lowered', async () => {
    const stored = await hasher.hash(password);
    const raised = createPasswordHasher(testConfig({ passwordArgon2Time: 2 }));
    assert.deepEqual(await raised.verify(stored, password), { ok: true, rehash: true });
    assert.deepEqual(await raised.verify(stored, 'wrong'), { ok: false, rehash: false });
    assert.equal((await hasher.verify(await raised.hash(password), password)).rehash, false);
  });
});

describe('the queue', () => {
  it('refuses at once what is beyond its limit, finishes the rest, and recovers', async () => {
    const hasher = createPasswordHasher(testConfig(), { concurrency: 1, queueLimit: 2 });
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map(() => hasher.hash(password)));
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(refused.length, 2);
    for (const { reason } of refused) assert.ok(isAppError(reason) && reason.code === 'busy');
    assert.match(await hasher.hash(password), /^\$argon2id/);
  });

  it('never runs more at a time than it may, in order of arrival', async () => {
    const inTurn = createBoundedQueue(2, 20);
    const log = { running: 0, most: 0, begun: [] as number[] };
    const task = (number: number) => async () => {
      log.begun.push(number);
      log.most = Math.max(log.most, (log.running += 1));
      for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
      log.running -= 1;
    };
    // The later ones arrive while the earlier ones are handing their places on.
    const first = [1, 2, 3, 4].map((number) => inTurn(task(number)));
    const later = first.map((before, index) => before.then(() => inTurn(task(5 + index))));
    await Promise.all(later);
    assert.deepEqual(log, { running: 0, most: 2, begun: log.begun.toSorted((a, b) => a - b) });
    assert.equal(log.begun.length, 8);
  });

  it('goes on after a failure', async () => {
    const hasher = createPasswordHasher(testConfig(), { concurrency: 1, queueLimit: 5 });
    await assert.rejects(hasher.verify('not a hash', password));
    const stored = await hasher.hash(password);
    assert.equal((await hasher.verify(stored, password)).ok, true);
  });
});
