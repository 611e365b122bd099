// Notifications survive a database server that throws every connection out.
import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { after, before, test } from 'node:test';
import { openDatabase } from '../../src/platform/db/open.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';

let server: TestPostgres;
before(async () => {
  server = await startTestPostgres();
});
after(() => server.stop());

test('listening goes on after the connection was lost, also when the first attempts fail', async () => {
  const url = await server.createDatabase();
  // One connection, made before new ones are refused.
  const db = await openDatabase({ url, poolMax: 1 });
  await db.query('select 1', []);
  const heard = new EventEmitter();
  const lost = new EventEmitter();
  const listening = await openDatabase({ url, onPoolError: () => lost.emit('lost') });
  const stop = await listening.listen('channel', (payload) => heard.emit('message', payload));
  const others = `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  const wasLost = once(lost, 'lost');
  // No new connections for a while, as while a server restarts: the first attempts to come back are refused.
  const elsewhere = await openDatabase({ url: await server.createDatabase() });
  const allow = (yes: boolean) =>
    elsewhere.exec(`alter database ${new URL(url).pathname.slice(1)} allow_connections ${yes}`);
  await allow(false);
  await db.query(`select pg_terminate_backend(pid) from (${others}) other`, []);
  await wasLost;
  const message = once(heard, 'message', { signal: AbortSignal.timeout(30_000) });
  let rounds = 0;
  const telling = setInterval(() => {
    if (++rounds === 12) void allow(true);
    void db.query(`select pg_notify('channel', 'again')`, []);
  }, 200);
  try {
    assert.deepEqual(await message, ['again']);
  } finally {
    clearInterval(telling);
    await stop();
    await listening.close();
    await db.close();
    await elsewhere.close();
  }
});
