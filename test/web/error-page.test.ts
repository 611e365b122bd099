import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request from 'supertest';
import { AppError, invalidFields, notFound, type ErrorKind } from '../../src/platform/errors.ts';
import { sampleSite } from './sample-site.ts';

const kinds: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  limited: 429,
  unavailable: 503,
};

describe('an error', () => {
  const unexpected: unknown[] = [];
  const site = sampleSite({
    unexpected,
    views: { broken: '<%= model.nothing.at.all %>' },
    routes: (app) => {
      app.get('/kind/:kind', (req) => {
        throw new AppError(req.params.kind as ErrorKind, 'only_the_kind_knows', {
          cause: new Error('secret-cause'),
        });
      });
      app.get('/fields', () => {
        throw invalidFields({ mail: { code: 'invalid_mail' } });
      });
      app.get('/bug', (req) => {
        req.requestId = 'req-123';
        throw new TypeError('secret at /home/app/file.ts');
      });
      app.get('/slow-down', () => {
        throw new AppError('limited', 'busy', { params: { retryAfterSeconds: 12.2 } });
      });
      app.get('/broken', (_req, res) => res.page('sample/broken', {}, { title: 'x' }));
      app.get('/gone/:id', () => {
        throw notFound('person');
      });
    },
  });
  const get = (path: string, language = 'en') =>
    request(site).get(path).set({ accept: 'text/html', 'accept-language': language });

  for (const [kind, status] of Object.entries(kinds)) {
    it(`of kind ${kind} is a page with a way on`, async () => {
      const { text } = await get(`/kind/${kind}`).expect(status);
      assert.match(text, /<h1>[^<]+<\/h1>/);
      assert.match(text, /class="button button--primary" href="\/[^"]*"/);
      assert.doesNotMatch(text, /errors\.|secret-cause|only_the_kind_knows|on our side/);
    });
  }

  it('is told in the language of the person', async () => {
    assert.match((await get('/nowhere', 'nl').expect(404)).text, /Deze pagina bestaat niet/);
    assert.match((await get('/nowhere', 'fr')).text, /Cette page n’existe pas/);
    assert.match((await get('/nowhere', 'de')).text, /Diese Seite gibt es nicht/);
  });

  it('that nobody expected shows a reference, no stack, and is reported', async () => {
    const { text } = await get('/bug').expect(500);
    assert.match(text, /req-123/);
    assert.doesNotMatch(text, /secret|TypeError|file\.ts/);
    assert.match(String(unexpected.at(-1)), /secret at/);
  });

  it('in a view is an error page too', async () => {
    const { text } = await get('/broken').expect(500);
    assert.match(text, /Something went wrong on our side/);
    assert.doesNotMatch(text, /broken\.ejs|undefined/);
  });

  it('of input says which field, and is 422', async () => {
    const answer = await request(site).get('/fields').set('accept', 'application/json').expect(422);
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    const problem = JSON.parse(answer.text) as Record<string, unknown>;
    assert.equal(problem['code'], 'invalid_fields');
    assert.deepEqual(problem['fields'], { mail: { code: 'invalid_mail' } });
  });

  it('as JSON tells as little as the page', async () => {
    const answer = await request(site).get('/bug').set('accept', 'application/json').expect(500);
    assert.deepEqual(JSON.parse(answer.text), {
      type: 'about:blank',
      title: 'Something went wrong on our side',
      status: 500,
      code: 'unexpected',
      detail: 'We could not complete this. Nothing was half saved: please try again in a moment.',
      requestId: 'req-123',
    });
  });

  it('says when to come back', async () => {
    await get('/slow-down').expect(429).expect('retry-after', '13');
  });

  it('of a damaged or oversized request is not ours', async () => {
    const before = unexpected.length;
    await request(site).post('/x').type('json').send('{"a":').expect(400);
    await request(site)
      .post('/x')
      .type('form')
      .send(`a=${'x'.repeat(200_000)}`)
      .expect(400);
    await get('/gone/%E0%A4%A').expect(400);
    assert.equal(unexpected.length, before);
  });
});
