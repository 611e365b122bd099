// The offers of an application as a table to take along: what the list shows, and the codes beside the names.
import type { T } from '../../platform/i18n.ts';
import { receiverName } from './offers.order.ts';
import { nameIn, type Offer } from './rights.model.ts';

/** Columns for `writeCsv`; instants as ISO 8601, the end exclusive, empty when there is none. */
export function offerColumns(words: T) {
  const { t, lang } = words;
  return [
    { header: t('rights.offers.receiver'), value: (offer: Offer) => receiverName(offer, lang) },
    {
      header: t('rights.offers.receiverCode'),
      value: (offer: Offer) => offer.organisation?.code ?? offer.targetGroup!.code,
    },
    {
      header: t('rights.offers.receiverKind'),
      value: (offer: Offer) => t(`rights.offers.to.${offer.organisation ? 'organisation' : 'group'}`),
    },
    { header: t('rights.right'), value: (offer: Offer) => nameIn(offer.rightNames, lang, offer.rightCode) },
    { header: t('rights.code'), value: (offer: Offer) => offer.rightCode },
    { header: t('rights.offers.maxPeriodDays'), value: (offer: Offer) => String(offer.maxPeriodDays ?? '') },
    {
      header: t('rights.offers.maxUntil'),
      value: (offer: Offer) => offer.maxUntil?.toISOString() ?? '',
    },
    { header: t('rights.offers.from'), value: (offer: Offer) => offer.period.from.toISOString() },
    {
      header: t('rights.offers.endsBefore'),
      value: (offer: Offer) => offer.period.until?.toISOString() ?? '',
    },
  ];
}
