// What counts as the same name and the same place when attempts are counted: otherwise a blank behind the name, or one of
// the countless addresses of an IPv6 network, would begin a new count.
import { isIP } from 'node:net';

/** A user name or mail address as it is looked up; PostgreSQL would refuse a NUL, which no name has. */
export function foldLogin(typed: string): string {
  return typed.replaceAll('\0', '').trim().toLowerCase();
}

/** The IPv4 address itself; of an IPv6 address its first 64 bits, the least that anybody is given (RFC 6177). */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== 6) return address;
  const [start = '', end] = address.split('::');
  const [before, after] = [start, end ?? ''].map((text) => text.split(':').filter((group) => group !== ''));
  const given = (before ?? []).concat(
    Array<string>(Math.max(0, 8 - (before?.length ?? 0) - (after?.length ?? 0))).fill('0'),
    after ?? [],
  );
  const groups = given.slice(0, 4).map((group) => parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
