// Single-use links in mails (invitation, password reset). The secret part is a signature over the row's id: it is made
// when the mail goes out and again when the link is followed, so it stands neither in the database nor in the outbox.
import type { Change } from '../../platform/change.ts';
import { hashToken, type Secrets } from '../../platform/crypto.ts';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { isId, newId } from '../../platform/ids.ts';

const purposeOfSignature = 'one_time_link';

export type LinkPurpose = 'invitation' | 'password_reset';

export interface OneTimeLink {
  readonly id: string;
  readonly personId: string;
  readonly purpose: LinkPurpose;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

/** The secret part of the link, for the mail that carries it. Never log or store it. */
export function oneTimeToken(secrets: Secrets, linkId: string): string {
  return secrets.sign(linkId, purposeOfSignature);
}

/** The id of the link, or undefined when the token was not made here. Says nothing about use or expiry. */
export function readOneTimeToken(secrets: Secrets, token: string): string | undefined {
  const linkId = secrets.verify(token, purposeOfSignature);
  return isId(linkId) ? linkId : undefined;
}

/** Lets every unused link of the person die, or only those of one purpose. */
export async function expireLinks(change: Change, personId: string, purpose?: LinkPurpose): Promise<void> {
  let links = change.trx
    .updateTable('one_time_link')
    .set({ expires_at: change.at })
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', change.at);
  if (purpose !== undefined) links = links.where('purpose', '=', purpose);
  await links.execute();
}

/**
 * Makes a link and lets the earlier unused ones of this person and purpose die.
 * @returns its id, for the outbox message `{ template, personId, linkId }`.
 */
export async function createOneTimeLink(
  change: Change,
  secrets: Secrets,
  link: { readonly personId: string; readonly purpose: LinkPurpose; readonly ttlSeconds: number },
): Promise<string> {
  await expireLinks(change, link.personId, link.purpose);
  const id = newId();
  await change.trx
    .insertInto('one_time_link')
    .values({
      id,
      person_id: link.personId,
      purpose: link.purpose,
      token_hash: hashToken(oneTimeToken(secrets, id)),
      created_at: change.at,
      expires_at: new Date(change.at.getTime() + link.ttlSeconds * 1000),
      used_at: null,
    })
    .execute();
  return id;
}

/**
 * The link behind a token when it can still be used: found by the signed id rather than by the stored digest, so that
 * a link sent before the signing key was changed keeps working.
 */
export async function findUsableLink(
  reader: Reader | Writer,
  secrets: Secrets,
  token: string,
  at: Date,
): Promise<OneTimeLink | undefined> {
  const linkId = readOneTimeToken(secrets, token);
  if (linkId === undefined) return undefined;
  const row = await reader
    .selectFrom('one_time_link')
    .select(['id', 'person_id', 'purpose', 'expires_at', 'used_at'])
    .where('id', '=', linkId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      personId: row.person_id,
      purpose: row.purpose,
      expiresAt: row.expires_at,
      usedAt: null,
    }
  );
}

/** Uses the link up. @returns false when it was used or expired in the meantime: exactly one caller gets true. */
export async function consumeLink(change: Change, linkId: string): Promise<boolean> {
  const result = await change.trx
    .updateTable('one_time_link')
    .set({ used_at: change.at })
    .where('id', '=', linkId)
    .where('used_at', 'is', null)
    // The present: what let it die was perhaps waited for, and began later than this change.
    .where('expires_at', '>', change.now())
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
