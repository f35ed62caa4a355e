package main

import (
	"bufio"
	"encoding/binary"
	"os"
)

// segmentMost is the payload of a TCP segment at an MTU of 1500 bytes with the
// timestamp option.
const segmentMost = 1448

// captureFile is a capture in the classic pcap format, little-endian, with
// microseconds, of Ethernet.
type captureFile struct {
	file  *os.File
	w     *bufio.Writer
	total *fileTotals
	now   uint64 // microseconds since 1970
}

func createCapture(name string, total *fileTotals) (*captureFile, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	c := &captureFile{file: f, w: bufio.NewWriterSize(f, 1<<20), total: total, now: 1_700_000_000_000_000}
	le := binary.LittleEndian
	head := le.AppendUint32(nil, 0xA1B2C3D4)
	head = le.AppendUint16(le.AppendUint16(head, 2), 4)
	head = le.AppendUint32(le.AppendUint64(head, 0), 262144)
	_, err = c.w.Write(le.AppendUint32(head, 1))
	return c, err
}

func (c *captureFile) close() error {
	if err := c.w.Flush(); err != nil {
		return err
	}
	return c.file.Close()
}

// flow is one TCP connection.
type flow struct {
	to      *captureFile
	addr    [2][4]byte
	port    [2]uint16
	seq     [2]uint32
	unacked int
}

// open writes TCP's handshake for the n-th connection.
func (c *captureFile) open(n uint64, port uint16) *flow {
	f := &flow{to: c, addr: [2][4]byte{{10, 1, byte(n >> 8), byte(n)}, {10, 9, 8, 7}}, port: [2]uint16{uint16(1024 + n%60000), port}}
	f.seq = [2]uint32{uint32(n * 2654435761), uint32(n * 2246822519)}
	const syn, ack = 0x02, 0x10
	f.packet(client, syn, nil)
	f.packet(server, syn|ack, nil)
	f.packet(client, ack, nil)
	return f
}

func (f *flow) close() {
	const fin, ack = 0x01, 0x10
	f.packet(server, fin|ack, nil)
	f.packet(client, fin|ack, nil)
	f.packet(server, ack, nil)
}

// send writes bytes as segments; every second one is acknowledged.
func (f *flow) send(side int, b []byte) {
	const push, ack = 0x08, 0x10
	for len(b) > 0 {
		n := min(len(b), segmentMost)
		f.packet(side, push|ack, b[:n])
		b = b[n:]
		if f.unacked++; f.unacked == 2 {
			f.packet(1-side, ack, nil)
			f.unacked = 0
		}
	}
}

// packet writes one packet with right checksums.
func (f *flow) packet(side int, flags byte, payload []byte) {
	const eth, ip, tcp = 14, 20, 32
	n := eth + ip + tcp + len(payload)
	f.to.now += 7
	le, be := binary.LittleEndian, binary.BigEndian
	b := make([]byte, 0, 16+n)
	b = le.AppendUint32(le.AppendUint32(b, uint32(f.to.now/1e6)), uint32(f.to.now%1e6))
	b = le.AppendUint32(le.AppendUint32(b, uint32(n)), uint32(n))
	b = append(b, 2, 0, 0, 0, 0, byte(1-side), 2, 0, 0, 0, 0, byte(side), 8, 0)

	h := len(b)
	b = be.AppendUint16(append(b, 0x45, 0), uint16(n-eth))
	b = append(b, 0, 0, 0x40, 0, 64, 6, 0, 0)
	b = append(append(b, f.addr[side][:]...), f.addr[1-side][:]...)
	be.PutUint16(b[h+10:], ^sum(b[h:], 0))

	t := len(b)
	b = be.AppendUint16(be.AppendUint16(b, f.port[side]), f.port[1-side])
	b = be.AppendUint32(be.AppendUint32(b, f.seq[side]), f.seq[1-side])
	b = be.AppendUint16(append(b, tcp/4<<4, flags), 65535)
	b = append(b, 0, 0, 0, 0, 1, 1, 8, 10)
	b = be.AppendUint32(be.AppendUint32(b, uint32(f.to.now/1000)), uint32(f.to.now/1000))
	b = append(b, payload...)
	be.PutUint16(b[t+16:], ^sum(b[h+12:], 6+tcp+uint64(len(payload))))

	f.seq[side] += uint32(len(payload))
	if flags&3 != 0 { // SYN and FIN take a number each
		f.seq[side]++
	}
	f.to.total.Packets++
	f.to.total.Bytes += uint64(n)
	f.to.w.Write(b)
}

// sum is the Internet checksum's sum (RFC 1071) of b and s.
func sum(b []byte, s uint64) uint16 {
	for len(b) >= 2 {
		s += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint64(b[0]) << 8
	}
	for s>>16 != 0 {
		s = s&0xFFFF + s>>16
	}
	return uint16(s)
}
