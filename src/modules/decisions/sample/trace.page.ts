// Builds the page that says why somebody in one group may do something, or not.
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import { nameIn, type Place } from '../../rights/index.ts';
import { verdictParts } from '../questions/questions.page.ts';
import type { ModelForms } from '../forms/index.ts';
import type { Verdict } from '../reasons.ts';
import { actionText, say } from './sample.page.ts';

export function buildTracePage(
  words: T,
  place: Place,
  asked: { readonly name: string; readonly kind: string; readonly action: string; readonly record: string },
  verdict: Verdict,
  forms: ModelForms,
) {
  const title = say(words, 'traceTitle', {
    name: asked.name,
    action: actionText(words, asked.action),
    record: asked.record,
  });
  return {
    header: {
      title,
      subtitle: say(words, 'groupsNote'),
      breadcrumbs: [
        { text: nameIn(place.names, words.lang, place.code), href: paths.application(place.id) },
        { text: say(words, 'title'), href: paths.decisionSample(place.id) },
        { text: title },
      ],
    },
    ...verdictParts(words, verdict, forms),
  };
}
