// The columns of the list of organisations as a file.
import type { CsvColumn } from '../../platform/files/csv.ts';
import type { T } from '../../platform/i18n.ts';
import { localDateOf, untilToLastDay } from '../../web/local-date.ts';
import { formatIdentifier, organisationSchemes } from './identifiers.model.ts';
import type { OrganisationItem } from './organisations.list.ts';
import { nameIn } from './organisations.model.ts';

/** In the language of the page. Days as `YYYY-MM-DD`, the last one inclusive; one column for each kind of number. */
export function organisationColumns(words: T, zone: string): CsvColumn<OrganisationItem>[] {
  const { t, lang } = words;
  const numberOf = (one: OrganisationItem, scheme: string) => {
    const found = one.identifiers.find((identifier) => identifier.scheme === scheme);
    return found ? formatIdentifier(scheme, found.value) : '';
  };
  return [
    { header: t('organisations.field.code'), value: (one) => one.code },
    { header: t('organisations.field.name'), value: (one) => nameIn(one.names, lang, one.name) },
    { header: t('organisations.field.targetGroup'), value: (one) => nameIn(one.targetGroupNames, lang) },
    ...organisationSchemes.map((scheme) => ({
      header: t(`organisations.scheme.${scheme}`),
      value: (one: OrganisationItem) => numberOf(one, scheme),
    })),
    { header: t('organisations.field.parentCode'), value: (one) => one.parentCode ?? '' },
    {
      header: t('organisations.field.parent'),
      value: (one) => nameIn(one.parentNames ?? {}, lang, one.parentName ?? ''),
    },
    { header: t('organisations.field.contactMail'), value: (one) => one.contactMail ?? '' },
    { header: t('common.period.from'), value: (one) => localDateOf(one.from, zone) },
    {
      header: t('common.period.until'),
      value: (one) => (one.until === null ? '' : untilToLastDay(one.until, zone)),
    },
  ];
}
