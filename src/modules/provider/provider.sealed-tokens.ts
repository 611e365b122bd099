// Bearer tokens that hold their own content, encrypted: nobody but this site can read or make one. They are opaque to
// applications all the same, and tell nothing by themselves: rights are never in them.
import type { AdapterPayload, Provider } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';

const selfContained = ['AccessToken', 'ClientCredentials'];

export const isSelfContained = (model: string): boolean => selfContained.includes(model);

/** Allowed in bearer tokens (RFC 6750 2.1) and in no other value of ours: tells sealed tokens from names of rows. */
const mark = '~';

export const isSealed = (value: string): boolean => value.includes(mark);

const contextOf = (model: string): string => `token:${model}`;

/** The content of a token of that kind, or undefined when it is none of ours. */
export function openToken(
  site: Pick<Site, 'secrets'>,
  model: string,
  value: string,
): { payload: AdapterPayload; consumed_at: null } | undefined {
  if (!isSealed(value)) return undefined;
  try {
    const payload = JSON.parse(
      site.secrets.open(value.replace(mark, '.'), contextOf(model)).toString(),
    ) as AdapterPayload;
    return { payload, consumed_at: null };
  } catch {
    return undefined;
  }
}

interface TokenModel {
  prototype: { getValueAndPayload(): Promise<{ value: string; payload?: object | undefined }> };
}

/** Makes the library hand out sealed content instead of the name of a row. */
export function sealTokens(site: Pick<Site, 'secrets'>, provider: Provider): void {
  const models: Record<string, unknown> = {
    AccessToken: provider.AccessToken,
    ClientCredentials: provider.ClientCredentials,
  };
  for (const [name, model] of Object.entries(models)) {
    const { prototype } = model as TokenModel;
    const original = prototype.getValueAndPayload;
    prototype.getValueAndPayload = async function sealedValue() {
      const made = await original.call(this);
      if (made.payload === undefined) return made;
      const value = site.secrets.seal(JSON.stringify(made.payload), contextOf(name));
      // A dot would make applications take it for a JWT.
      return { value: value.replace('.', mark) };
    };
  }
}
