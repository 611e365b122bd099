// A decision point on a free port for tests: the module's own routes beside the provider's, with models written as gates
// and rules where a test is not about forms.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { createAuthzenRoutes, createDecisionPoint } from '../../../src/modules/decisions/index.ts';
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';
import { createProvider, type ProviderHandle } from '../../../src/modules/provider/index.ts';
import { createTranslator } from '../../../src/platform/i18n.ts';
import { newId } from '../../../src/platform/ids.ts';
import { createTestSite, type TestSite, type TestSiteOptions } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type ClientRef, type World } from '../../support/world.ts';

const localesDir = fileURLToPath(new URL('../../../config/locales', import.meta.url));

export interface TestPoint {
  readonly site: TestSite;
  readonly world: World;
  readonly provider: ProviderHandle;
  readonly url: string;
  close(): Promise<void>;
}

export async function startTestPoint(options: TestSiteOptions = {}): Promise<TestPoint> {
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const site = await createTestSite({ ...options, config: { issuer: url, ...options.config } });
  site.clock.holdDate();
  const provider = await createProvider(site);
  const point = createDecisionPoint(site, { compile: (forms) => (forms as { rights: RightsModel }).rights });
  app.use(createAuthzenRoutes(point, { provider, translator: createTranslator({ localesDir }) }));
  app.use(provider.callback);
  return {
    site,
    world: createWorld(site),
    provider,
    url,
    close: () => stop(server, provider, site),
  };
}

async function stop(server: Server, provider: ProviderHandle, site: TestSite): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await provider.close();
  await site.close();
}

/** Puts a model in force, as the next version of the application. */
export async function putModel(
  site: TestSite,
  application: { id: string },
  rights: RightsModel,
): Promise<void> {
  const now = site.clock.now();
  await site.db.query(
    `update decision_model set status = 'superseded', superseded_at = $2::timestamptz
     where application_id = $1::uuid and status = 'valid'`,
    [application.id, now],
  );
  await site.db.query(
    `insert into decision_model (id, application_id, number, status, forms, created_at, valid_from)
     select $1::uuid, $2::uuid, 1 + count(*), 'valid', $3::jsonb, $4::timestamptz, $4::timestamptz
     from decision_model where application_id = $2::uuid`,
    [newId(), application.id, JSON.stringify({ rights }), now],
  );
}

export interface TestSubject {
  readonly type?: string;
  readonly id: string;
  readonly source?: 'portal' | 'sync';
  readonly groups?: readonly object[];
  readonly attributes?: readonly object[];
  readonly lists?: readonly object[];
}

/** Says something of subjects, replacing what was said. */
export async function putSubjects(
  site: TestSite,
  application: { id: string },
  subjects: readonly TestSubject[],
): Promise<void> {
  for (const { type = 'user', id, source = 'sync', ...facts } of subjects) {
    await site.db.query(
      `insert into decision_subject (application_id, type, id, source, facts) values ($1::uuid, $2, $3, $4, $5::jsonb)
       on conflict on constraint decision_subject_pk do update set facts = excluded.facts`,
      [application.id, type, id, source, JSON.stringify(facts)],
    );
  }
}

export interface TestRecord {
  readonly type: string;
  readonly id: string;
  readonly owner?: string;
  readonly parent?: { readonly type: string; readonly id: string };
  readonly nodes?: readonly string[];
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export async function putRecords(
  site: TestSite,
  application: { id: string },
  records: readonly TestRecord[],
): Promise<void> {
  for (const record of records) {
    await site.db.query(
      `insert into decision_record (application_id, type, id, parent_type, parent_id, owner, nodes, attributes)
       values ($1::uuid, $2, $3, $4, $5, $6, $7::text[], $8::jsonb)`,
      [
        application.id,
        record.type,
        record.id,
        record.parent?.type ?? null,
        record.parent?.id ?? null,
        record.owner ?? null,
        record.nodes ?? [],
        JSON.stringify(record.attributes ?? {}),
      ],
    );
  }
}

export const basic = (client: ClientRef): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`).toString('base64')}`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed when it is JSON. */
  readonly body: {
    decision?: boolean;
    context?: Record<string, unknown>;
    evaluations?: { decision: boolean; context?: Record<string, unknown> }[];
    results?: { type?: string; id?: string; name?: string }[];
    page?: { next_token: string; count?: number; total?: number };
  } & Record<string, unknown>;
}

export type Ask = (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;

/** Posts as one client. A text is sent as it is. */
export function asker(url: string, client: ClientRef): Ask {
  return async (path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: basic(client), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
  };
}

/** An application with a client that may ask everything. */
export async function createAsker(
  point: TestPoint,
  options: { explain?: boolean } = {},
): Promise<{ application: ApplicationRef; client: ClientRef; ask: Ask }> {
  const application = await point.world.application();
  const client = await point.world.client(application, {
    metadata: { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
  });
  if (options.explain) {
    await point.site.db.query(
      `update client set decision_powers = decision_powers || '{explain}'::text[] where id = $1`,
      [client.id],
    );
  }
  return { application, client, ask: asker(point.url, client) };
}
