// Every route there is, asked by nobody, by somebody without any power, and by administrators of something else. A new
// route is asked too, without anybody thinking of it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Express } from 'express';
import type { Browser } from '../support/browser.ts';
import { startTestApp, type TestApp } from '../support/provider.ts';
import { signInToPortal } from '../support/sign-in.ts';
import { createWorld, type PersonRef } from '../support/world.ts';

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Where nobody is signed in yet, or a program shows its own credentials: each has tests of its own. */
const beforeSignIn =
  /^\/(favicon\.ico|preferences|authorize|end-session|sign-in|callback|sign-out|signed-out|backchannel-logout|interaction|invitations|password-resets?|access\/v1|\.well-known|demo\/mail)(\/|$|,)/;
/** What concerns the person who asks, and nobody else. */
const isOwn = ({ path }: Route): boolean => path === '/' || path.startsWith('/me/');
/** Open to everybody who is signed in, and empty for who administers nothing. */
const narrowedLists = new Set(['/organisations', '/organisations.csv']);

interface Layer {
  readonly route?: { path: string | RegExp; methods: Record<string, boolean> };
  readonly handle?: { stack?: readonly Layer[] };
}

/** Express keeps what was registered in a stack of layers; routers nest. */
function routesOf(app: Express): Route[] {
  const walk = (stack: readonly Layer[]): Route[] =>
    stack.flatMap(({ route, handle }) =>
      route === undefined
        ? walk(handle?.stack ?? [])
        : Object.keys(route.methods).map((method) => ({
            method: method.toUpperCase(),
            path: String(route.path),
          })),
    );
  const { router } = app as unknown as { router: { stack: readonly Layer[] } };
  return walk(router.stack).filter(({ path }) => !path.startsWith('/^') && !beforeSignIn.test(path));
}

let app: TestApp;
let routes: Route[];
/** Of every parameter of a path: a thing that exists, so that "not found" is said for whom it is and not for what. */
let real: Record<string, string>;
let nameHere: string;
let bystander: PersonRef;
let elsewhere: PersonRef;

before(async () => {
  app = await startTestApp();
  routes = routesOf(app.app);
  const world = createWorld(app.site);
  const [here, there] = [await world.organisation(), await world.organisation()];
  const [colleague, head] = [await world.person(), await world.person()];
  [bystander, elsewhere] = [await world.person(), await world.person()];
  const [application, other] = [await world.application(), await world.application()];
  const right = await world.right(application);
  const offer = await world.offer(right, { organisation: here });
  const affiliation = await world.affiliation(colleague, here);
  await world.affiliation(bystander, here);
  const administration = await world.administration(await world.affiliation(head, here), 'head');
  const seat = await world.affiliation(elsewhere, there);
  await world.administration(seat, 'head', { subtree: true });
  await world.administration(seat, 'application_owner', { application: other });
  const known = { organisationId: here, personId: colleague, affiliationId: affiliation };
  const things = { ...known, applicationId: application, rightId: right, offerId: offer };
  const named = {
    ...things,
    administrationId: administration,
    assignmentId: await world.assignment(affiliation, right),
    clientId: await world.client(application),
    unitId: await world.unit(here),
    targetGroupId: await world.targetGroup(),
  };
  const ids = Object.entries(named).map(([name, { id }]) => [name, id] as const);
  const words = {
    formId: 'form',
    gridId: 'grid',
    partId: 'roles',
    key: 'one',
    type: 'user',
    id: colleague.id,
  };
  const one = { entry: 'one', list: 'one', name: 'one', event: here.id, uid: 'one' };
  real = { ...Object.fromEntries(ids), ...words, ...one };
  nameHere = here.name;
});
after(() => app.close());

function addressOf({ path }: Route): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    assert.ok(real[name], `a test value for :${name} of ${path}`);
    return encodeURIComponent(real[name]);
  });
}

const say = ({ method, path }: Route, outcome: string | number): string => `${method} ${path} → ${outcome}`;

/** The token of the forms is right, so that a refusal is about the person. */
async function statusFor(browser: Browser, route: Route, token: string): Promise<number> {
  const address = addressOf(route);
  const page = await (route.method === 'GET'
    ? browser.get(address)
    : browser.post(address, { _csrf: token, undo: real['organisationId']! }));
  if (narrowedLists.has(route.path) && !page.body.includes(nameHere)) return 404;
  return page.status;
}

/** 410: a change can be taken back only by whoever made it, so it is asked of that and not of the thing. */
const refusals = new Set([403, 404, 410]);

const tokenOf = (body: string): string => /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';

async function notRefused(person: PersonRef, asked: readonly Route[]): Promise<string[]> {
  const { browser, page } = await signInToPortal(app.url, person, '/me/password');
  const token = tokenOf(page.body);
  assert.ok(token);
  const answers: string[] = [];
  for (const route of asked) {
    const status = await statusFor(browser, route, token);
    if (!refusals.has(status)) answers.push(say(route, status));
  }
  return answers;
}

describe('every route', () => {
  test('is found by this test', () => {
    assert.ok(routes.length > 150, `${routes.length} routes`);
  });

  test('asks who is not signed in to sign in, and changes nothing for them', async () => {
    const open: string[] = [];
    for (const route of routes) {
      const answer = await fetch(app.url + addressOf(route), {
        method: route.method,
        redirect: 'manual',
        headers: { accept: 'text/html' },
      });
      await answer.arrayBuffer();
      const asked = route.method === 'GET' && answer.headers.get('location')?.startsWith('/sign-in?return=');
      if (answer.status !== 401 && !asked) open.push(say(route, answer.status));
    }
    assert.deepEqual(open, []);
  });

  test('that changes something refuses a form without the token of its page', async () => {
    const { browser } = await signInToPortal(app.url, elsewhere, '/me/password');
    const taken: string[] = [];
    for (const route of routes.filter(({ method }) => method !== 'GET')) {
      const { status } = await browser.post(addressOf(route), {});
      if (status !== 403) taken.push(say(route, status));
    }
    assert.deepEqual(taken, []);
  });

  test('of others is refused to somebody without any power, in their own organisation too', async () => {
    assert.deepEqual(
      await notRefused(
        bystander,
        routes.filter((route) => !isOwn(route)),
      ),
      [],
    );
  });

  test('of an organisation or application does not exist for administrators of another one', async () => {
    const scoped = routes.filter(({ path }) => /^\/(organisations|applications)\/:/.test(path));
    assert.ok(scoped.length > 100);
    assert.deepEqual(await notRefused(elsewhere, scoped), []);
  });
});
