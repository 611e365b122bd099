import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request from 'supertest';
import { sampleSite } from './sample-site.ts';

const routes: Parameters<typeof sampleSite>[0]['routes'] = (app) => {
  app.get('/', (_req, res) => void res.send('ok'));
  app.get('/chooser', (_req, res) => {
    res.allowFormActionTo('https://app.example:8443/callback?x=1;script-src *');
    res.allowFormActionTo('be.lier.app:/callback');
    res.send('ok');
  });
};

describe('headers', () => {
  const http = sampleSite({ routes });
  const https = sampleSite({ issuer: 'https://id.example', routes });

  it('allow nothing inline, nothing from elsewhere, no frames', async () => {
    const { headers } = await request(http).get('/');
    const policy = headers['content-security-policy'] ?? '';
    const strict = ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"];
    for (const part of [...strict, "base-uri 'none'", "object-src 'none'", "form-action 'self';"]) {
      assert.ok(policy.includes(part), part);
    }
    assert.doesNotMatch(policy, /unsafe|\*|upgrade-insecure/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'same-origin');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['x-powered-by'], undefined);
  });

  it('keep pages out of caches', async () => {
    await request(http).get('/').expect('cache-control', 'no-store');
    await request(http).get('/nowhere').expect('cache-control', 'no-store');
  });

  it('insist on https only where the site has it', async () => {
    assert.equal((await request(http).get('/')).headers['strict-transport-security'], undefined);
    const { headers } = await request(https).get('/');
    assert.match(headers['strict-transport-security'] ?? '', /max-age=31536000; includeSubDomains/);
    assert.match(headers['content-security-policy'] ?? '', /upgrade-insecure-requests/);
  });

  it('let one page end its form at one other origin, and nothing more', async () => {
    const policy = (await request(http).get('/chooser')).headers['content-security-policy'] ?? '';
    assert.match(policy, /form-action 'self' https:\/\/app\.example:8443 be\.lier\.app:;/);
    assert.equal(policy.match(/script-src/g)?.length, 1);
    assert.doesNotMatch(
      (await request(http).get('/')).headers['content-security-policy'] ?? '',
      /app\.example/,
    );
  });
});
