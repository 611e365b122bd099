// What has to be said before a draft can be published, each with the way to where it is said.
import { paths } from '../../../web/paths.ts';
import { checkForms, type FormProblem, type ModelForms } from '../forms/index.ts';
import { problemText, type ModelPage } from '../models/page-parts.ts';
import { partOfProblem, partsOf } from './parts.ts';

export function unfinishedNotice(page: ModelPage, forms: ModelForms) {
  const problems = checkForms(forms);
  if (problems.length === 0) return undefined;
  return {
    title: page.words.t('structure.unfinished', { count: problems.length }),
    items: problems.map((problem) => ({
      text: problemText(page.words, problem),
      href: hrefOfProblem(page, forms, problem),
    })),
  };
}

function hrefOfProblem(page: ModelPage, forms: ModelForms, problem: FormProblem): string | undefined {
  const [where, index] = problem.path;
  const inForm = ({ path }: { path: readonly (string | number)[] }) => path[0] === where && path[1] === index;
  const part = partOfProblem(forms, problem) ?? partsOf(forms).find(inForm);
  return part && paths.rightsModelPart(page.place.id, part.id);
}
