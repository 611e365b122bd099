// Builds the page before a thing is removed from a rights model: what goes along, or what else needs it.
import { paths } from '../../../web/paths.ts';
import type { Confirm } from '../../../web/view-models.ts';
import type { FormProblem, ModelForms } from '../forms/index.ts';
import { problemText, type ModelPage } from '../models/page-parts.ts';
import type { Removal } from './edits.ts';
import type { Outside } from './outside.queries.ts';
import { itemsOf, keyOf, type Item, type Part } from './part.model.ts';
import { partOfProblem } from './parts.ts';
import { labelOfItem, partHeader, textOf, titleOf, type Standing } from './structure.page.ts';

/** What goes along; or why it has to stay for now. */
export function buildRemovePage(
  page: ModelPage,
  { forms, version }: Standing,
  part: Part,
  thing: { readonly key: string; readonly item: Item },
  found: { readonly removal: Removal; readonly outside: Outside | undefined; readonly stale: boolean },
) {
  const { removal, outside, stale } = found;
  const { id } = page.place;
  const name = labelOfItem(part, thing.item);
  const backHref = paths.rightsModelPart(id, part.id);
  const gone = removal.gone.map(({ what, count }) => ({
    count,
    text: textOf(page, `gone.${what}`, { count }),
  }));
  const left =
    outside && outside.count > 0
      ? [{ count: outside.count, text: textOf(page, `outside.${outside.what}`, { count: outside.count }) }]
      : [];
  const open = removal.unfinished.map((problem) => ({ text: problemText(page.words, problem) }));
  const confirm: Confirm = {
    action: paths.removeRightsModelItem(id, part.id, thing.key),
    text: textOf(
      page,
      part.kind === 'forms' ? 'remove.form' : gone.length + left.length > 0 ? 'remove.text' : 'remove.alone',
    ),
    consequences: [...gone, ...left, ...open],
    confirm: textOf(page, 'remove.confirm'),
    cancelHref: backHref,
    fields: { version: String(version) },
  };
  return {
    header: partHeader(page, forms, part, textOf(page, 'remove.title', { name })),
    notice: stale ? { kind: 'warning' as const, text: textOf(page, 'remove.stale') } : undefined,
    confirm: removal.forms ? confirm : undefined,
    unfinished: removal.forms ? undefined : keptBy(page, removal),
    backHref,
  };
}

/** Why a thing has to stay: what else needs it, each with the way there. */
function keptBy(page: ModelPage, { without, problems }: Removal) {
  if (!without) return { title: textOf(page, 'remove.kept'), items: [{ text: textOf(page, 'remove.last') }] };
  const items = problems.map((problem) => needing(page, without, problem));
  return { title: textOf(page, 'remove.kept'), items };
}

function needing(page: ModelPage, forms: ModelForms, problem: FormProblem) {
  const { id } = page.place;
  const part = partOfProblem(forms, problem);
  const index = Number(problem.path[part?.path.length ?? 0]);
  const item = part && itemsOf(forms, part)[index];
  if (part && item) {
    const key = keyOf(part, item, index);
    const text = [part.form, titleOf(page, part), labelOfItem(part, item)].filter(Boolean).join(' › ');
    return { text, href: paths.rightsModelItem(id, part.id, key) };
  }
  const form = problem.path[0] === 'forms' ? forms.forms[Number(problem.path[1])]?.title : undefined;
  const text = problemText(page.words, problem);
  return { text: form === undefined ? text : `${form}: ${text}` };
}
