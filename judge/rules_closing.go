package judge

import "wsscope/event"

var (
	pingUnanswered = pingPong(Rule{ID: "ping-unanswered", RFC: "RFC 6455 section 5.5.2", Severity: event.Error, Side: Either,
		Wants:   "A Ping must be answered by a Pong as soon as practical, unless a Close was received. To answer the latest of several is enough.",
		Why:     "The other side takes the connection for dead and drops it. Reported only where the pinged side demonstrably went on.",
		Cause:   "a library whose application must answer by itself, or a reader that is blocked",
		Example: "s2c 89 02 68 69\nc2s 81 81 37 fa 21 3d 5f\ns2c 81 01 68\nlater 2 s\nc2s 81 81 11 22 33 44 79\nc2s 88 80 01 02 03 04\ns2c 88 00\ns2c FIN\nc2s FIN"})
	pongMismatch = pingPong(Rule{ID: "pong-mismatch", RFC: "RFC 6455 section 5.5.3", Severity: event.Warning, Side: Either,
		Wants:   "A Pong that answers a Ping holds the Ping's application data.",
		Why:     "The pinger cannot tell which Ping is answered, and may count it as unanswered. Formally the Pong could be unsolicited.",
		Cause:   "a library that answers every Ping with an empty Pong",
		Example: "s2c 89 02 68 69\nc2s 8a 80 37 fa 21 3d"})
	pongUnsolicited = pingPong(Rule{ID: "pong-unsolicited", RFC: "RFC 6455 section 5.5.3", Severity: event.Info, Side: Either,
		Wants:   "A Pong may be sent unsolicited, as a heartbeat in one direction.",
		Why:     "Allowed; worth knowing where Pings were expected.",
		Example: "c2s 8a 80 37 fa 21 3d"})
)

var (
	closeBodyTooShort = closing(Rule{ID: "close-body-too-short", RFC: "RFC 6455 section 5.5.1", Severity: event.Error, Side: Either,
		Wants:   "The body of a Close is empty or begins with a status code of two bytes.",
		Why:     "One byte is no status code; the receiver fails the connection.",
		Example: "s2c 88 01 03"})
	closeCodeInvalid = closing(Rule{ID: "close-code-invalid", RFC: "RFC 6455 section 7.4", Severity: event.Error, Side: Either,
		Wants:   "A Close carries 1000 to 1003, 1007 to 1014 or 3000 to 4999. 1004 is reserved; 1005, 1006 and 1015 are never sent; the others are not assigned.",
		Why:     "The receiver answers 1002. The codes that are never sent are what a library reports when no code came.",
		Cause:   "a library's local code passed on to the wire, or an HTTP status used as a close code",
		Example: "s2c 88 02 03 ed"})
	closeCodeWrongSide = closing(Rule{ID: "close-code-wrong-side", RFC: "RFC 6455 section 7.4.1", Severity: event.Warning, Side: Server,
		Wants:   "1010 (an extension is missing) is for clients; a server fails the handshake instead.",
		Why:     "Clients do not expect it.",
		Example: "s2c 88 02 03 f2"})
	closeReasonInvalidUTF8 = closing(Rule{ID: "close-reason-invalid-utf8", RFC: "RFC 6455 section 5.5.1", Severity: event.Error, Side: Either,
		Wants:   "The reason of a Close is UTF-8.",
		Why:     "The receiver fails the connection, and the reason is lost.",
		Cause:   "a reason cut to 123 bytes inside a character",
		Example: "s2c 88 03 03 e8 ff"})
	dataAfterClose = closing(Rule{ID: "data-after-close", RFC: "RFC 6455 section 5.5.1", Severity: event.Error, Side: Either,
		Wants:   "After a Close its sender must not send data frames.",
		Why:     "The receiver throws them away: the data are lost. Data after receiving a Close is allowed until the own Close is sent.",
		Cause:   "another thread that does not know of the Close",
		Example: "s2c 88 02 03 e8\ns2c 81 02 68 69"})
	closeDuplicate = closing(Rule{ID: "close-duplicate", RFC: "RFC 6455 section 7.1.5", Severity: event.Warning, Side: Either,
		Wants:   "An endpoint sends one Close.",
		Why:     "The first one counts; a second with another code misleads its reader.",
		Cause:   "library and application both close",
		Example: "s2c 88 02 03 e8\ns2c 88 02 03 e9"})
	controlAfterClose = closing(Rule{ID: "control-after-close", RFC: "RFC 6455 section 5.5.2", Severity: event.Info, Side: Either,
		Wants:   "Ping and Pong may be sent until the connection is closed (5.5.2); after a Close no further data is sent (1.4).",
		Why:     "Allowed by one section, pointless by the other.",
		Example: "s2c 88 02 03 e8\ns2c 89 00"})
	closeUnanswered = closing(Rule{ID: "close-unanswered", RFC: "RFC 6455 section 5.5.1", Severity: event.Error, Side: Either,
		Wants:   "An endpoint that receives a Close and has not sent one must send one.",
		Why:     "The other side waits for it, often for many seconds, and reports an unclean closure. Not reported where the capture ends first, nor where the closer itself drops TCP at once.",
		Cause:   "a process that exits on Close, or a proxy that drops both legs",
		Example: "s2c 88 02 03 e8\nlater 1 s\nc2s FIN\ns2c FIN"})
	tcpClosedWithoutClose = closing(Rule{ID: "tcp-closed-without-close", RFC: "RFC 6455 section 7.3", Severity: event.Warning, Side: Either,
		Wants:   "A connection is closed with the closing handshake, not by dropping TCP.",
		Why:     "The other side sees code 1006: it cannot tell intent from failure, and data on the way may be lost.",
		Cause:   "a process that ended or crashed, an idle timeout of a proxy or load balancer, a laptop lid",
		Example: "c2s FIN\ns2c FIN"})
	tcpReset = closing(Rule{ID: "tcp-reset", RFC: "RFC 6455 section 7.1.1", Severity: event.Warning, Side: Either,
		Wants:   "TCP should be closed cleanly, not by RST.",
		Why:     "What the receiver had not yet read may be thrown away.",
		Cause:   "a crash, SO_LINGER 0, unread bytes at close, or a firewall that forgot the connection",
		Example: "s2c RST"})
	serverLateTCPClose = closing(Rule{ID: "server-late-tcp-close", RFC: "RFC 6455 section 5.5.1", Severity: event.Warning, Side: Server,
		Wants:   "After both Close frames the server must close TCP immediately.",
		Why:     "The client waits, and both keep a useless connection.",
		Cause:   "a server that leaves the end to a timer or to the client",
		Example: "c2s 88 80 01 02 03 04\ns2c 88 00\nlater 5 s\ns2c FIN\nc2s FIN"})
	clientClosedTCPFirst = closing(Rule{ID: "client-closed-tcp-first", RFC: "RFC 6455 section 7.1.1", Severity: event.Info, Side: Client,
		Wants:   "In normal cases the server closes TCP first.",
		Why:     "The side that closes first keeps the TIME_WAIT state; on the client that is harmless.",
		Example: "c2s 88 80 01 02 03 04\ns2c 88 00\nc2s FIN\ns2c FIN"})
	didNotFail = closing(Rule{ID: "did-not-fail", RFC: "RFC 6455 section 7.1.7", Severity: event.Warning, Side: Either,
		Wants:   "After a violation the receiver must fail the connection and must not go on processing data.",
		Why:     "It goes on as if nothing had happened, so it does not check what it receives.",
		Cause:   "a lenient library",
		Example: "c2s 81 05 48 65 6c 6c 6f\nlater 2 s\ns2c 81 02 68 69"})
)
