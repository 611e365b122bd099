// The columns of the list of rights of an application as a file.
import type { CsvColumn } from '../../platform/files/csv.ts';
import { localDateOf, untilToLastDay } from '../../web/local-date.ts';
import type { RightsPage } from './application.page.ts';
import { nameIn, type Right } from './rights.model.ts';

/** In the language of the page. Days as `YYYY-MM-DD`, the last one inclusive. */
export function rightColumns({ words, zone }: RightsPage): CsvColumn<Right>[] {
  const { t, lang } = words;
  return [
    { header: t('rights.code'), value: (right) => right.code },
    { header: t('rights.name'), value: (right) => nameIn(right.names, lang, right.code) },
    { header: t('rights.description'), value: (right) => nameIn(right.descriptions, lang, '') },
    {
      header: t('rights.contexts'),
      value: (right) => right.contexts.map((context) => nameIn(context.names, lang, context.code)).join('; '),
    },
    { header: t('common.period.from'), value: (right) => localDateOf(right.period.from, zone) },
    {
      header: t('common.period.until'),
      value: ({ period }) => (period.until === null ? '' : untilToLastDay(period.until, zone)),
    },
  ];
}
