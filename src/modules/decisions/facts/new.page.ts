// Builds the page on which somebody or something is made known to an application by hand. Reads nothing itself.
import { fieldStates } from '../../../web/form.ts';
import { labelsOf, type FormPage, type FormState } from '../../../web/form-page.ts';
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import { nameIn, type Place } from '../../rights/index.ts';

/** @param types of the application's own subjects, the first as a proposal */
export function buildNewSubjectPage(
  words: T,
  place: Place,
  types: readonly string[],
  state: FormState,
): FormPage {
  const say = (key: string): string => words.t(`decisions.facts.${key}`);
  const valueOf = fieldStates(words, { ...state, initial: { kind: 'person', type: types[0] ?? '' } });
  const kinds = ['person', 'own'].map((value) => ({
    value,
    text: say(`new.${value}`),
    hint: say(`new.${value}Hint`),
  }));
  const sections: FormPage['sections'] = [
    { fields: [{ name: 'kind', label: say('new.kind'), type: 'radio', options: kinds, ...valueOf('kind') }] },
    {
      title: say('new.person'),
      fields: [
        {
          name: 'person',
          label: say('new.userName'),
          autocomplete: 'off',
          optional: true,
          ...valueOf('person'),
        },
      ],
    },
    {
      title: say('new.own'),
      fields: [
        [
          {
            name: 'type',
            label: say('new.type'),
            width: 'short',
            maxlength: 80,
            optional: true,
            ...valueOf('type'),
          },
          {
            name: 'code',
            label: say('code'),
            autocomplete: 'off',
            maxlength: 200,
            optional: true,
            ...valueOf('code'),
          },
        ],
      ],
    },
  ];
  return {
    header: {
      title: say('add'),
      breadcrumbs: [
        { text: nameIn(place.names, words.lang, place.code), href: paths.application(place.id) },
        { text: words.t('rights.tabs.rightsModel'), href: paths.rightsModel(place.id) },
        { text: say('title'), href: paths.decisionSubjects(place.id) },
        { text: say('add') },
      ],
    },
    errors: state.fields,
    labels: labelsOf(sections),
    action: paths.newDecisionSubject(place.id),
    sections,
    submit: say('add'),
    cancelHref: paths.decisionSubjects(place.id),
  };
}
