// What somebody may read about their own account and sign-ins. Never writes.
import type { Names } from '../../platform/db/types.ts';
import type { Site } from '../../platform/site.ts';

export interface RecentSignIn {
  readonly at: Date;
  readonly outcome: string;
  /** The application that asked; null for the portal. */
  readonly names: Names | null;
}

/** How many sign-ins people see of themselves. */
export const shownSignIns = 20;

/** The last attempts to sign in as this person, refused ones too, newest first; one more than is shown, if there is. */
export function listRecentSignIns(site: Pick<Site, 'db'>, personId: string): Promise<RecentSignIn[]> {
  return site.db.query<RecentSignIn>(
    `select e.at, e.outcome, a.names from audit_event e left join application a on a.id = e.application_id
     where e.person_id = $1::uuid and e.action = 'sign_in.succeeded' order by e.at desc, e.id desc limit $2::int`,
    [personId, shownSignIns + 1],
  );
}

export interface OwnAccount {
  readonly givenName: string;
  readonly familyName: string;
  readonly userName: string;
  readonly mail: string;
  readonly mailVerified: boolean;
  readonly language: string;
  readonly passwordChangedAt: Date | null;
}

export async function findOwnAccount(
  site: Pick<Site, 'db'>,
  personId: string,
): Promise<OwnAccount | undefined> {
  const [row] = await site.db.query<OwnAccount>(
    `select p.given_name as "givenName", p.family_name as "familyName", p.user_name as "userName", p.mail,
       p.mail_verified_at is not null as "mailVerified", p.language, c.changed_at as "passwordChangedAt"
     from person p left join password_credential c on c.person_id = p.id where p.id = $1::uuid`,
    [personId],
  );
  return row;
}
