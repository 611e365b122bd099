// Builds the page of what an organisation may hand out. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { paths } from '../../web/paths.ts';
import type { PageHeader, Table } from '../../web/view-models.ts';
import { nameIn, type OfferedRight } from './rights.model.ts';

export function ceilingText(
  words: T,
  ceiling: { maxPeriodDays: number | null; maxUntil: Date | null },
): string {
  const parts = [
    ...(ceiling.maxPeriodDays === null
      ? []
      : [words.t('rights.offers.atMostDays', { count: ceiling.maxPeriodDays })]),
    ...(ceiling.maxUntil === null
      ? []
      : [words.t('rights.offers.atMostUntil', { until: words.until(ceiling.maxUntil) })]),
  ];
  return parts.length > 0 ? parts.join(', ') : words.t('rights.offers.noLimit');
}

/** The rights an organisation may hand out, for its administrators. */
export function buildOfferedPage(
  words: T,
  organisation: { id: string; name: string },
  offers: readonly OfferedRight[],
) {
  const table: Table = {
    caption: words.t('rights.offered.title'),
    columns: [
      { key: 'application', text: words.t('rights.application') },
      { key: 'right', text: words.t('rights.right') },
      { key: 'contexts', text: words.t('rights.contexts') },
      { key: 'ceiling', text: words.t('rights.offers.ceiling') },
    ],
    rows: offers.map((right) => {
      const description = nameIn(right.descriptions, words.lang, '');
      const contexts = right.contexts.map(
        (one) =>
          nameIn(one.names, words.lang, one.code) +
          (one.required ? '' : ` (${words.t('common.form.optional')})`),
      );
      return {
        cells: {
          application: nameIn(right.applicationNames, words.lang, right.applicationCode),
          right: {
            text: nameIn(right.names, words.lang, right.code),
            ...(description ? { sub: description } : {}),
          },
          contexts: contexts.join(', ') || { text: words.t('rights.noContext') },
          ceiling: {
            text: right.ceilings.map((one) => ceilingText(words, one)).join('; '),
            ...endNote(words, right),
          },
        },
      };
    }),
    empty: {
      title: words.t('rights.offered.none'),
      text: words.t('rights.offered.noneText'),
      icon: 'rights',
    },
  };
  const breadcrumbs = [
    { text: organisation.name, href: paths.organisation(organisation.id) },
    { text: words.t('rights.offered.title') },
  ];
  const header: PageHeader = {
    title: words.t('rights.offered.title'),
    subtitle: words.t('rights.offered.lead', { organisation: organisation.name }),
    breadcrumbs,
    actions: [
      {
        text: words.t('common.filter.export'),
        href: paths.exportOfferedRights(organisation.id),
        kind: 'quiet',
        icon: 'download',
      },
      {
        text: words.t('rights.offered.toPeople'),
        href: paths.people(organisation.id),
        kind: 'secondary',
        icon: 'people',
      },
    ],
  };
  return { header, table };
}

function endNote(words: T, right: OfferedRight): { sub?: string } {
  const ends = right.ceilings.map((one) => one.period.until);
  if (ends.some((end) => end === null)) return {};
  const last = new Date(Math.max(...ends.map((end) => end!.getTime())));
  return { sub: words.t('rights.offered.offerEnds', { until: words.until(last) }) };
}
