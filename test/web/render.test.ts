import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request from 'supertest';
import { flashOf } from '../../src/web/flash.ts';
import { localPath } from '../../src/web/preferences.ts';
import { sampleSite } from './sample-site.ts';

const views = {
  hello: "<h1><%= model.name %></h1><p><%= t('common.form.save') %></p><p><%= typeof query %></p>",
  field: "<% const label = 'outer'; %><%- component('field', { name: 'x', label: 'X' }) %>",
  list: "<%- component('table', model) %>",
};

const site = sampleSite({
  views,
  routes: (app) => {
    app.use((req, res, next) => {
      if (req.get('x-person-language')) req.actorLanguage = String(req.get('x-person-language'));
      res.locals['navigation'] = {
        items: [{ key: 'people', label: 'People & co', href: '/people', current: true }],
        organisations: [],
        person: { name: 'An Aerts', roleLabel: 'Head' },
      };
      next();
    });
    app.get('/hello', (_req, res) => res.page('sample/hello', { name: '<b>An</b>' }, { title: 'A <title>' }));
    app.get('/focus', (_req, res) =>
      res.page('sample/hello', { name: 'x' }, { title: 'x', layout: 'focus', status: 202 }),
    );
    app.get('/fragment', (_req, res) => res.fragment('sample/hello', { name: '<i>' }));
    app.post('/refused', (_req, res) => res.page('sample/hello', { name: 'x' }, { title: 'x', status: 422 }));
    app.get('/field', (_req, res) => res.page('sample/field', {}, { title: 'x' }));
    app.get('/table', (_req, res) => res.page('sample/list', tableModel, { title: 'x' }));
    app.get('/change', (req, res) => {
      flashOf(req).set({ text: 'Saved <once>', undo: { action: '/undo', label: 'Undo' } });
      res.redirect(303, '/hello');
    });
  },
});

const tableModel = {
  caption: 'People',
  columns: [{ key: 'name', text: 'Name', sort: { href: '?x=1&y="', dir: 'asc' } }],
  rows: [{ cells: { name: { text: '<script>alert(1)</script>', href: '/p?a=1&b=2' } } }],
};

describe('a page', () => {
  it('escapes, sits in its layout and names itself', async () => {
    const answer = await request(site).get('/hello').expect(200).expect('content-type', /html/);
    assert.match(answer.text, /<h1>&lt;b&gt;An&lt;\/b&gt;<\/h1>/);
    assert.match(answer.text, /<title>A &lt;title&gt; – Mandaat<\/title>/);
    assert.match(answer.text, /aria-current="page">.*People &amp; co/);
    assert.match(answer.text, /<p>undefined<\/p>/, 'the query string is not in the template');
    assert.equal(answer.headers['content-language'], 'en');
  });

  it('has no navigation in the quiet layout, and the status that it was given', async () => {
    const answer = await request(site).get('/focus').expect(202);
    assert.doesNotMatch(answer.text, /sidenav|An Aerts/);
  });

  it('can be a piece without layout', async () => {
    const { text } = await request(site).get('/fragment').expect(200).expect('content-type', /html/);
    assert.match(text, /^<h1>&lt;i&gt;<\/h1>/);
    assert.doesNotMatch(text, /<html|topbar/);
  });

  it('says in its title that a form was refused', async () => {
    const { text } = await request(site).post('/refused').set('accept-language', 'en').expect(422);
    assert.match(text, /<title>Error: x – Mandaat<\/title>/);
  });

  it('gives components only their own inputs', async () => {
    const answer = await request(site).get('/field').expect(200);
    assert.match(answer.text, /<label class="label" for="field-x">X<\/label>/);
    assert.doesNotMatch(answer.text, /aria-describedby|aria-invalid|outer/);
  });

  it('escapes what is in a table, and in its links', async () => {
    const { text } = await request(site).get('/table').expect(200);
    assert.doesNotMatch(text, /<script>alert/);
    assert.match(text, /href="\/p\?a=1&amp;b=2"/);
    assert.match(text, /href="\?x=1&amp;y=&#34;"/);
    assert.match(text, /aria-sort="ascending"/);
  });

  it('has nothing inline that the policy would refuse', async () => {
    for (const path of ['/hello', '/focus', '/field', '/table', '/nowhere']) {
      const { text } = await request(site).get(path);
      assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/, path);
    }
  });

  it('shows a message once, with its Undo', async () => {
    const agent = request.agent(site);
    await agent.get('/change').expect(303);
    const first = await agent.get('/hello');
    assert.match(first.text, /Saved &lt;once&gt;/);
    assert.match(first.text, /<form method="post" action="\/undo">/);
    assert.doesNotMatch((await agent.get('/hello')).text, /Saved/);
  });
});

describe('the language of a page', () => {
  const languageOf = async (headers: Record<string, string>, path = '/hello'): Promise<string> =>
    (await request(site).get(path).set(headers)).headers['content-language'] ?? '';

  it('is the cookie, then the person, then the application, then the browser, then English', async () => {
    const all = { cookie: 'lang=de', 'x-person-language': 'fr', 'accept-language': 'en' };
    assert.equal(await languageOf(all, '/hello?ui_locales=nl'), 'de');
    assert.equal(await languageOf({ ...all, cookie: 'lang=xx' }, '/hello?ui_locales=nl'), 'fr');
    assert.equal(await languageOf({ 'accept-language': 'en' }, '/hello?ui_locales=tlh+nl-BE'), 'nl');
    assert.equal(await languageOf({ 'accept-language': 'es,fr-BE;q=0.8,nl;q=0.9' }), 'nl');
    assert.equal(await languageOf({ 'accept-language': 'es' }), 'en');
  });

  it('is chosen by a form that leads back to the page', async () => {
    const agent = request.agent(site);
    const form = { language: 'nl', theme: 'dark', back: '/hello?q=1' };
    await agent.post('/preferences').type('form').send(form).expect(303).expect('location', '/hello?q=1');
    const { text } = await agent.get('/hello').set('accept-language', 'en');
    assert.match(text, /<html lang="nl" data-theme="dark">/);
    assert.match(text, /Opslaan/);
  });

  it('is not changed by another site', async () => {
    const answer = await request(site)
      .post('/preferences')
      .set('sec-fetch-site', 'cross-site')
      .type('form')
      .send({ language: 'nl', back: '/' });
    assert.equal(answer.headers['set-cookie'], undefined);
  });

  it('leads back to the form after a form was refused', async () => {
    const backOf = async (referer: string): Promise<string | undefined> => {
      const { text } = await request(site).post('/refused').set({ host: 'here.example', referer });
      return /name="back" value="([^"]*)"/.exec(text)?.[1];
    };
    assert.equal(await backOf('http://here.example/people/new?a=1'), '/people/new?a=1');
    assert.equal(await backOf('http://evil.example/people/new'), '/');
    assert.equal(await backOf('nonsense'), '/');
  });

  it('never leads to another site', () => {
    assert.equal(localPath('/people?q=a#b'), '/people?q=a#b');
    const foreign = [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '/\t/evil.example',
      '',
      undefined,
    ];
    for (const back of [...foreign, '/..//evil.example', '/%0d%0a', 'javascript:alert(1)', ['/x']]) {
      const path = localPath(back);
      assert.ok(
        new URL(path, 'http://here.example').host === 'here.example' && !path.startsWith('//'),
        String(back),
      );
    }
  });
});

describe('assets', () => {
  it('may be kept for ever, and are versioned', async () => {
    const page = await request(site).get('/hello');
    const href = /href="(\/assets\/portal\.css\?v=[^"]+)"/.exec(page.text)?.[1] ?? '';
    const answer = await request(site).get(href).expect(200).expect('content-type', /css/);
    assert.match(answer.headers['cache-control'] ?? '', /immutable/);
    const stale = await request(site).get('/assets/portal.css?v=other').expect(200);
    assert.equal(stale.headers['cache-control'], 'no-cache');
    await request(site).get('/assets/../layouts/portal.ejs').expect(404);
    await request(site).get('/assets/none.css').expect(404);
  });
});
