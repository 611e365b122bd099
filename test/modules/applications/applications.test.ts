// Applications and clients through their commands: who may, secrets that are shown once and overlap, stale edits.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  changeApplication,
  changeClient,
  createApplication,
  createClient,
  endApplication,
  isRoleTemplate,
  listApplications,
  rotateClientSecret,
  type ApplicationInput,
  type ClientInput,
} from '../../../src/modules/applications/index.ts';
import { AppError, invalidFields, isAppError } from '../../../src/platform/errors.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type OrganisationRef, type PersonRef, type World } from '../../support/world.ts';

const refusal = (code: string) => (error: unknown) => isAppError(error) && error.code === code;
const fieldRefused = (field: string, code: string) => (error: unknown) =>
  error instanceof AppError && error.fields?.[field]?.code === code;
const acceptAll = async (): Promise<void> => {};

describe('applications', () => {
  let site: TestSite;
  let world: World;
  let organisation: OrganisationRef;
  let operator: PersonRef;
  let owner: PersonRef;
  let applicationId: string;
  let count = 0;

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    organisation = await world.organisation();
    operator = await world.person({ password: null });
    await world.administration(await world.affiliation(operator, organisation), 'operator');
  });
  after(() => site.close());

  const as = async (person: PersonRef) => [site, await world.actor(person), world.origin(person)] as const;
  const input = (rest: Partial<ApplicationInput> = {}): ApplicationInput => ({
    code: `app-${count}`,
    names: { en: 'App' },
    descriptions: {},
    homeUrl: null,
    contactMail: null,
    roleTemplate: '{right}:{context}',
    roleClaim: 'roles',
    until: null,
    ...rest,
  });
  const client = (rest: Partial<ClientInput> = {}): ClientInput => ({
    applicationId,
    clientId: `client-${count}`,
    name: 'Client',
    pkceRequired: true,
    metadata: {
      redirect_uris: ['https://app.example/callback'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    claimsIn: { idToken: true, userinfo: true, accessToken: true, introspection: true },
    ...rest,
  });
  const secretsOf = async () =>
    (
      await site.db.reader
        .selectFrom('client')
        .select('secrets')
        .where('id', '=', `client-${count}`)
        .executeTakeFirstOrThrow()
    ).secrets;

  beforeEach(async () => {
    count += 1;
    site.clock.set('2026-06-15T08:00:00.000Z');
    ({ applicationId } = await createApplication(...(await as(operator)), {
      ...input(),
      ownerOrganisationId: organisation.id,
      from: null,
    }));
    owner = await world.person({ password: null });
    await world.administration(await world.affiliation(owner, organisation), 'application_owner', {
      application: { id: applicationId },
    });
  });

  it('are registered by operators and seen by their owners only', async () => {
    const create = createApplication(...(await as(owner)), {
      ...input({ code: 'x' }),
      ownerOrganisationId: organisation.id,
      from: null,
    });
    await assert.rejects(create, refusal('not_allowed'));
    const seen = await listApplications(site.db.reader, await world.actor(owner), site.clock.now());
    assert.deepEqual(
      seen.map((one) => one.id),
      [applicationId],
    );
    const nobody = await world.actor(await world.person({ password: null }));
    assert.deepEqual(await listApplications(site.db.reader, nobody, site.clock.now()), []);
  });

  it('are changed by owners, on the version they saw', async () => {
    await changeApplication(...(await as(owner)), {
      ...input({ names: { en: 'Better' } }),
      applicationId,
      version: 1,
    });
    const again = changeApplication(...(await as(owner)), { ...input(), applicationId, version: 1 });
    await assert.rejects(again, refusal('stale_edit'));
    await endApplication(...(await as(owner)), { applicationId, version: 2 }).catch((error: unknown) =>
      assert.ok(refusal('application_over')(error)),
    );
    site.clock.advance({ minutes: 1 });
    await endApplication(...(await as(owner)), { applicationId, version: 2 });
    const gone = changeApplication(...(await as(owner)), { ...input(), applicationId, version: 3 });
    await assert.rejects(gone, refusal('application_not_found'));
  });

  it('name their roles in a way that tokens and applications can bear', async () => {
    for (const good of ['{right}', '{right}:{context}', '{right}-{context}:{organisation}', 'app/{right}'])
      assert.ok(isRoleTemplate(good), good);
    for (const bad of [
      '',
      'fixed',
      '{context}',
      '{right}{right}',
      '{right} {context}',
      '{rights}',
      '{right}"',
    ])
      assert.ok(!isRoleTemplate(bad), bad);
    const claim = changeApplication(...(await as(owner)), {
      ...input({ roleClaim: 'sub' }),
      applicationId,
      version: 1,
    });
    await assert.rejects(claim, fieldRefused('roleClaim', 'role_claim_invalid'));
  });

  it('get a client whose secret is told once and kept as a digest', async () => {
    const { secret } = await createClient(...(await as(owner)), client(), acceptAll);
    assert.ok(secret && secret.length >= 43);
    const [stored] = await secretsOf();
    assert.equal(stored?.hash, createHash('sha256').update(secret).digest('hex'));
    const audit = await site.db.query<{ text: string }>(
      `select audit_event::text as text from audit_event where application_id = $1`,
      [applicationId],
    );
    assert.ok(
      audit.length > 0 &&
        audit.every((row) => !row.text.includes(secret) && !row.text.includes(stored!.hash)),
    );
    const taken = createClient(...(await as(owner)), client(), acceptAll);
    await assert.rejects(taken, refusal('client_id_taken'));
  });

  it('replace a secret with an overlap, or at once when it leaked', async () => {
    await createClient(...(await as(owner)), client(), acceptAll);
    const rotate = async (version: number, endOldNow: boolean) =>
      rotateClientSecret(...(await as(owner)), {
        applicationId,
        clientId: `client-${count}`,
        version,
        endOldNow,
      });
    await rotate(1, false);
    assert.deepEqual(
      (await secretsOf()).map((one) => one.expiresAt),
      [null, '2026-06-18T08:00:00.000Z'],
    );
    site.clock.advance({ hours: 1 });
    await rotate(2, false);
    assert.deepEqual(
      (await secretsOf()).map((one) => one.expiresAt),
      [null, '2026-06-18T09:00:00.000Z', '2026-06-18T08:00:00.000Z'],
    );
    await rotate(3, true);
    assert.deepEqual(
      (await secretsOf()).map((one) => one.expiresAt),
      [null],
    );
    await assert.rejects(rotate(3, true), refusal('stale_edit'));
  });

  it('keep clients to what the provider accepts, and no secret in metadata', async () => {
    const refuse = async (): Promise<void> => {
      throw invalidFields({ redirectUris: 'invalid_value' });
    };
    await assert.rejects(
      createClient(...(await as(owner)), client(), refuse),
      fieldRefused('redirectUris', 'invalid_value'),
    );
    const leaking = client({ metadata: { client_secret: 'x' } });
    await assert.rejects(
      createClient(...(await as(owner)), leaking, acceptAll),
      fieldRefused('metadata', 'invalid_value'),
    );
    const keyed = client({ metadata: { token_endpoint_auth_method: 'none' } });
    assert.equal((await createClient(...(await as(owner)), keyed, acceptAll)).secret, undefined);
    const { secret } = await changeClient(
      ...(await as(owner)),
      { ...client(), version: 1, disabled: false },
      acceptAll,
    );
    assert.ok(secret);
    const other = await world.application();
    const foreign = changeClient(
      ...(await as(operator)),
      { ...client({ applicationId: other.id }), version: 2, disabled: true },
      acceptAll,
    );
    await assert.rejects(foreign, refusal('client_not_found'));
  });
});
