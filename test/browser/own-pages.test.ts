// The pages of end users, application owners and auditors, each as it stands in the demo world: clean for axe in light
// and dark, in every language, no wider than a phone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { languages } from '../../src/platform/i18n.ts';
import { browserMissing, openBrowser, type Browser, type OpenPage } from '../support/screenshot.ts';
import { inspectPage, realComplaints } from './inspect.ts';
import { startProduct, type Product } from './product.ts';
import { comeTo, fillInSignIn, heading } from './steps.ts';

describe('the pages of', { skip: browserMissing() }, () => {
  let product: Product;
  let browser: Browser;

  before(async () => {
    product = await startProduct({ demo: true });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await product?.stop();
  });

  const signedIn = async (userName: string): Promise<OpenPage> => {
    const visit = await comeTo(browser, product, `${product.url}/me/access`);
    await fillInSignIn(visit.page, userName);
    await heading(visit.page, 'My access');
    return visit;
  };

  async function inspectAll(visit: OpenPage, paths: readonly string[]): Promise<void> {
    for (const [index, path] of paths.entries()) {
      const value = languages[index % languages.length]!;
      await visit.page.context().addCookies([{ name: 'lang', value, url: product.url }]);
      const answer = await visit.page.goto(product.url + path);
      assert.equal(answer?.status(), 200, path);
      await inspectPage(visit, `${path} in ${value}`);
    }
    assert.deepEqual(realComplaints(visit), []);
  }

  it('end users', async () => {
    await using visit = await signedIn('lotte.vermeulen');
    await inspectAll(visit, ['/me/access', '/me/sessions', '/me/account', '/me/password']);
  });

  it('application owners', async () => {
    await using visit = await signedIn('katrien.desmet');
    await visit.page.goto(`${product.url}/applications`);
    await visit.page.getByRole('link', { name: 'Counter for local authorities' }).click();
    await heading(visit.page, 'Counter for local authorities');
    const application = new URL(visit.page.url()).pathname;
    const pages = ['', '/edit', '/clients/new', '/rights', '/rights/new', '/offers', '/offers/new'];
    await inspectAll(
      visit,
      [...pages, '/holders', '/administrators', '/end'].map((page) => application + page),
    );
  });

  it('auditors', async () => {
    await using visit = await signedIn('philippe.lambert');
    await visit.page.goto(`${product.url}/audit`);
    const event = (await visit.page.locator('main tbody a').first().getAttribute('href')) ?? '';
    await inspectAll(visit, ['/audit', '/audit?q=nobody-at-all', event]);
  });
});
