// The parts of what an application decides by, as links below its tabs: the model, who it knows, and what it answers.
import type { T } from '../../platform/i18n.ts';
import { paths } from '../../web/paths.ts';
import type { Place } from '../rights/index.ts';

export type Section = 'model' | 'subjects' | 'records' | 'questions' | 'sample' | 'clients';

/** Model of the `tabs` component. Who asks is shown to those who may change it. */
export function decisionSections(words: T, place: Place, current: Section | undefined) {
  const hrefs: Record<Section, string> = {
    model: paths.rightsModel(place.id),
    subjects: paths.decisionSubjects(place.id),
    records: paths.decisionRecords(place.id),
    questions: paths.askDecisions(place.id),
    sample: paths.decisionSample(place.id),
    clients: paths.decisionClients(place.id),
  };
  const shown = (Object.keys(hrefs) as Section[]).filter((key) => key !== 'clients' || place.mayChange);
  return {
    label: words.t('rights.tabs.rightsModel'),
    items: shown.map((key) => ({
      text: words.t(`decisions.sections.${key}`),
      href: hrefs[key],
      current: key === current,
    })),
  };
}
