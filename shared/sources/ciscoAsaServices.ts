/** Names that Cisco ASA prints in place of well-known port numbers (its own list of port literals). */

const SERVICES: ReadonlyMap<string, string> = new Map(
  (
    'echo 7 discard 9 daytime 13 chargen 19 ftp-data 20 ftp 21 ssh 22 telnet 23 smtp 25 time 37 nameserver 42 whois 43 tacacs 49 ' +
    'domain 53 bootps 67 bootpc 68 tftp 69 gopher 70 finger 79 www 80 http 80 kerberos 88 hostname 101 pop2 109 pop3 110 ' +
    'sunrpc 111 ident 113 nntp 119 ntp 123 netbios-ns 137 netbios-dgm 138 netbios-ssn 139 imap4 143 snmp 161 snmptrap 162 ' +
    'xdmcp 177 bgp 179 irc 194 dnsix 195 ldap 389 mobile-ip 434 https 443 pim-auto-rp 496 isakmp 500 exec 512 biff 512 ' +
    'login 513 who 513 rsh 514 syslog 514 lpd 515 talk 517 rip 520 uucp 540 klogin 543 kshell 544 rtsp 554 ldaps 636 ' +
    'lotusnotes 1352 citrix-ica 1494 sqlnet 1521 radius 1645 radius-acct 1646 h323 1720 pptp 1723 nfs 2049 ctiqbe 2748 ' +
    'cifs 3020 vxlan 4789 sip 5060 aol 5190 secureid-udp 5510 pcanywhere-data 5631 pcanywhere-status 5632'
  )
    .match(/\S+ \d+/g)
    ?.map((pair) => pair.split(' ') as [string, string]),
);

/** The port's number where the name is known; any other text as it is. */
export function servicePort(text: string): string {
  return SERVICES.get(text.toLowerCase()) ?? text;
}
