// The screens of the four applications in a browser: looked through two pairs of eyes, every page audited.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { browserMissing, openBrowser } from '../support/screenshot.ts';
import type { Browser } from '../support/screenshot.ts';
import { inspectPage, realComplaints } from './inspect.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { heading } from './steps.ts';

describe('the screens that ask for decisions', { skip: browserMissing() }, () => {
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

  it('show other buttons to other people', async () => {
    await using visit = await browser.open(product.sampleUrl);
    const { page } = visit;
    await inspectPage(visit, 'start of the sample application');
    await page.getByRole('link', { name: 'Client files' }).click();
    await heading(page, 'Client files');
    await inspectPage(visit, 'client files');
    await page.getByRole('link', { name: 'Lena' }).click();
    await heading(page, 'Lena');
    await page.getByRole('button', { name: 'Delete', exact: true }).waitFor();
    await page.getByLabel('Seen by').selectOption('Dirk Begeleider');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('Medicatie van Lena').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Delete/ }).count(), 0);
    await inspectPage(visit, 'a client file');
    await page.getByRole('button', { name: 'Modify Intake van Lena' }).click();
    await heading(page, 'This may be done now');
    await inspectPage(visit, 'an outcome');
    assert.deepEqual(realComplaints(visit), []);
  });

  it('are clean, with what was asked unfolded too', async () => {
    await using visit = await browser.open(product.sampleUrl);
    const { page } = visit;
    const pages = {
      'School file': '/school?person=juf-les',
      'Adres van Pim': '/school/data/pim-adres?person=ict',
      Bookkeeping: '/finance?person=bankkas&list=journal&code=60',
      'Case manager': '/casework?person=moritz',
      Nina: '/casework/cases/nina?person=sabine',
      'You cannot see this': '/welfare/clients/marie?person=begeleider',
    };
    for (const [title, path] of Object.entries(pages)) {
      await page.goto(product.sampleUrl + path);
      await heading(page, title);
      await page.getByText('What was asked of the decision point').click();
      await page.getByText('POST /access/v1/').first().waitFor();
      await inspectPage(visit, title);
    }
    assert.deepEqual(realComplaints(visit), []);
  });
});
