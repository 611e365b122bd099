// Builds the list of what ends soon, and its columns as a file. Reads nothing itself.
import type { CsvColumn } from '../../platform/files/csv.ts';
import type { T } from '../../platform/i18n.ts';
import { listLinks, type ListQuery } from '../../web/list-query.ts';
import { localDateOf, untilToLastDay } from '../../web/local-date.ts';
import { paths } from '../../web/paths.ts';
import { nameIn, type Page } from '../organisations/index.ts';
import { endingTable } from './overview.page.ts';
import type { EndingSoon } from './people.ending.ts';
import { expiringDays } from './people.list.ts';

export type EndingQuery = ListQuery<'until'>;

export function buildEndingPage(words: T, query: EndingQuery, found: Page<EndingSoon>) {
  const { t } = words;
  const path = paths.endingSoon();
  const { link, sort } = listLinks(path, query);
  const [first, last] = [found.items[0], found.items.at(-1)];
  const cursor = ({ place }: EndingSoon) => [place.key, place.id];
  return {
    header: {
      title: t('people.overview.ending'),
      subtitle: t('people.overview.endingText', { days: expiringDays }),
      breadcrumbs: [
        { text: t('people.overview.title'), href: paths.home() },
        { text: t('people.overview.ending') },
      ],
      actions: [
        {
          text: t('common.filter.export'),
          href: link().replace(path, paths.exportEndingSoon()),
          kind: 'quiet' as const,
          icon: 'download',
        },
      ],
    },
    table: endingTable(words, found.items, sort('until')),
    pager: {
      ...(found.hasPrevious && first ? { previousHref: link({ before: cursor(first) }) } : {}),
      ...(found.hasNext && last ? { nextHref: link({ after: cursor(last) }) } : {}),
    },
  };
}

/** In the language of the page. Days as `YYYY-MM-DD`, the last one inclusive. */
export function endingColumns(words: T, zone: string): CsvColumn<EndingSoon>[] {
  const { t, lang } = words;
  return [
    { header: t('people.field.name'), value: (one) => one.personName },
    { header: t('people.field.mail'), value: (one) => one.mail },
    {
      header: t('people.overview.what'),
      value: (one) =>
        one.what === 'affiliation' ? t(`affiliations.type.${one.type}`) : nameIn(one.rightNames, lang),
    },
    {
      header: t('people.overview.application'),
      value: (one) => (one.what === 'affiliation' ? '' : nameIn(one.applicationNames, lang)),
    },
    {
      header: t('affiliations.field.organisation'),
      value: (one) => nameIn(one.organisationNames, lang, one.organisationName),
    },
    { header: t('common.period.from'), value: (one) => localDateOf(one.from, zone) },
    { header: t('common.period.until'), value: (one) => untilToLastDay(one.until, zone) },
  ];
}
