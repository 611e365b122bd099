// The whole product on a free port, for tests that speak HTTP.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { createApp } from '../../src/app.ts';
import { createProvider, type ProviderHandle } from '../../src/modules/provider/index.ts';
import { createPasswordHasher } from '../../src/platform/password-hash.ts';
import { giveKeys } from './provider-keys.ts';
import { createTestSite, type TestSite, type TestSiteOptions } from './site.ts';

export interface TestApp {
  readonly site: TestSite;
  readonly provider: ProviderHandle;
  /** Origin, which is also the issuer. */
  readonly url: string;
  /** For tests that go through every route there is. */
  readonly app: Express;
  close(): Promise<void>;
}

export interface TestAppOptions extends TestSiteOptions {
  /** Another process of the same site: its origin is the issuer, this one answers elsewhere. */
  issuer?: string;
}

/**
 * Listens first, since the issuer has to be known before anything else. `Date` follows the site's clock until
 * `close()`, because the OpenID library asks the machine for the time.
 */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  let handler: RequestListener = (_req, res) => void res.writeHead(503).end();
  const server = createServer((req, res) => handler(req, res));
  const url = await listening(server);
  const site = await createTestSite({
    ...options,
    config: { issuer: options.issuer ?? url, ...options.config },
  });
  site.clock.holdDate();
  await giveKeys(site);
  const provider = await createProvider(site);
  const app = createApp(site, { provider, hasher: createPasswordHasher(site.config) });
  handler = app;
  return {
    site,
    provider,
    url,
    app,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await provider.close();
      await site.close();
    },
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
