package bpf

import "strings"

// keywords maps every word of the language to its one spelling.
var keywords = func() map[string]string {
	m := make(map[string]string)
	for _, w := range strings.Fields(`
		src dst host net mask port portrange proto
		ether ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp igrp pim vrrp carp ah esp
		atalk aarp stp ipx netbeui lat moprc mopdl sca decnet iso
		less greater broadcast multicast inbound outbound ifindex
		vlan mpls pppoed pppoes and or not len`) {
		m[w] = w
	}
	for _, w := range strings.Fields(unsupported) {
		m[w] = w
	}
	for _, w := range strings.Fields("link ppp slip fddi tr wlan") {
		m[w] = "ether"
	}
	m["length"] = "len"
	return m
}()

// unsupported are libpcap's words that this package refuses by name.
const unsupported = `
	esis es-is isis is-is l1 l2 iih lsp snp csnp psnp clnp
	radio protochain gateway type subtype direction dir
	address1 addr1 address2 addr2 address3 addr3 address4 addr4 ra ta
	byte geneve lane llc metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic vpi vci connectmsg metaconnect
	on ifname rset ruleset rnr rulenum srnr subrulenum reason action
	fisu lssu lsu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls`

func isUnsupported(word string) bool {
	for _, w := range strings.Fields(unsupported) {
		if w == word {
			return true
		}
	}
	return false
}

// constants are words that stand for numbers.
var constants = map[string]uint32{
	// Offsets: RFC 792, RFC 4443 section 2.1, RFC 9293 section 3.1.
	"icmptype": 0, "icmpcode": 1, "icmp6type": 0, "icmp6code": 1, "tcpflags": 13,

	"tcp-fin": 0x01, "tcp-syn": 0x02, "tcp-rst": 0x04, "tcp-push": 0x08,
	"tcp-ack": 0x10, "tcp-urg": 0x20, "tcp-ece": 0x40, "tcp-cwr": 0x80,

	"icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5,
	"icmp-echo": 8, "icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11,
	"icmp-paramprob": 12, "icmp-tstamp": 13, "icmp-tstampreply": 14, "icmp-ireq": 15,
	"icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,

	"icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3,
	"icmp6-parameterproblem": 4, "icmp6-echo": 128, "icmp6-echoreply": 129,
	"icmp6-multicastlistenerquery": 130, "icmp6-multicastlistenerreportv1": 131,
	"icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133, "icmp6-routeradvert": 134,
	"icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137,
	"icmp6-routerrenum": 138, "icmp6-nodeinformationquery": 139, "icmp6-nodeinformationresponse": 140,
	"icmp6-ineighbordiscoverysolicit": 141, "icmp6-ineighbordiscoveryadvert": 142,
	"icmp6-multicastlistenerreportv2": 143, "icmp6-homeagentdiscoveryrequest": 144,
	"icmp6-homeagentdiscoveryreply": 145, "icmp6-mobileprefixsolicit": 146,
	"icmp6-mobileprefixadvert": 147, "icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149,
	"icmp6-multicastrouteradvert": 151, "icmp6-multicastroutersolicit": 152, "icmp6-multicastrouterterm": 153,
}

// IP protocols, IANA "Protocol Numbers".
const (
	protoICMP   = 1
	protoIGMP   = 2
	protoTCP    = 6
	protoIGRP   = 9
	protoUDP    = 17
	protoIPv6   = 41
	protoFrag   = 44
	protoGRE    = 47
	protoESP    = 50
	protoAH     = 51
	protoICMPv6 = 58
	protoPIM    = 103
	protoVRRP   = 112
	protoSCTP   = 132
)

// protocols are the names that "ip proto" and "ip6 proto" know.
var protocols = map[string]uint32{
	"ip": 0, "hopopt": 0, "icmp": protoICMP, "igmp": protoIGMP, "ipencap": 4, "tcp": protoTCP, "egp": 8,
	"igrp": protoIGRP, "igp": protoIGRP, "udp": protoUDP, "dccp": 33, "ipv6": protoIPv6, "ip6": protoIPv6,
	"ipv6-route": 43, "ipv6-frag": protoFrag, "rsvp": 46, "gre": protoGRE, "esp": protoESP, "ah": protoAH,
	"ipv6-icmp": protoICMPv6, "icmp6": protoICMPv6, "ipv6-nonxt": 59, "ipv6-opts": 60, "eigrp": 88, "ospf": 89,
	"ipip": 94, "pim": protoPIM, "vrrp": protoVRRP, "carp": protoVRRP, "l2tp": 115, "sctp": protoSCTP, "udplite": 136,
}

// Ethernet types, IANA "IEEE 802 Numbers", and LLC service access points,
// which are smaller than any of them.
const (
	maxLength802_3 = 1500 // a larger number in the type field is a type

	etherIPv4   = 0x0800
	etherARP    = 0x0806
	etherDecnet = 0x6003
	etherRARP   = 0x8035
	etherATalk  = 0x809B
	etherAARP   = 0x80F3
	etherVLAN   = 0x8100
	etherIPX    = 0x8137
	etherIPv6   = 0x86DD
	etherMPLS   = 0x8847
	etherPPPoED = 0x8863
	etherPPPoES = 0x8864
	etherQinQ   = 0x88A8
	etherQinQ91 = 0x9100

	sapIP      = 0x06
	sapSTP     = 0x42
	sapIPX     = 0xE0
	sapNetBEUI = 0xF0
	sapISO     = 0xFE
)

// etherProtocols are the names that "ether proto" knows, and the words that
// stand alone for the same test.
var etherProtocols = map[string]uint32{
	"ip": etherIPv4, "ip6": etherIPv6, "arp": etherARP, "rarp": etherRARP,
	"atalk": etherATalk, "aarp": etherAARP, "decnet": etherDecnet, "lat": 0x6004, "moprc": 0x6002, "mopdl": 0x6001,
	"sca": 0x6007, "loopback": 0x9000, "stp": sapSTP, "ipx": sapIPX, "netbeui": sapNetBEUI, "iso": sapISO,
}

// service is a port with a name; proto is 0 where TCP and UDP share it, as
// in IANA's registry and Debian's /etc/services.
type service struct {
	port  uint16
	proto uint32
}

var services = map[string]service{
	"ftp-data": {20, protoTCP}, "ftp": {21, protoTCP}, "ssh": {22, protoTCP}, "telnet": {23, protoTCP},
	"smtp": {25, protoTCP}, "domain": {53, 0}, "bootps": {67, protoUDP}, "bootpc": {68, protoUDP},
	"tftp": {69, protoUDP}, "http": {80, protoTCP}, "www": {80, protoTCP}, "kerberos": {88, 0},
	"pop3": {110, protoTCP}, "ntp": {123, protoUDP}, "imap2": {143, protoTCP}, "imap": {143, protoTCP},
	"snmp": {161, 0}, "bgp": {179, protoTCP}, "ldap": {389, 0}, "https": {443, 0}, "syslog": {514, protoUDP},
	"submission": {587, protoTCP}, "ldaps": {636, 0}, "domain-s": {853, 0}, "imaps": {993, protoTCP},
	"pop3s": {995, protoTCP}, "socks": {1080, protoTCP}, "mqtt": {1883, protoTCP}, "nfs": {2049, 0},
	"mysql": {3306, protoTCP}, "stun": {3478, 0}, "turn": {3478, 0}, "postgresql": {5432, protoTCP}, "amqps": {5671, protoTCP},
	"amqp": {5672, protoTCP}, "sip": {5060, 0}, "sip-tls": {5061, 0}, "xmpp-client": {5222, protoTCP}, "mdns": {5353, protoUDP},
	"redis": {6379, protoTCP}, "http-alt": {8080, protoTCP}, "webcache": {8080, protoTCP}, "secure-mqtt": {8883, protoTCP},
}

func wordSet(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
