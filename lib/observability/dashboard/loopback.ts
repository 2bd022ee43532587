import { isIP, isIPv4 } from 'node:net';

/** Whether only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:/, '');
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}

/** The name in a Host header, without the port and the brackets; null where it makes no sense. */
export function hostName(header: string | undefined): string | null {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (found?.[1] ?? found?.[2] ?? null)?.toLowerCase() ?? null;
}

export function isAddress(name: string): boolean {
  return isIP(name) !== 0;
}
