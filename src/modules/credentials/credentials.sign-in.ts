// Checks a user name and a password. Says the same, and takes as long, whether the person or the password is unknown.
import type { AuditFact, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Database } from '../../platform/db/open.ts';
import { AppError } from '../../platform/errors.ts';
import type { PasswordHasher } from '../../platform/password-hash.ts';
import type { Site } from '../../platform/site.ts';
import { writeAuditAlone } from '../audit/index.ts';
import { foldLogin } from './credentials.attempt.ts';
import type { Throttle } from './credentials.throttle.ts';

export interface SignInAttempt {
  /** User name or mail address, as typed. */
  readonly login: string;
  readonly password: string;
  /** Where the attempt comes from, for throttling only. */
  readonly address: string;
  /** The application that asked, for the record. */
  readonly applicationId?: string | undefined;
}

export interface SignInDeps {
  readonly hasher: PasswordHasher;
  readonly throttle: Throttle;
}

interface Credential {
  person_id: string;
  is_active: boolean;
  valid_until: Date | null;
  hash: string | null;
}

/** User name first, should one person's user name be another's mail address. */
const findCredential = `select p.id as person_id, p.valid_at @> $2::timestamptz as is_active, p.valid_until, c.hash
  from person p left join password_credential c on c.person_id = p.id
  where p.user_name = $1 or p.mail = $1 order by p.user_name = $1 desc limit 1`;

async function lookUp(db: Database, login: string, at: Date): Promise<Credential | undefined> {
  const [row] = await db.query<Credential>(findCredential, [foldLogin(login), at]);
  return row;
}

const attemptFact = (personId: string | undefined, attempt: SignInAttempt, reason?: string): AuditFact => ({
  action: 'sign_in.succeeded',
  subjectType: 'person',
  subjectId: personId,
  personId,
  applicationId: attempt.applicationId,
  reason,
});

/**
 * Signs a person in by password.
 * @returns who it is. Audit: `sign_in.succeeded`, done or refused with the reason.
 * @throws unauthenticated `sign_in_failed` for any wrong pair; forbidden `person_not_active` only to who knew the
 *   password; limited `too_many_attempts` or `busy`.
 */
export async function signIn(
  site: Site,
  deps: SignInDeps,
  origin: Origin,
  attempt: SignInAttempt,
): Promise<{ personId: string }> {
  const credential = await lookUp(site.db, attempt.login, site.clock.now());
  const counted = { ...attempt, account: credential?.person_id };
  const tooMany = await deps.throttle.begin(counted);
  const checked = await deps.hasher.verify(credential?.hash ?? undefined, attempt.password);
  if (!checked.ok || !credential || tooMany) {
    await deps.throttle.failed(counted);
    return refuse(
      site,
      origin,
      attempt,
      credential?.person_id,
      new AppError('unauthenticated', 'sign_in_failed'),
    );
  }
  const personId = credential.person_id;
  if (!credential.is_active) {
    const inactive = new AppError('forbidden', 'person_not_active', {
      details: { until: credential.valid_until },
    });
    return refuse(site, origin, attempt, personId, inactive);
  }
  await deps.throttle.succeeded(counted);
  const rehashed = checked.rehash ? await deps.hasher.hash(attempt.password) : undefined;
  await recordSuccess(site, origin, attempt, credential, rehashed);
  return { personId };
}

/** The attempt in the record, refused; and the refusal to the caller. */
async function refuse(
  site: Site,
  origin: Origin,
  attempt: SignInAttempt,
  personId: string | undefined,
  refusal: AppError,
): Promise<never> {
  return runCommand<never>(site, origin, attemptFact(personId, attempt), () => Promise.reject(refusal));
}

async function recordSuccess(
  site: Site,
  origin: Origin,
  attempt: SignInAttempt,
  credential: Credential,
  rehashed: string | undefined,
): Promise<void> {
  const personId = credential.person_id;
  const fact = attemptFact(personId, attempt);
  const byPerson: Origin = { ...origin, actor: { kind: 'person', personId } };
  // Nothing else changes: the record needs no transaction around it.
  if (rehashed === undefined) {
    return writeAuditAlone(site.db, site.clock.now(), byPerson, 'done', fact);
  }
  await runCommand(site, byPerson, fact, async ({ trx, record }) => {
    // Only over the hash that was checked: a password changed meanwhile stays as it is.
    await trx
      .updateTable('password_credential')
      .set({ hash: rehashed })
      .where('person_id', '=', personId)
      .where('hash', '=', credential.hash ?? '')
      .execute();
    record(fact);
  });
}
