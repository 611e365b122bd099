// The product with its decision point in a process of its own on PostgreSQL, filled for the bench: started by decisions.ts,
// which measures it from outside.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app.ts';
import { composeSite } from '../../src/compose.ts';
import { createDecisionPoint } from '../../src/modules/decisions/index.ts';
import type { RightsModel } from '../../src/modules/decisions/rights-model.model.ts';
import { createProvider } from '../../src/modules/provider/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createPasswordHasher } from '../../src/platform/password-hash.ts';
import { testConfig } from '../support/config.ts';

const [, , databaseUrl = ''] = process.argv;
const server = createServer();
// A connection that ends just when it is used again would be an error of the bench.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = testConfig({ issuer: url });
  const db = await openDatabase({ url: databaseUrl });
  const site = composeSite({ config, db, clock: systemClock, logger: createLogger(config) });
  const provider = await createProvider(site);
  const compile = (forms: unknown): RightsModel => (forms as { rights: RightsModel }).rights;
  const point = createDecisionPoint(site, { compile });
  const parts = { provider, point, hasher: createPasswordHasher(config), metrics: createMetrics() };
  server.on('request', createApp(site, parts));
  process.send?.({ url });
});
process.on('message', (what) => {
  if (what === 'usage') process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss });
});
process.on('disconnect', () => process.exit(0));
