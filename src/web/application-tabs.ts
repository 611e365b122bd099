// The tabs of the pages about one application, which several modules build.
import type { T } from '../platform/i18n.ts';
import { paths } from './paths.ts';
import type { PageHeader } from './view-models.ts';

export type ApplicationTab = 'overview' | 'rights' | 'offers' | 'holders' | 'rightsModel' | 'administrators';

/** @param name of the application in the person's language: what the tabs belong to. */
export function applicationTabs(
  words: T,
  applicationId: string,
  name: string,
  current: ApplicationTab,
): NonNullable<PageHeader['tabs']> {
  const hrefs: Record<ApplicationTab, string> = {
    overview: paths.application(applicationId),
    rights: paths.rights(applicationId),
    offers: paths.offers(applicationId),
    holders: paths.holders(applicationId),
    rightsModel: paths.rightsModel(applicationId),
    administrators: paths.applicationAdministrators(applicationId),
  };
  const items = (Object.keys(hrefs) as ApplicationTab[]).map((tab) => ({
    text: words.t(`rights.tabs.${tab}`),
    href: hrefs[tab],
    current: tab === current,
  }));
  return { label: name, items };
}
