// The owner of an application says who decides: puts somebody in a role by hand, fills a cell of the rights model, sees who gains,
// publishes, and asks why. Every page on the way is audited.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { publishDraft, saveDraft } from '../../src/modules/decisions/index.ts';
import { putRecords } from '../../src/modules/decisions/sync.commands.ts';
import { readWorld } from '../../src/modules/decisions/worlds/worlds.files.ts';
import type { Site } from '../../src/platform/site.ts';
import { paths } from '../../src/web/paths.ts';
import { browserMissing, openBrowser } from '../support/screenshot.ts';
import type { Browser, OpenPage } from '../support/screenshot.ts';
import { testPassword, type World } from '../support/world.ts';
import { inspectPage, realComplaints } from './inspect.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { comeTo, fillInSignIn, focusByTab, heading } from './steps.ts';

describe('the rights model of an application', { skip: browserMissing() }, () => {
  let browser: Browser;
  let product: Product;
  let applicationId: string;

  before(async () => {
    product = await startProduct({
      seed: async (world, site) => {
        applicationId = await seed(world, site);
      },
    });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await product?.stop();
  });

  async function signIn(userName: string): Promise<OpenPage> {
    const visit = await comeTo(browser, product, product.url);
    await fillInSignIn(visit.page, userName, testPassword);
    await heading(visit.page, /^(Overview|My access)$/);
    return visit;
  }

  it('is filled in, looked at, published and asked by its owner', async () => {
    await using olga = await signIn('olga');
    await olga.page.goto(product.url + paths.rightsModel(applicationId));
    await olga.page.getByRole('heading', { level: 2, name: 'Berechtigungen', exact: true }).waitFor();
    await inspectPage(olga, 'rights model');
    await putInRoles(olga);
    await setOwnList(olga);
    await askWhether(olga, 'No');
    await fillCell(olga);
    await publish(olga);
    await askWhether(olga, 'Yes');
    await olga.page.getByText('Profil Lehrperson › Klient › Delete: Allowed').waitFor();
    await inspectPage(olga, 'answer with its trace');
    assert.deepEqual(realComplaints(olga), []);
  });

  it('is put together by its owner: a role added, moved, removed and back again', async () => {
    await using olga = await signIn('olga');
    const { page } = olga;
    await page.goto(product.url + paths.rightsModel(applicationId));
    await page.getByRole('link', { name: 'Structure', exact: true }).click();
    await heading(page, 'Structure');
    await inspectPage(olga, 'structure');
    await page.getByRole('link', { name: 'Roles and groups' }).click();
    await page.getByRole('link', { name: 'Add a role or group' }).click();
    await page.getByLabel('Code').fill('not good');
    await page.getByRole('button', { name: 'Save in the draft' }).click();
    await page.getByText('There are problems with 2 answers').waitFor();
    await inspectPage(olga, 'a mistake in the structure');
    await page.getByRole('link', { name: 'Name: Fill this in' }).click();
    await page.keyboard.type('Aufsicht');
    await page.getByLabel('Code').fill('aufsicht');
    await page.getByRole('button', { name: 'Save in the draft' }).click();
    const roles = page.getByRole('rowheader');
    await page.getByRole('button', { name: 'Move Aufsicht up' }).click();
    await page.getByRole('button', { name: 'Move Aufsicht down' }).waitFor();
    assert.match((await roles.allTextContents()).at(-2)!, /Aufsicht/);
    await inspectPage(olga, 'roles');
    await page.getByRole('link', { name: 'Remove Profil Lehrperson' }).click();
    await heading(page, 'Remove Profil Lehrperson');
    await inspectPage(olga, 'what goes with a role');
    const before = await page.getByText('person or account is in it').count();
    assert.equal(before, 1);
    await page.getByRole('button', { name: 'Remove' }).click();
    await focusByTab(page, 'Undo');
    await page.keyboard.press('Enter');
    await page.getByText('The change was taken back.').waitFor();
    await page.getByRole('rowheader', { name: 'Profil Lehrperson' }).waitFor();
    assert.deepEqual(realComplaints(olga), []);
  });

  it('does not exist for others, nor do its people and records', async () => {
    await using hilde = await signIn('hilde');
    const pages = [paths.rightsModel, paths.decisionSubjects, paths.decisionRecords, paths.askDecisions];
    for (const path of pages) {
      const response = await hilde.page.goto(product.url + path(applicationId));
      assert.equal(response?.status(), 404);
      await heading(hilde.page, /does not exist$/);
    }
  });

  async function putInRoles(olga: OpenPage): Promise<void> {
    const { page } = olga;
    await page.getByRole('link', { name: 'People and their data' }).click();
    await page.getByRole('link', { name: 'Werkt, Wim' }).waitFor();
    await inspectPage(olga, 'people and their data');
    await page.getByRole('link', { name: 'Werkt, Wim' }).click();
    await heading(page, 'Wim Werkt');
    for (const group of ['Profil Lehrperson', 'Primarstufe Lehrpersonen', 'Mittelstufe Lehrpersonen']) {
      await page.getByRole('link', { name: 'Add to a role or group' }).click();
      await heading(page, 'Add to a role or group');
      await page.getByLabel('Role or group').selectOption({ label: group });
      if (group === 'Profil Lehrperson') await inspectPage(olga, 'add to a group');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved. It counts from the next question on.').waitFor();
      await page.getByRole('rowheader', { name: group }).waitFor();
    }
    await focusByTab(page, 'Undo');
    await page.keyboard.press('Enter');
    await page.getByText('The change was taken back.').waitFor();
    assert.equal(await page.getByRole('rowheader', { name: 'Mittelstufe' }).count(), 0);
    await inspectPage(olga, 'one person');
  }

  async function setOwnList(olga: OpenPage): Promise<void> {
    const { page } = olga;
    await page.goto(product.url + paths.decisionRecords(applicationId));
    await inspectPage(olga, 'records');
    await page.getByRole('link', { name: 'kim', exact: true }).click();
    await heading(page, 'kim');
    await inspectPage(olga, 'one record');
    await page.getByRole('link', { name: 'Make an own list' }).click();
    await page.getByLabel('The list below').check();
    await page.getByLabel('Primarstufe Lehrpersonen').selectOption({ label: 'Read and modify' });
    await inspectPage(olga, 'own list');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This record says itself who may.').waitFor();
  }

  async function askWhether(olga: OpenPage, answer: 'Yes' | 'No'): Promise<void> {
    const { page } = olga;
    await page.goto(product.url + paths.askDecisions(applicationId));
    await page.getByLabel('Person', { exact: true }).fill('wim');
    await page.getByLabel('Action').selectOption({ label: 'Klient: delete' });
    await page.getByLabel('Code of the record').fill('kim');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('How it was decided').waitFor();
    await page.locator('strong', { hasText: new RegExp(`^${answer}$`) }).waitFor();
  }

  async function fillCell(olga: OpenPage): Promise<void> {
    const { page } = olga;
    await page.goto(product.url + paths.rightsModel(applicationId));
    await page.getByRole('link', { name: 'Change Profil Lehrperson' }).click();
    await heading(page, 'Profil Lehrperson');
    await inspectPage(olga, 'one table');
    await page.getByLabel('Klient: Delete', { exact: true }).selectOption({ label: 'Allowed' });
    await page.getByRole('button', { name: 'Save in the draft' }).click();
    await page.getByText('The draft was saved.').waitFor();
  }

  async function publish(olga: OpenPage): Promise<void> {
    const { page } = olga;
    await page.getByRole('link', { name: 'Preview and publish' }).click();
    await heading(page, 'What changes for whom');
    await page.getByText('person gains something').waitFor();
    await waitForRow(page, 'Wim Werkt');
    await inspectPage(olga, 'what changes for whom');
    await page.getByLabel('Remark').fill('Teachers delete');
    await page.getByRole('button', { name: 'Publish this version' }).click();
    await page.getByText('Version 2 is valid from now on.').waitFor();
    await waitForRow(page, 'Teachers delete');
  }
});

const waitForRow = (page: Page, text: string): Promise<void> =>
  page.getByRole('row').filter({ hasText: text }).first().waitFor();

async function seed(world: World, site: Site): Promise<string> {
  const town = await world.organisation({ name: 'Town' });
  const application = await world.application({ code: 'fallmanager' });
  const olga = await world.person({ userName: 'olga', givenName: 'Olga', familyName: 'Owns' });
  await world.administration(await world.affiliation(olga, town), 'application_owner', { application });
  const hilde = await world.person({ userName: 'hilde', givenName: 'Hilde', familyName: 'Head' });
  await world.administration(await world.affiliation(hilde, town), 'head', { organisation: town });
  const wim = await world.person({ userName: 'wim', givenName: 'Wim', familyName: 'Werkt' });
  const lister = await world.right(application, { code: 'CaseLister' });
  await world.offer(lister, { organisation: town });
  await world.assignment(await world.affiliation(wim, town), lister);
  const [actor, origin] = [await world.actor(olga), world.origin(olga)];
  const { forms } = readWorld('ecase');
  await saveDraft(site, actor, origin, { applicationId: application.id, forms, version: 0 });
  const draft = { applicationId: application.id, version: 1 };
  await publishDraft(site, actor, origin, draft);
  const kim = { type: 'client', id: 'kim', version: 1, nodes: [], attributes: { schulstufe: 'Oberstufe' } };
  await putRecords(site, application.id, { actor: { kind: 'system' } }, [kim]);
  return application.id;
}
