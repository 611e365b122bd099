import assert from 'node:assert/strict';
import { it } from 'node:test';
import { paths } from '../../src/web/paths.ts';

it('addresses escape what they are made of, and give routers their patterns', () => {
  assert.equal(paths.person('a/b', '../x?y'), '/organisations/a%2Fb/people/..%2Fx%3Fy');
  assert.equal(
    paths.person(':organisationId', ':personId'),
    '/organisations/:organisationId/people/:personId',
  );
  assert.equal(paths.person(':a/:b', 'x'), '/organisations/%3Aa%2F%3Ab/people/x');
});
