// Calls to addresses that applications registered: short, without redirects, and kept out of the internal network
// unless the configuration allows it.
import { lookup as lookUp } from 'node:dns';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Config } from '../../platform/config.ts';

type Reach = Pick<Config, 'backchannelAllowPrivate' | 'internalHosts'>;

const timeoutMs = 2500;

/** Loopback, private, link-local, shared, documentation, multicast and reserved ranges. Source: IANA registries. */
const specialUse = new BlockList();
for (const [network, bits] of [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ] as const),
  ...([
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
  ] as const),
  ...([
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ] as const),
]) {
  specialUse.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ...([
    ['::', 127],
    ['64:ff9b::', 96],
    ['100::', 64],
    ['2001:db8::', 32],
    ['fc00::', 7],
    ['fe80::', 10],
  ] as const),
  ...([
    ['ff00::', 8],
    ['2002::', 16],
    ['2001::', 23],
  ] as const),
]) {
  specialUse.addSubnet(network, bits, 'ipv6');
}

/** Whether an address may only be reached when the configuration says so. */
export function isSpecialUse(address: string): boolean {
  return specialUse.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The check stands where the connection is made, so that a name cannot point elsewhere in between. */
const lookupPublicOnly: LookupFunction = (host, options, callback) => {
  lookUp(host, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '', 0);
    const allowed = found.filter(({ address }) => !isSpecialUse(address));
    const [first] = allowed;
    if (!first) return callback(new Error('the host has no public address'), '', 0);
    if (options.all) return callback(null, allowed);
    callback(null, first.address, first.family);
  });
};

/** Without the brackets of a literal IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Whether the configuration lets a call go to that host, wherever it lies. */
export function mayReachAnything(reach: Reach, host: string): boolean {
  return reach.backchannelAllowPrivate || reach.internalHosts.includes(host.toLowerCase());
}

/**
 * Posts a form and expects 200 or 204.
 * @throws Error when it takes longer than 2.5 s, answers anything else, or may not be reached.
 */
export async function postForm(reach: Reach, address: string, fields: Record<string, string>): Promise<void> {
  const url = new URL(address);
  const host = hostOf(url);
  const isFree = mayReachAnything(reach, host);
  // A literal address never goes through the look-up.
  if (!isFree && isIP(host) !== 0 && isSpecialUse(host)) throw new Error('the address is not public');
  const status = await post(
    url,
    new URLSearchParams(fields).toString(),
    isFree ? undefined : lookupPublicOnly,
  );
  if (status !== 200 && status !== 204) throw new Error(`the application answered ${status}`);
}

function post(url: URL, body: string, lookup: LookupFunction | undefined): Promise<number> {
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    },
    signal: AbortSignal.timeout(timeoutMs),
    agent: false,
    ...(lookup ? { lookup } : {}),
  };
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
