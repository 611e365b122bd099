// Builds the page of one thing in the structure of a rights model, to add or to change.
import { paths } from '../../../web/paths.ts';
import { say, subHeader, type ModelPage } from '../models/page-parts.ts';
import { beginFields } from './begin.ts';
import { formParts, type FormState } from './fields.page.ts';
import type { Item, Part } from './part.model.ts';
import { labelOfItem, partHeader, textOf, type Standing } from './structure.page.ts';
import { fieldsFor } from './thing.ts';

/** @param thing what is changed; undefined: something is added */
export function buildThingPage(
  page: ModelPage,
  { forms, version }: Standing,
  part: Part,
  thing: { readonly key: string; readonly item: Item } | undefined,
  state: FormState = {},
) {
  const { id } = page.place;
  return {
    header: partHeader(page, forms, part, titleOfThing(page, part, thing?.item)),
    ...formParts(page, fieldsFor(part, thing === undefined), thing, state),
    notice: state.stale ? { kind: 'warning' as const, text: say(page.words, 'edit.stale') } : undefined,
    action: thing ? paths.rightsModelItem(id, part.id, thing.key) : paths.addToRightsModel(id, part.id),
    version,
    code: thing && part.key !== part.name && part.key !== undefined ? thing.key : undefined,
    cancelHref: hrefAfter(page, part),
  };
}

/** Undefined: the part has nothing else in it, and its own title says all. */
function titleOfThing(page: ModelPage, part: Part, item: Item | undefined): string | undefined {
  if (part.shape === 'single') return undefined;
  return item ? labelOfItem(part, item) : textOf(page, `parts.${part.kind}.add`);
}

/** Where a change leads: one thing alone has no list to go back to. */
export const hrefAfter = ({ place }: ModelPage, part: Part): string =>
  part.shape === 'single' ? paths.rightsModelStructure(place.id) : paths.rightsModelPart(place.id, part.id);

/** The first document of an application. */
export function buildBeginPage(page: ModelPage, state: FormState = {}) {
  return {
    header: subHeader(page, textOf(page, 'begin.title'), textOf(page, 'begin.lead')),
    ...formParts(page, beginFields, undefined, state),
    notice: state.stale ? { kind: 'warning' as const, text: say(page.words, 'edit.stale') } : undefined,
    action: paths.beginRightsModel(page.place.id),
    version: 0,
    code: undefined,
    cancelHref: paths.rightsModel(page.place.id),
  };
}
