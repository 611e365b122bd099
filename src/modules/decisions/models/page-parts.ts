// What the pages about a rights model share: whose model it is, the way back to it, and mistakes in words.
import type { Names } from '../../../platform/db/types.ts';
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import type { PageHeader } from '../../../web/view-models.ts';
import { nameIn, type Place } from '../../rights/index.ts';
import type { FormProblem, ModelForms } from '../forms/index.ts';
import type { GridContext } from '../grids/index.ts';

export interface ModelPage {
  readonly words: T;
  readonly now: Date;
  readonly place: Place;
}

export const say = (words: T, key: string, params?: Record<string, string | number>): string =>
  words.t(`decisions.${key}`, params);

export const contextOf = (words: T, forms: ModelForms): GridContext => ({
  forms,
  t: words.t,
});

export function problemText(words: T, problem: FormProblem): string {
  const { code, params } = problem;
  return say(words, `problems.${code}`, params ?? {});
}

export function subHeader({ words, place }: ModelPage, title: string, subtitle?: string): PageHeader {
  const name = nameIn(place.names, words.lang, place.code);
  return {
    title,
    ...(subtitle ? { subtitle } : {}),
    breadcrumbs: [
      { text: name, href: paths.application(place.id) },
      { text: words.t('rights.tabs.rightsModel'), href: paths.rightsModel(place.id) },
      { text: title },
    ],
  };
}

/**
 * What fills a group, in words.
 * @param rightNames names of the application's rights by code; one that is not there is called by its code
 */
export function sourceText(words: T, source: string, rightNames?: ReadonlyMap<string, Names>): string {
  const [kind = '', code = '', ...value] = source.split(':');
  if (kind !== 'right') return say(words, `sources.${kind}`, { name: source.slice(kind.length + 1) });
  const right = nameIn(rightNames?.get(code) ?? {}, words.lang, code);
  return say(words, 'sources.right', { name: [right, ...value].join(': ') });
}
