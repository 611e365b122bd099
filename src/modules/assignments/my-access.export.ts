// The columns of one's own access as a file: one line for each right.
import type { CsvColumn } from '../../platform/files/csv.ts';
import type { T } from '../../platform/i18n.ts';
import { localDateOf, untilToLastDay } from '../../web/local-date.ts';
import { nameIn } from '../rights/index.ts';
import { contextText } from './assignments.context.ts';
import { untilOf, type MyAccess } from './my-access.page.ts';
import type { OwnRight } from './my-access.queries.ts';

/** In the language of the page. Days as `YYYY-MM-DD`, the last one inclusive. */
export function ownRightColumns(words: T, zone: string, access: MyAccess): CsvColumn<OwnRight>[] {
  const { t, lang } = words;
  const contexts = new Map(access.definitions.map((right) => [right.id, right.contexts]));
  const organisations = new Map(
    access.affiliations.map(({ organisation }) => [organisation.id, organisation]),
  );
  const organisationName = ({ organisationId }: OwnRight): string => {
    const organisation = organisations.get(organisationId);
    return organisation ? nameIn(organisation.names, lang, organisation.name) : '';
  };
  const last = (until: Date | null): string => (until === null ? '' : untilToLastDay(until, zone));
  return [
    { header: t('affiliations.field.organisation'), value: organisationName },
    {
      header: t('assignments.application'),
      value: (right) => nameIn(right.applicationNames, lang, right.applicationCode),
    },
    { header: t('assignments.right'), value: (right) => nameIn(right.rightNames, lang, right.rightCode) },
    {
      header: t('applications.holdersPage.context'),
      value: (right) => contextText(words, right, contexts.get(right.rightId) ?? []).join('; '),
    },
    { header: t('common.period.from'), value: (right) => localDateOf(right.period.from, zone) },
    { header: t('common.period.until'), value: (right) => last(untilOf(right)) },
    {
      header: t('applications.holdersPage.inEffect'),
      value: (right) => t(right.effectiveUntil === undefined ? 'common.form.no' : 'common.form.yes'),
    },
  ];
}
