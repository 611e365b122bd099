// The whole story on the demo world: an administrator brings somebody in, the application lets them in with a role,
// the right ends, and the application knows at once. Every page on the way is audited.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { browserMissing, openBrowser } from '../support/screenshot.ts';
import type { Browser, OpenPage } from '../support/screenshot.ts';
import { inspectPage, realComplaints } from './inspect.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { comeTo, comeToPortal, dayFromNow, fillInSignIn, focusByTab, heading } from './steps.ts';

const mail = 'robbe.vandamme@lier.example';
const password = 'zeven zwanen zwemmen zuidwaarts';

describe('the story of a right', { skip: browserMissing() }, () => {
  let browser: Browser;
  let product: Product;

  before(async () => {
    product = await startProduct({ demo: true });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await product?.stop();
  });

  it('begins with an invitation and ends with the application logged out', async () => {
    await using elke = await comeTo(browser, product, product.url);
    await inspectPage(elke, 'sign-in to the portal');
    await fillInSignIn(elke.page, 'elke.janssens');
    await heading(elke.page, 'Overview');
    await inspectPage(elke, 'overview');
    await addRobbe(elke);
    await grantToRobbe(elke);

    await using robbe = await comeTo(browser, product, `${product.url}/demo/mail`);
    await answerInvitation(robbe);
    await enterCounter(robbe);

    await endRight(elke);
    await heading(robbe.page, 'Your session was ended');
    await robbe.page.getByRole('link', { name: 'Sign in again' }).click();
    await heading(robbe.page, 'You have no access to this application');
    await robbe.page.getByText('Your right for Lier ended').waitFor();
    await robbe.page.getByText('Elke Janssens').waitFor();
    await inspectPage(robbe, 'no access');
    assert.deepEqual([...realComplaints(elke), ...realComplaints(robbe)], []);
  });

  it('lets an administrator grant with the keyboard alone, and undo it', async () => {
    await using marc = await comeToPortal(browser, product, 'marc.goossens');
    const { page } = marc;
    await follow(page, 'People');
    await heading(page, 'People');
    await focusByTab(page, 'Search for a person');
    await page.keyboard.type('Sofie Maes');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Maes, Sofie' }).waitFor();
    await follow(page, 'Maes, Sofie');
    await heading(page, 'Sofie Maes');
    await follow(page, 'Grant a right');
    await heading(page, 'Grant a right');
    await follow(page, 'Counter reader');
    await page.getByText('For Sofie Maes').waitFor();
    await focusByTab(page, 'Grant this right');
    await page.keyboard.press('Enter');
    await page.getByText('Sofie Maes now has this right.').waitFor();
    await focusByTab(page, 'Undo');
    await page.keyboard.press('Enter');
    await heading(page, 'Sofie Maes');
    await page.getByText('Sofie Maes now has this right.').waitFor({ state: 'hidden' });
  });

  it('does not exist for the administrator of another organisation', async () => {
    await using elke = await comeToPortal(browser, product, 'elke.janssens');
    await elke.page.getByRole('link', { name: 'People', exact: true }).click();
    await elke.page.getByLabel('Search for a person').fill('Sofie Maes');
    await elke.page.getByLabel('Search for a person').press('Enter');
    await elke.page.getByRole('link', { name: 'Maes, Sofie' }).click();
    await heading(elke.page, 'Sofie Maes');
    const address = elke.page.url();

    await using peter = await comeToPortal(browser, product, 'peter.mertens');
    for (const path of ['', '/edit', '/assignments/new', '/affiliations/new']) {
      const response = await peter.page.goto(`${address}${path}`);
      assert.equal(response?.status(), 404, path);
      await heading(peter.page, /does not exist$/);
    }
    await inspectPage(peter, 'page that does not exist');
    const list = await peter.page.goto(address.replace(/\/people\/.*/, '/people.csv'));
    assert.equal(list?.status(), 404);
  });

  it('refuses the same right twice with a clear word when somebody goes back and sends again', async () => {
    await using marc = await comeToPortal(browser, product, 'marc.goossens');
    const { page } = marc;
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByLabel('Search for a person').fill('Aerts Wim');
    await page.getByLabel('Search for a person').press('Enter');
    await page.getByRole('link', { name: 'Aerts, Wim' }).click();
    await page.getByRole('link', { name: 'Grant a right' }).click();
    await page.getByRole('link', { name: 'Counter reader' }).click();
    await page.getByRole('button', { name: 'Grant this right' }).click();
    await page.getByText('Wim Aerts now has this right.').waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Grant this right' }).click();
    await heading(page, 'Grant a right');
    await page
      .getByRole('alert')
      .or(page.getByRole('heading', { level: 2, name: /problem|wrong|check/i }))
      .first()
      .waitFor();
    await inspectPage(marc, 'grant refused');
  });

  it('ends the session of the application when the person signs out of the portal', async () => {
    await using sofie = await comeTo(browser, product, product.sampleUrl);
    const { page } = sofie;
    await page.getByRole('link', { name: 'Sign in with Mandaat' }).click();
    await fillInSignIn(page, 'sofie.maes');
    await heading(page, 'Signed in as Sofie Maes');
    const portal = await page.context().newPage();
    await portal.goto(`${product.url}/me/sessions`);
    await portal.getByRole('banner').getByText('Sofie Maes').first().click();
    await portal.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Your session was ended');
  });

  async function addRobbe(elke: OpenPage): Promise<void> {
    const { page } = elke;
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await heading(page, 'People');
    await inspectPage(elke, 'people');
    await page.getByRole('link', { name: 'Add a person' }).click();
    await heading(page, 'Add a person');
    await inspectPage(elke, 'add a person');
    await page.getByLabel('Given name').fill('Robbe');
    await page.getByLabel('Family name').fill('Vandamme');
    await page.getByLabel('Mail address', { exact: true }).fill(mail);
    await page.getByRole('button', { name: 'Add and invite' }).click();
    await page.getByText('Robbe Vandamme was added and gets an invitation by mail.').waitFor();
    await inspectPage(elke, 'person just added');
  }

  async function grantToRobbe(elke: OpenPage): Promise<void> {
    const { page } = elke;
    await page.getByRole('link', { name: 'Grant a right' }).first().click();
    await heading(page, 'Grant a right');
    await inspectPage(elke, 'choose a right');
    await page.getByRole('link', { name: 'Counter user' }).click();
    await page.getByText('For Robbe Vandamme').waitFor();
    await inspectPage(elke, 'grant a right');
    await page.getByRole('button', { name: 'Grant this right' }).click();
    await page.getByRole('checkbox', { name: 'Mandates' }).check();
    await page.getByLabel('Last day').fill(dayFromNow(30));
    await page.getByRole('button', { name: 'Grant this right' }).click();
    await page.getByText('Robbe Vandamme now has this right.').waitFor();
    await page.getByRole('row', { name: /Counter user.*Active/ }).waitFor();
    await inspectPage(elke, 'person with a right');
  }

  async function answerInvitation(robbe: OpenPage): Promise<void> {
    const { page } = robbe;
    await heading(page, 'Sent mail');
    await inspectPage(robbe, 'sent mail');
    await page.getByRole('row', { name: mail }).getByRole('link').click();
    await inspectPage(robbe, 'one mail');
    const link = page.getByRole('link', { name: '/invitations/' });
    const address = (await link.getAttribute('href')) ?? '';
    await link.click();
    await heading(page, 'Choose your password');
    await inspectPage(robbe, 'invitation');
    await page.getByLabel('New password').fill('kort');
    await page.getByRole('button', { name: 'Save the password' }).click();
    await page.getByText('at least 15 characters').first().waitFor();
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Save the password' }).click();
    await heading(page, 'Your password is set');
    await inspectPage(robbe, 'password set');
    await page.goto(address);
    await heading(page, 'This link no longer works');
    await inspectPage(robbe, 'invitation used before');
  }

  async function enterCounter(robbe: OpenPage): Promise<void> {
    const { page } = robbe;
    await page.goto(product.sampleUrl);
    await page.getByRole('link', { name: 'Sign in with Mandaat' }).click();
    await fillInSignIn(page, mail, password);
    await heading(page, 'Signed in as Robbe Vandamme');
    await page.getByText('CounterUser-mandates:12021', { exact: true }).waitFor();
    const rights = page.getByRole('table', { name: 'Your rights in detail' });
    await rights.getByRole('row', { name: /CounterUser module: mandates \d+ \w+ \d{4}/ }).waitFor();
    await inspectPage(robbe, 'counter');
  }

  async function endRight(elke: OpenPage): Promise<void> {
    const { page } = elke;
    await page.getByRole('link', { name: 'End Counter user' }).click();
    await heading(page, 'End this right');
    await inspectPage(elke, 'end a right');
    await page.getByRole('button', { name: 'End the right now' }).click();
    await page.getByText('The right of Robbe Vandamme was ended.').waitFor();
    await inspectPage(elke, 'right ended');
  }
});

/** Goes through a link with the keyboard. */
async function follow(page: Page, link: string): Promise<void> {
  await focusByTab(page, link);
  await page.keyboard.press('Enter');
}
