/** ASIM's helper functions that parsers call (`_ASIM_…`; a workspace's own copies have no first underscore), with upstream's behaviour. */
import { STATUS_CODES } from 'node:http';
import { icmpTypeName, protocolName, UNASSIGNED } from '../../../../shared/asim/protocols';
import type { StoredFunction } from '../../../../shared/kql/storedFunctions';

/** Resource record types (IANA). */
const DNS_TYPES =
  '1 A,2 NS,3 MD,4 MF,5 CNAME,6 SOA,7 MB,8 MG,9 MR,10 NULL,11 WKS,12 PTR,13 HINFO,14 MINFO,15 MX,16 TXT,17 RP,18 AFSDB,19 X25,20 ISDN,21 RT,22 NSAP,23 NSAP-PTR,24 SIG,25 KEY,26 PX,27 GPOS,28 AAAA,29 LOC,30 NXT,31 EID,32 NIMLOC,33 SRV,34 ATMA,35 NAPTR,36 KX,37 CERT,38 A6,39 DNAME,40 SINK,41 OPT,42 APL,43 DS,44 SSHFP,45 IPSECKEY,46 RRSIG,47 NSEC,48 DNSKEY,49 DHCID,50 NSEC3,51 NSEC3PARAM,52 TLSA,53 SMIMEA,55 HIP,56 NINFO,57 RKEY,58 TALINK,59 CDS,60 CDNSKEY,61 OPENPGPKEY,62 CSYNC,63 ZONEMD,64 SVCB,65 HTTPS,99 SPF,100 UINFO,101 UID,102 GID,103 UNSPEC,104 NID,105 L32,106 L64,107 LP,108 EUI48,109 EUI64,249 TKEY,250 TSIG,251 IXFR,252 AXFR,253 MAILB,254 MAILA,255 *,256 URI,257 CAA,258 AVC,259 DOA,32768 TA,32769 DLV';

/** Response codes (IANA). */
const DNS_CODES =
  '0 NOERROR,1 FORMERR,2 SERVFAIL,3 NXDOMAIN,4 NOTIMP,5 REFUSED,6 YXDOMAIN,7 YXRRSET,8 NXRRSET,9 NOTAUTH,10 NOTZONE,11 DSOTYPENI,16 BADVERS,17 BADKEY,18 BADTIME,19 BADMODE,20 BADNAME,21 BADALG,22 BADTRUNC,23 BADCOOKIE';

/** What ASIM calls the results of a sign-in by their AADSTS codes. */
const SIGN_IN_RESULTS: Readonly<Record<string, string>> = {
  'Logon violates policy': '53003 50058 50011 50076 50079 50105 80012 50072 50005 50020 50074',
  'No such user or password': '50034 50059 50064 50126 51004 700016 500011',
  'Password expired': '50055 50132 50133 50144 50173 70008',
  'Incorrect password': '50056',
  'User locked': '50053',
  'User disabled': '50057',
};

const PROTOCOLS = Object.fromEntries(named(256, protocolName));
const ICMP_TYPES = Object.fromEntries(named(256, (type) => icmpTypeName('IPv4', type)));

/** The numbers below a limit that have a name. */
function named(limit: number, nameOf: (number: number) => string): readonly (readonly [string, string])[] {
  const all = Array.from({ length: limit }, (_, number) => [String(number), nameOf(number)] as const);
  return all.filter(([, name]) => name !== '' && name !== UNASSIGNED);
}

function listed(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split(',').map((entry) => entry.split(' ') as [string, string]));
}

/** The name that a bag has for a key. */
function lookUp(
  names: Readonly<Record<string, string | undefined>>,
  key: string,
  otherwise = `'${UNASSIGNED}'`,
): string {
  return `coalesce(tostring(dynamic(${JSON.stringify(names)})[tostring(${key})]), ${otherwise})`;
}

const ANY_TABLE = 'T:(*), field:string';

/** Sets `number` and `name` of rows from the column `field`. */
function resolve(number: string, name: string, names: Readonly<Record<string, string>>, otherwise?: string): string {
  return `T | extend ${number} = toint(column_ifexists(field, 0)) | extend ${name} = ${lookUp(names, number, otherwise)}`;
}

/** The parts of a name in the column `field`; addresses and DOMAIN\\host are split at their dots all the same, as upstream does. */
function resolveName(host: string, prefix: string): string {
  return `T
| extend ${host} = tostring(column_ifexists(field, ''))
| extend parts_ = split(${host}, '.')
| extend ${prefix}Domain = strcat_array(array_slice(parts_, 1, -1), '.'),
    ${prefix}FQDN = iff(array_length(parts_) > 1, ${host}, ''),
    ${prefix}DomainType = iff(array_length(parts_) > 1, 'FQDN', ''),
    ${host} = tostring(parts_[0])
| project-away parts_`;
}

const PRIVATE_DNS_CODES = (number: string): string =>
  `iff(${number} between (3841 .. 4095), 'Reserved for Private Use', '${UNASSIGNED}')`;

const WATCHLIST_ITEMS = `Watchlist
| where _DTItemType == 'watchlist-item'
| where WatchlistAlias in (watchlists)
| where array_length(keys) == 0 or SearchKey in (keys)
| summarize arg_max(_DTTimestamp, _DTItemStatus, LastUpdatedTimeUTC, SearchKey, WatchlistItem) by _DTItemId
| where _DTItemStatus != 'Delete'
| project-away _DTTimestamp, _DTItemStatus`;

const USER_TYPE = `case(
    username endswith '$' or sid in ('S-1-5-18', 'S-1-5-19', 'S-1-5-20'), 'Machine',
    isempty(username) or sid == 'S-1-0-0', '',
    'Regular')`;

/** Name without `_ASIM_` or `ASIM_` → parameters and body. */
const HELPERS: Readonly<Record<string, readonly [parameters: string, body: string]>> = {
  GetWatchlistsRaw: ['watchlists:dynamic, keys:dynamic=dynamic([])', WATCHLIST_ITEMS],
  GetWatchlistRaw: [
    'watchlist:string, keys:dynamic=dynamic([])',
    `let watchlists = pack_array(watchlist);\n${WATCHLIST_ITEMS}`,
  ],
  GetDisabledParsers: [
    'CallerContext:string',
    `_ASIM_GetWatchlistRaw('ASimDisabledParsers', pack_array('Any', CallerContext))
| extend SourceSpecificParser = tostring(WatchlistItem.SourceSpecificParser)
| where isnotempty(SourceSpecificParser)
| distinct SourceSpecificParser`,
  ],
  GetSourceBySourceType: [
    'SourceType:string',
    `toscalar(_ASIM_GetWatchlistsRaw(dynamic(['ASimSourceType', 'Sources_by_SourceType']), pack_array(SourceType))
| extend Source = tostring(WatchlistItem.Source)
| where isnotempty(Source)
| summarize make_set(Source))`,
  ],
  GetUsernameType: [
    'username:string',
    `case(
    username contains '@', 'UPN',
    username contains '\\\\', 'Windows',
    username has_any ('CN', 'OU', 'DC') and username contains '=', 'DN',
    isempty(username), '',
    'Simple')`,
  ],
  GetUserType: ['username:string, sid:string', USER_TYPE],
  GetWindowsUserType: ['username:string, sid:string', USER_TYPE],
  LookupNetworkProtocol: ['protocolnumber:int', lookUp(PROTOCOLS, 'protocolnumber')],
  ResolveNetworkProtocol: [ANY_TABLE, resolve('NetworkProtocolNumber', 'NetworkProtocol', PROTOCOLS)],
  LookupICMPType: ['icmptype:int', lookUp(ICMP_TYPES, 'icmptype')],
  ResolveICMPType: [ANY_TABLE, resolve('NetworkIcmpCode', 'NetworkIcmpType', ICMP_TYPES)],
  LookupDnsQueryType: ['querytype:int', lookUp(listed(DNS_TYPES), 'querytype')],
  ResolveDnsQueryType: [ANY_TABLE, resolve('DnsQueryType', 'DnsQueryTypeName', listed(DNS_TYPES))],
  LookupDnsResponseCode: ['rcode:int', lookUp(listed(DNS_CODES), 'rcode', PRIVATE_DNS_CODES('rcode'))],
  ResolveDnsResponseCode: [
    ANY_TABLE,
    resolve('DnsResponseCode', 'DnsResponseCodeName', listed(DNS_CODES), PRIVATE_DNS_CODES('DnsResponseCode')),
  ],
  LookupHTTPStatusCode: ['StatusCode:string', lookUp(STATUS_CODES, 'StatusCode')],
  LookupAADcodes: [
    'ResultType:string',
    lookUp(
      Object.fromEntries(
        Object.entries(SIGN_IN_RESULTS).flatMap(([result, codes]) => codes.split(' ').map((code) => [code, result])),
      ),
      'ResultType',
    ),
  ],
  ResolveFQDN: [ANY_TABLE, resolveName('ExtractedHostname', '')],
  ResolveSrcFQDN: [ANY_TABLE, resolveName('SrcHostname', 'Src')],
  ResolveDstFQDN: [ANY_TABLE, resolveName('DstHostname', 'Dst')],
  ResolveDvcFQDN: [ANY_TABLE, resolveName('DvcHostname', 'Dvc')],
};

export function asimHelpers(): readonly StoredFunction[] {
  return Object.entries(HELPERS).flatMap(([name, [parameters, body]]) =>
    [`_ASIM_${name}`, `ASIM_${name}`].map((own) => ({
      name: own,
      parameters: `(${parameters})`,
      description: 'A helper of the ASIM parsers.',
      body,
    })),
  );
}
