/**
 * Traffic Analytics' lists of public addresses, which one row may hold instead of an address:
 * `address|flows started|flows ended|out packets|in packets|out bytes|in bytes address|…`.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { wholeNumber } from './numbers';

const MAX_ADDRESSES = 50;

export interface PublicAddress {
  readonly address: string;
  readonly flows: number;
  readonly packets: { readonly out: number; readonly in: number };
  readonly bytes: { readonly out: number; readonly in: number };
}

/** The addresses of such a list, in order; what is not counted is 0. */
export function publicAddresses(list: string): PublicAddress[] {
  const addresses: PublicAddress[] = [];
  for (const item of list.split(/\s+/, MAX_ADDRESSES)) {
    const [address = '', ...counters] = item.split('|', 7);
    // Counters are shorter than any address with its dots.
    if (address.length < 7 && !address.includes(':')) continue;
    const [started = 0, , outPackets = 0, inPackets = 0, outBytes = 0, inBytes = 0] = counters.map(
      (text) => wholeNumber(text) ?? 0,
    );
    addresses.push({
      address,
      flows: started,
      packets: { out: outPackets, in: inPackets },
      bytes: { out: outBytes, in: inBytes },
    });
  }
  return addresses;
}

/**
 * A row's session once for each of the addresses that stand for one of its ends. Where the addresses' counters add up to the row's,
 * each session has its own; otherwise the first has the row's, and the others none, so that sums stay true.
 * @param inIsSent whether what the list counts as coming in was sent by the session's source.
 */
export function perAddress(
  draft: SessionDraft,
  side: 'Src' | 'Dst',
  addresses: readonly PublicAddress[],
  inIsSent: boolean,
): SessionDraft | readonly SessionDraft[] {
  const [first, ...others] = addresses;
  if (first === undefined || others.length === 0) return draft;
  const [sent, received] = inIsSent ? (['in', 'out'] as const) : (['out', 'in'] as const);
  const counters = (one: PublicAddress): SessionDraft => ({
    EventCount: one.flows,
    SrcBytes: one.bytes[sent],
    SrcPackets: one.packets[sent],
    DstBytes: one.bytes[received],
    DstPackets: one.packets[received],
  });
  const sum = (name: 'SrcBytes' | 'DstBytes'): number =>
    addresses.reduce((total, one) => total + Number(counters(one)[name]), 0);
  const counted =
    draft.SrcBytes !== '' && sum('SrcBytes') === Number(draft.SrcBytes) && sum('DstBytes') === Number(draft.DstBytes);
  const uncounted: SessionDraft = {
    EventCount: 1,
    SrcBytes: undefined,
    SrcPackets: undefined,
    DstBytes: undefined,
    DstPackets: undefined,
  };
  return [
    { ...draft, ...(counted && counters(first)) },
    ...others.map((one) => ({ ...draft, ...(counted ? counters(one) : uncounted), [`${side}IpAddr`]: one.address })),
  ];
}

/** The last part of a path with slashes. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
