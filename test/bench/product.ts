// The product under measurement: its own start script on an own database that holds the people of the bench.
import { randomBytes } from 'node:crypto';
import { composeSite } from '../../src/compose.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createPasswordHasher } from '../../src/platform/password-hash.ts';
import { createWorld } from '../support/world.ts';
import { paths } from '../../src/web/paths.ts';
import { accountPassword, cheapHash, fullHash, headUserName, userNames } from './accounts.ts';
import type { HashCost } from './accounts.ts';
import { clients } from './protocol.ts';

/** As in production; hashes are as cheap as the cheapest stored one, so that none is made anew at sign-in. */
export function productEnvironment(options: {
  port: number;
  /** Of the first process when there are two. */
  issuerPort?: number;
  dataDir: string;
  databaseUrl?: string | undefined;
}): Record<string, string> {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(options.port),
    METRICS_PORT: '0',
    ISSUER: `http://localhost:${options.issuerPort ?? options.port}`,
    DATA_DIR: options.dataDir,
    DATABASE_URL: options.databaseUrl ?? 'embedded',
    DEMO: 'false',
    LOG_LEVEL: 'warn',
    SECRET_KEYS: benchSecrets.secretKeys,
    IDENTIFIER_KEY: benchSecrets.identifierKey,
    PASSWORD_ARGON2_MEMORY_KIB: String(cheapHash.passwordArgon2MemoryKib),
    PASSWORD_ARGON2_TIME: String(cheapHash.passwordArgon2Time),
    BACKCHANNEL_ALLOW_PRIVATE: 'true',
    MAIL_FROM: 'Bench <bench@mail.example>',
    SMTP_URL: 'smtp://127.0.0.1:9',
  };
}

const benchSecrets = {
  secretKeys: randomBytes(32).toString('base64url'),
  identifierKey: randomBytes(32).toString('base64url'),
};

/** Somebody whose right is ended while the application listens. */
export type Watched = { userName: string; personId: string; endPath: string };

const watchedPeople = 9;

/**
 * Migrates the database and fills it; the server is not running yet.
 * @param logoutUrl where the watched application hears of logouts.
 */
export async function seedProduct(env: Record<string, string>, logoutUrl = ''): Promise<Watched[]> {
  const config = loadConfig(env);
  const logger = createLogger({ ...config, logLevel: 'silent' });
  const db = await openDatabase(
    config.databaseUrl
      ? { url: config.databaseUrl.reveal() }
      : { dataDir: embeddedDirectory(config.dataDir) },
  );
  try {
    await migrate(db);
    return await fill(createWorld(composeSite({ config, db, clock: systemClock, logger })), db, logoutUrl);
  } finally {
    await db.close();
  }
}

/** Where the process keeps the embedded database. */
function embeddedDirectory(dataDir: string): string {
  return `${dataDir}/pglite`;
}

async function fill(
  world: ReturnType<typeof createWorld>,
  db: Awaited<ReturnType<typeof openDatabase>>,
  logoutUrl: string,
): Promise<Watched[]> {
  const organisation = await world.organisation({ code: 'bench', name: 'Organisation bench' });
  const application = await world.application({ code: 'bench', roleTemplate: '{right}' });
  const reader = await world.right(application, { code: 'Reader' });
  const writer = await world.right(application, {
    code: 'Writer',
    contexts: [{ code: 'area', options: ['north'] }],
  });
  for (const right of [reader, writer]) await world.offer(right, { organisation });
  await fillClients(world, application, logoutUrl);
  const hashes = {
    cheap: await createPasswordHasher(cheapHash).hash(accountPassword),
    full: await createPasswordHasher(fullHash).hash(accountPassword),
  };
  const addPerson = async (userName: string, cost: HashCost) => {
    const person = await world.person({ userName, password: null });
    const credential = { person_id: person.id, hash: hashes[cost], changed_at: new Date() };
    await db.handle.insertInto('password_credential').values(credential).execute();
    return { person, affiliation: await world.affiliation(person, organisation) };
  };
  const until = '2036-01-01T00:00:00.000Z';
  for (const cost of ['cheap', 'full'] satisfies HashCost[]) {
    for (const userName of userNames(cost)) {
      const { affiliation } = await addPerson(userName, cost);
      await world.assignment(affiliation, reader, { until });
      await world.assignment(affiliation, writer, { until, context: { area: ['north'] } });
    }
  }
  await world.administration((await addPerson(headUserName, 'cheap')).affiliation, 'head', { organisation });
  const watched: Watched[] = [];
  for (let index = 0; index < watchedPeople; index++) {
    const userName = `bench.watched.${index}`;
    const { person, affiliation } = await addPerson(userName, 'cheap');
    const { id } = await world.assignment(affiliation, reader, { until });
    watched.push({
      userName,
      personId: person.id,
      endPath: paths.endAssignment(organisation.id, person.id, id),
    });
  }
  return watched;
}

async function fillClients(
  world: ReturnType<typeof createWorld>,
  application: { id: string },
  logoutUrl: string,
): Promise<void> {
  const shared = { redirect_uris: [clients.redirectUri], id_token_signed_response_alg: 'ES256' };
  await world.client(application, {
    id: clients.confidential.id,
    secret: clients.confidential.secret,
    metadata: shared,
  });
  await world.client(application, {
    id: clients.rotating.id,
    metadata: { ...shared, token_endpoint_auth_method: 'none' },
  });
  await world.client(application, {
    id: clients.watched.id,
    secret: clients.watched.secret,
    metadata: {
      ...shared,
      ...(logoutUrl ? { backchannel_logout_uri: logoutUrl, backchannel_logout_session_required: true } : {}),
    },
  });
  await world.client(application, {
    id: clients.machine.id,
    secret: clients.machine.secret,
    metadata: { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
  });
}
