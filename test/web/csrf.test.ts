import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request from 'supertest';
import { csrf, csrfForCookie } from '../../src/web/csrf.ts';
import { sampleSite } from './sample-site.ts';

const guards = {
  session: csrf(),
  cookie: csrfForCookie(['new-key', 'old-key'], { https: false }),
  old: csrfForCookie('old-key', { https: false }),
};

for (const [kind, guard] of Object.entries({ session: guards.session, cookie: guards.cookie })) {
  describe(`a form guarded by ${kind}`, () => {
    let changes = 0;
    const site = sampleSite({
      routes: (app) => {
        app.get('/old', guards.old, (_req, res) => void res.send(String(res.locals['csrfToken'])));
        app.use(guard);
        app.get('/form', (_req, res) => void res.send(String(res.locals['csrfToken'])));
        app.get('/plain', (_req, res) => void res.send('no form'));
        app.post('/change', (_req, res) => void res.send(`changed ${++changes}`));
      },
    });
    const open = async (path = '/form') => {
      const agent = request.agent(site);
      return { agent, token: (await agent.get(path)).text };
    };

    it('is accepted with its token, more than once, from two tabs', async () => {
      const { agent, token } = await open();
      assert.ok(token.length >= 43);
      assert.equal((await agent.get('/form')).text, token);
      for (const headers of [{}, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }]) {
        await agent.post('/change').set(headers).type('form').send({ _csrf: token }).expect(200);
      }
    });

    it('is refused without a token, with a wrong one, or with that of another visitor', async () => {
      const { agent } = await open();
      const other = await open();
      const before = changes;
      for (const body of [
        {},
        { _csrf: '' },
        { _csrf: 'x' },
        { _csrf: other.token },
        { _csrf: [other.token] },
      ]) {
        const answer = await agent
          .post('/change')
          .set('accept-language', 'en')
          .type('form')
          .send(body)
          .expect(403);
        assert.match(answer.text, /open too long/);
      }
      await request(site).post('/change').type('form').send({ _csrf: other.token }).expect(403);
      assert.equal(changes, before);
    });

    it('is refused when the browser says that another site sent it, even with the token', async () => {
      const { agent, token } = await open();
      const send = (headers: Record<string, string>) =>
        agent.post('/change').set(headers).type('form').send({ _csrf: token }).expect(403);
      await send({ 'sec-fetch-site': 'cross-site' });
      await send({ 'sec-fetch-site': 'same-site' });
      await send({ origin: 'https://evil.example' });
      await send({ origin: 'null' });
      await send({ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' });
    });

    it('plants nothing on a page that has no form', async () => {
      assert.equal((await request(site).get('/plain')).headers['set-cookie'], undefined);
    });

    if (kind === 'cookie') {
      it('keeps working while keys rotate', async () => {
        const { agent, token } = await open('/old');
        await agent.post('/change').type('form').send({ _csrf: token }).expect(200);
      });
      it('does not accept the cookie itself as the token', async () => {
        const { agent } = await open();
        const answer = await request(site).get('/form');
        const seed = /csrf=([^;]+)/.exec(String(answer.headers['set-cookie']))?.[1] ?? '';
        await agent
          .post('/change')
          .set('cookie', `csrf=${seed}`)
          .type('form')
          .send({ _csrf: seed })
          .expect(403);
      });
    }
  });
}
