// Who is in the demo world to sign in as, and how the sample application does. Never in production.

/** The password of everybody in the demo world. Only ever set by demo.world.ts. */
export const demoPassword = 'drie kleine fietsen';

export interface DemoClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** How the sample application signs in to the demo world. */
export const demoSampleClient: DemoClient = {
  clientId: 'sample-app',
  clientSecret: 'secret-of-the-sample-application-in-the-demo',
};

/** How the screens of the four applications with a rights model ask the decision point, by application. */
export const demoDecisionClients: Readonly<Record<string, DemoClient>> = Object.fromEntries(
  ['welfare', 'school', 'finance', 'casework'].map((application) => [
    application,
    {
      clientId: `sample-${application}`,
      clientSecret: `secret-of-the-${application}-screen-in-the-demo`,
    },
  ]),
);

export interface DemoSignIn {
  readonly userName: string;
  readonly name: string;
  /** What they are, in English, for the terminal. */
  readonly role: string;
  readonly tryThis: string;
}

/** Who to sign in as, for the terminal and the sign-in page of the demo world. All with {@link demoPassword}. */
export function demoSignIns(): DemoSignIn[] {
  return [
    {
      userName: 'elke.janssens',
      name: 'Elke Janssens',
      role: 'head administrator of the town of Lier',
      tryThis: 'grant a right to Sofie Maes, prolong what ends for Tom Willems, end the external Jean Dubois',
    },
    {
      userName: 'lotte.vermeulen',
      name: 'Lotte Vermeulen',
      role: 'works for two towns',
      tryThis: 'sign in to the counter and choose for whom you act',
    },
    {
      userName: 'sofie.maes',
      name: 'Sofie Maes',
      role: 'end user in Lier',
      tryThis: 'see your rights, those that begin later, and who can help',
    },
    {
      userName: 'katrien.desmet',
      name: 'Katrien De Smet',
      role: 'owner of the counter for local authorities',
      tryThis: 'see who holds what, and offer a right to another target group',
    },
    {
      userName: 'noor.wouters',
      name: 'Noor Wouters',
      role: 'operator',
      tryThis: 'appoint a head administrator for a municipality that has none',
    },
    {
      userName: 'philippe.lambert',
      name: 'Philippe Lambert',
      role: 'auditor (in French)',
      tryThis: 'search the audit: it shows what the others did',
    },
  ];
}
