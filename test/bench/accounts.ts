// The people of the bench, the same on both sides: half with the password hash of the product, half with one that
// costs next to nothing, so that what surrounds the hash can be seen.

export const accountPassword = 'a long walk in the rain';
export const accountsPerCost = 64;

/** Administrator of the organisation they all work for. */
export const headUserName = 'bench.head';

export type HashCost = 'cheap' | 'full';

/** Defaults of config/defaults.env. */
export const fullHash = {
  passwordArgon2MemoryKib: 19_456,
  passwordArgon2Time: 2,
  passwordArgon2Parallelism: 1,
};
/** The least argon2id allows in practice; some 50 µs. */
export const cheapHash = { passwordArgon2MemoryKib: 64, passwordArgon2Time: 1, passwordArgon2Parallelism: 1 };

export function userNames(cost: HashCost): string[] {
  return Array.from({ length: accountsPerCost }, (_, index) => `bench.${cost}.${index}`);
}

export function accountOf(userName: string): HashCost | undefined {
  const cost = userName.split('.')[1];
  return cost === 'cheap' || cost === 'full' ? cost : undefined;
}

/** Claims as large as those of the product, so that both sign the same amount. */
export function toldClaims(userName: string): Record<string, unknown> {
  return {
    name: `Given Family ${userName}`,
    given_name: 'Given',
    family_name: `Family ${userName}`,
    preferred_username: userName,
    locale: 'en',
    email: `${userName}@mail.example`,
    email_verified: true,
    organisation: { code: 'bench', name: 'Organisation bench', target_group: 'group1' },
    roles: ['Reader', 'Writer:north'],
    entitlements: [
      { right: 'Reader', context: {}, until: '2036-01-01T00:00:00.000Z' },
      { right: 'Writer', context: { area: ['north'] }, until: '2036-01-01T00:00:00.000Z' },
    ],
  };
}
