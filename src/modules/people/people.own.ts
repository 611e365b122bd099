// What people change about themselves. Names and mail address stay with their administrators, who answer for them.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { notFound } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { aboutPerson } from './people.invitation.ts';
import type { PersonLanguage } from './people.model.ts';

/**
 * The language of a person's mails and of the pages they sign in to. Saying the same again changes nothing.
 * @throws person_not_found. Audit: person.changed
 */
export async function changeOwnLanguage(
  site: Site,
  origin: Origin,
  { personId, language }: { readonly personId: string; readonly language: PersonLanguage },
): Promise<void> {
  const fact = aboutPerson('person.changed', personId, undefined);
  await runCommand(site, origin, fact, async (change) => {
    const found = await change.trx
      .selectFrom('person')
      .select(['language', 'version'])
      .where('id', '=', personId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!found) throw notFound('person');
    if (found.language === language) return;
    await change.trx
      .updateTable('person')
      .set({ language, version: found.version + 1 })
      .where('id', '=', personId)
      .execute();
    change.record({ ...fact, before: { language: found.language }, after: { language } });
  });
}
