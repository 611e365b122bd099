// The turnstile of the embedded engine: one at a time, in order, and never so long that nothing else gets in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turnstile } from '../../src/platform/db/pglite-dialect.ts';

test('turns are given in the order in which they were asked for, also after a failure', async () => {
  const turnstile = new Turnstile();
  const order: number[] = [];
  const work = (number: number) =>
    turnstile.run(async () => {
      order.push(number);
      if (number === 1) throw new Error('failed');
    });
  const results = await Promise.allSettled([work(1), work(2), work(3)]);
  assert.deepEqual(order, [1, 2, 3]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled'],
  );
});

test('a series without end lets the event loop turn', async () => {
  const turnstile = new Turnstile();
  const turned = new AbortController();
  setImmediate(() => turned.abort());
  let turns = 0;
  while (!turned.signal.aborted && turns < 5_000_000) {
    turns++;
    await turnstile.run(async () => {});
  }
  assert.ok(turned.signal.aborted, `not after ${turns} turns`);
});
