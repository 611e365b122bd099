// One person with one right in one application for one organisation: where most tests of the provider begin.
import type {
  AffiliationRef,
  ApplicationRef,
  ClientRef,
  OrganisationRef,
  PersonRef,
  Ref,
  RightRef,
  World,
} from './world.ts';

export interface Access {
  readonly organisation: OrganisationRef;
  readonly person: PersonRef;
  readonly affiliation: AffiliationRef;
  readonly application: ApplicationRef;
  readonly client: ClientRef;
  readonly right: RightRef;
  readonly offer: Ref;
  readonly assignment: Ref;
}

export interface AccessOptions {
  /** End of the assignment. */
  until?: string;
  application?: Parameters<World['application']>[0];
  client?: Parameters<World['client']>[1];
  person?: Parameters<World['person']>[0];
}

export async function createAccess(world: World, options: AccessOptions = {}): Promise<Access> {
  const organisation = await world.organisation();
  const person = await world.person(options.person);
  const affiliation = await world.affiliation(person, organisation);
  const application = await world.application(options.application);
  const client = await world.client(application, options.client);
  const right = await world.right(application, { code: 'Reader' });
  const offer = await world.offer(right, { organisation });
  const assignment = await world.assignment(
    affiliation,
    right,
    options.until ? { until: options.until } : {},
  );
  return { organisation, person, affiliation, application, client, right, offer, assignment };
}

/** The same right for a second organisation of the same person. */
export async function addOrganisation(
  world: World,
  access: Access,
  options: Parameters<World['organisation']>[0] & { until?: string } = {},
): Promise<OrganisationRef> {
  const { until, ...organisationOptions } = options;
  const organisation = await world.organisation(organisationOptions);
  const affiliation = await world.affiliation(access.person, organisation);
  await world.offer(access.right, { organisation });
  await world.assignment(affiliation, access.right, until ? { until } : {});
  return organisation;
}

/** Public client metadata: no secret, refresh tokens rotate. */
export const publicClient = {
  metadata: { token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] },
};
