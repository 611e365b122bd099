// Setting a password: by the link of an invitation or a reset, or by its owner. Never by an administrator.
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditFact, Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Database } from '../../platform/db/open.ts';
import { AppError, invalidFields } from '../../platform/errors.ts';
import type { PasswordHasher } from '../../platform/password-hash.ts';
import type { CheckPassword } from '../../platform/password-rules.ts';
import type { Site } from '../../platform/site.ts';
import {
  consumeLink,
  createOneTimeLink,
  expireLinks,
  findUsableLink,
  type LinkPurpose,
} from '../people/index.ts';
import { foldLogin } from './credentials.attempt.ts';
import type { Throttle } from './credentials.throttle.ts';

export interface PasswordDeps {
  readonly hasher: PasswordHasher;
  readonly checkPassword: CheckPassword;
  readonly throttle: Throttle;
}

/** Whom a link is for, to greet them and to judge the password. */
export interface LinkOwner {
  readonly linkId: string;
  readonly personId: string;
  readonly userName: string;
  readonly mail: string;
  readonly givenName: string;
  readonly familyName: string;
}

interface PersonRow {
  id: string;
  user_name: string;
  mail: string;
  given_name: string;
  family_name: string;
}

const resetSeconds = 3600;

const findPerson = `select id, user_name, mail, given_name, family_name from person
  where id = $1::uuid and valid_at @> $2::timestamptz`;

/** @throws gone `link_not_usable` when it was used, has expired, was replaced by a newer one, or is not one of ours. */
export async function getLinkOwner(site: Site, token: string, purpose: LinkPurpose): Promise<LinkOwner> {
  const at = site.clock.now();
  const link = await findUsableLink(site.db.reader, site.secrets, token, at);
  const [row] = link ? await site.db.query<PersonRow>(findPerson, [link.personId, at]) : [];
  if (!link || link.purpose !== purpose || !row) throw new AppError('gone', 'link_not_usable');
  return { linkId: link.id, ...toOwner(row) };
}

const toOwner = (row: PersonRow): Omit<LinkOwner, 'linkId'> => ({
  personId: row.id,
  userName: row.user_name,
  mail: row.mail,
  givenName: row.given_name,
  familyName: row.family_name,
});

/** @throws invalid with the reason at the field `password` */
function requireGoodPassword(deps: PasswordDeps, password: string, owner: Omit<LinkOwner, 'linkId'>): void {
  const { userName, mail, givenName, familyName } = owner;
  const refusal = deps.checkPassword(password, { userName, mail, names: [givenName, familyName] });
  if (refusal) throw invalidFields({ password: refusal });
}

/**
 * Uses a link up and sets the password. A reset ends every session of the person, who is told by mail.
 * Audit: `password.set`; mail: password_changed. @throws gone `link_not_usable`; invalid with the reason at `password`.
 */
export async function setPasswordByLink(
  site: Site,
  deps: PasswordDeps,
  origin: Origin,
  input: { readonly token: string; readonly purpose: LinkPurpose; readonly password: string },
): Promise<{ personId: string }> {
  const owner = await getLinkOwner(site, input.token, input.purpose);
  requireGoodPassword(deps, input.password, owner);
  const hash = await deps.hasher.hash(input.password);
  const { personId } = owner;
  const fact: AuditFact = { ...passwordFact('password.set', personId), reason: input.purpose };
  await runCommand(site, { ...origin, actor: { kind: 'person', personId } }, fact, async (change) => {
    if (!(await consumeLink(change, owner.linkId))) throw new AppError('gone', 'link_not_usable');
    await storeHash(change, personId, hash);
    // Whoever opened the link reads the mail of that address.
    await change.trx
      .updateTable('person')
      .set({ mail_verified_at: change.at })
      .where('id', '=', personId)
      .where('mail', '=', owner.mail)
      .execute();
    if (input.purpose === 'password_reset') {
      change.accessEnded({ personId, wholePerson: true });
      tellOwner(change, personId);
    }
    change.record(fact);
  });
  return { personId };
}

/**
 * Changes one's own password.
 * @throws invalid `password_wrong` at `currentPassword`, or the reason at `password`; limited `too_many_attempts`.
 * Audit: `password.changed`; mail: password_changed. The caller ends the other sessions.
 */
export async function changePassword(
  site: Site,
  deps: PasswordDeps,
  origin: Origin,
  input: {
    readonly personId: string;
    readonly currentPassword: string;
    readonly password: string;
    readonly address: string;
  },
): Promise<void> {
  const { personId } = input;
  const [row] = await site.db.query<PersonRow>(findPerson, [personId, site.clock.now()]);
  if (!row) throw new AppError('unauthenticated', 'sign_in_needed');
  const attempt = { login: row.user_name, account: personId, address: input.address };
  const tooMany = await deps.throttle.begin(attempt);
  if (tooMany) throw tooMany;
  const stored = await findHash(site.db, personId);
  const fact = passwordFact('password.changed', personId);
  if (!(await deps.hasher.verify(stored, input.currentPassword)).ok) {
    await deps.throttle.failed(attempt);
    await runCommand(site, origin, fact, () =>
      Promise.reject(invalidFields({ currentPassword: 'password_wrong' })),
    );
  }
  requireGoodPassword(deps, input.password, toOwner(row));
  const hash = await deps.hasher.hash(input.password);
  await runCommand(site, origin, fact, async (change) => {
    await storeHash(change, personId, hash);
    tellOwner(change, personId);
    change.record(fact);
  });
  await deps.throttle.succeeded(attempt);
}

const passwordFact = (action: string, personId: string): AuditFact => ({
  action,
  subjectType: 'person',
  subjectId: personId,
  personId,
});

async function findHash(db: Database, personId: string): Promise<string | undefined> {
  const [row] = await db.query<{ hash: string }>(
    'select hash from password_credential where person_id = $1::uuid',
    [personId],
  );
  return row?.hash;
}

/** Every link that is still on its way dies: it would set a password over the one just chosen, unasked. */
async function storeHash(change: Change, personId: string, hash: string): Promise<void> {
  await expireLinks(change, personId);
  await change.trx
    .insertInto('password_credential')
    .values({ person_id: personId, hash, changed_at: change.at })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ hash, changed_at: change.at }))
    .execute();
}

/** Whoever did not do it themselves learns of it. */
function tellOwner(change: Change, personId: string): void {
  change.enqueue({
    kind: 'mail',
    payload: { template: 'password_changed', personId, at: change.at.toISOString() },
  });
}

/** Longer than the request takes, whoever asks for whom: the time of the answer tells nothing. */
const resetAnswerMs = 250;

/**
 * Mails a link to set a new password to whoever the name belongs to. Answers the same, and after the same time, for names
 * that nobody has. Audit: `password_reset.requested`. @throws limited `too_many_attempts`.
 */
export async function requestPasswordReset(
  site: Site,
  deps: Pick<PasswordDeps, 'throttle'>,
  origin: Origin,
  input: { readonly login: string; readonly address: string },
): Promise<void> {
  await Promise.all([delay(resetAnswerMs), mailResetLink(site, deps.throttle, origin, input)]);
}

async function mailResetLink(
  site: Site,
  throttle: Throttle,
  origin: Origin,
  input: { readonly login: string; readonly address: string },
): Promise<void> {
  const login = foldLogin(input.login);
  const [row] = await site.db.query<PersonRow>(
    `select id, user_name, mail, given_name, family_name from person
     where (user_name = $1 or mail = $1) and valid_at @> $2::timestamptz order by user_name = $1 desc limit 1`,
    [login, site.clock.now()],
  );
  const account = row && `reset ${row.id}`;
  const tooMany = await throttle.begin({ login: `reset ${login}`, account, address: input.address });
  const fact: AuditFact = {
    action: 'password_reset.requested',
    subjectType: 'person',
    subjectId: row?.id,
    personId: row?.id,
  };
  await runCommand(site, origin, fact, async (change) => {
    if (!row) throw new AppError('not_found', 'person_not_found');
    if (tooMany) throw tooMany;
    const linkId = await createOneTimeLink(change, site.secrets, {
      personId: row.id,
      purpose: 'password_reset',
      ttlSeconds: resetSeconds,
    });
    change.enqueue({
      kind: 'mail',
      payload: { template: 'password_reset', personId: row.id, linkId },
      idempotencyKey: `password_reset:${linkId}`,
    });
    change.record(fact);
  }).catch((error: unknown) => {
    const isUntold = error instanceof AppError && (error.code === 'person_not_found' || error === tooMany);
    if (!isUntold) throw error;
  });
}
