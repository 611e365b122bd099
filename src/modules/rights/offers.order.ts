// The orders of the list of offers. The list of one application is shown whole, so it is sorted here. Pure.
import type { T } from '../../platform/i18n.ts';
import type { ListQuery } from '../../web/list-query.ts';
import { nameIn, type Offer } from './rights.model.ts';

export const offerSorts = ['right', 'receiver', 'from', 'until'] as const;
type OfferSort = (typeof offerSorts)[number];

/** Who receives it, by the name in the reader's language. */
export const receiverName = (offer: Offer, lang: string): string =>
  offer.organisation
    ? nameIn(offer.organisation.names, lang, offer.organisation.name)
    : nameIn(offer.targetGroup!.names, lang, offer.targetGroup!.code);

/** In the order asked for; offers without an end come last in both directions. By right: in its owner's order. */
export function sortOffers(
  offers: readonly Offer[],
  { sort, dir }: Pick<ListQuery<OfferSort>, 'sort' | 'dir'>,
  { lang }: Pick<T, 'lang'>,
): Offer[] {
  const sign = dir === 'asc' ? 1 : -1;
  const place = new Map([...new Set(offers.map((offer) => offer.rightId))].map((id, index) => [id, index]));
  const compare: Record<OfferSort, (a: Offer, b: Offer) => number> = {
    right: (a, b) => sign * (place.get(a.rightId)! - place.get(b.rightId)!),
    receiver: (a, b) => sign * receiverName(a, lang).localeCompare(receiverName(b, lang), lang),
    from: (a, b) => sign * (a.period.from.getTime() - b.period.from.getTime()),
    until: (a, b) => {
      const [x, y] = [a.period.until, b.period.until];
      if (x === null || y === null) return Number(x === null) - Number(y === null);
      return sign * (x.getTime() - y.getTime());
    },
  };
  return offers.toSorted(compare[sort]);
}
