// What is typed about a person, and back.
import { z } from 'zod';
import type { T } from '../../platform/i18n.ts';
import { fieldStates, formField } from '../../web/form.ts';
import type { FormEntry, FormState } from '../../web/form-page.ts';
import { affiliationShape } from '../affiliations/index.ts';
import { personSchemes } from '../organisations/index.ts';
import { personLanguages } from './people.model.ts';

const personShape = {
  givenName: formField.text(100),
  familyName: formField.text(100),
  mail: formField.mail(),
  language: z.enum(personLanguages),
};

export const newPersonForm = (zone: string) =>
  z.object({
    ...personShape,
    ...affiliationShape(zone),
    scheme: z.enum(personSchemes).optional(),
    identifier: formField.text(40).optional(),
    existing: formField.ticked(),
  });

export const personForm = z.object({ ...personShape, version: formField.version() });
export const disableForm = z.object({
  version: formField.version(),
  reason: formField.text(500).optional(),
  acknowledgeLast: formField.ticked(),
});
export const versionForm = z.object({ version: formField.version() });

/** The questions about the person. */
export function personFields(
  words: T,
  state: FormState,
  initial: Readonly<Record<string, string>>,
): FormEntry[] {
  const { t } = words;
  const field = fieldStates(words, { ...state, initial });
  return [
    [
      {
        name: 'givenName',
        label: t('people.field.givenName'),
        maxlength: 100,
        autocomplete: 'off',
        ...field('givenName'),
      },
      {
        name: 'familyName',
        label: t('people.field.familyName'),
        maxlength: 100,
        autocomplete: 'off',
        ...field('familyName'),
      },
    ],
    {
      name: 'mail',
      label: t('people.field.mail'),
      type: 'email',
      autocomplete: 'off',
      hint: t('people.hint.mail'),
      ...field('mail'),
    },
    {
      name: 'language',
      label: t('people.field.language'),
      type: 'select',
      ...field('language'),
      options: personLanguages.map((value) => ({ value, text: t(`common.languages.${value}`) })),
    },
  ];
}

/** The number by which somebody is recognised: which one, and the number. */
export function identifierFields(words: T, state: FormState): FormEntry[] {
  const { t } = words;
  const field = fieldStates(words, { ...state, initial: { scheme: 'rrn' } });
  return [
    [
      {
        name: 'scheme',
        label: t('people.field.scheme'),
        type: 'select',
        ...field('scheme'),
        options: personSchemes.map((value) => ({ value, text: t(`people.scheme.${value}`) })),
      },
      {
        name: 'identifier',
        label: t('people.field.identifier'),
        optional: true,
        autocomplete: 'off',
        maxlength: 40,
        ...field('identifier'),
      },
    ],
  ];
}
