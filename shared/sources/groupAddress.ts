/** Addresses of many hosts. */

const GROUP = /^(?:22[4-9]\.|23\d\.|255\.255\.255\.255$|[\d.]{5,11}\.255$|ff[0-9a-f]{2}:)/i;

/** Multicast and broadcast, as far as it can be seen without the mask: nobody sends from there. */
export function isGroupAddress(address: string): boolean {
  return GROUP.test(address);
}
