/** Traffic Analytics' lists of public addresses: `address|counter|counter… address|…`. */

const MAX_ADDRESSES = 50;

/** The addresses of such a list, in order. */
export function publicAddresses(list: string): string[] {
  const addresses: string[] = [];
  for (const item of list.split(/\s+/, MAX_ADDRESSES)) {
    const address = item.split('|', 1)[0] ?? '';
    // Counters are shorter than any address with its dots.
    if (address.length >= 7 || address.includes(':')) addresses.push(address);
  }
  return addresses;
}

/** The last part of a path with slashes. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
