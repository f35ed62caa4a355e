//go:build linux && !libpcap

package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"wsscope/limits"
)

// ring is the kernel's TPACKET_V3 receive ring
// (Documentation/networking/packet_mmap.rst): blocks of memory shared with
// the kernel, each filled with frames by it, then handed over.
type ring struct {
	memory []byte
	block  int // bytes of one
	at     int // offset of the block to come
}

// Fields of a block's header, struct tpacket_block_desc.
const (
	blockStatus = 8 // TP_STATUS_USER: handed over
	blockFrames = 12
	blockFirst  = 16
	blockUsed   = 20
)

// newRing asks for a ring, and for half of it where memory is short.
func newRing(fd, bytes int) (*ring, error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return nil, fmt.Errorf("this kernel has no TPACKET_V3: %w", err)
	}
	block := limits.RingBlock
	for blocks := max(bytes/block, 2); ; blocks /= 2 {
		req := unix.TpacketReq3{
			Block_size: uint32(block), Block_nr: uint32(blocks),
			// Frames have the room that they need, but the kernel checks
			// that these fit.
			Frame_size: 2048, Frame_nr: uint32(blocks * block / 2048),
			Retire_blk_tov: uint32(limits.RingDelay.Milliseconds()),
		}
		err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req)
		if errors.Is(err, unix.ENOMEM) && blocks > 2 {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("a ring of %d bytes: %w", blocks*block, err)
		}
		memory, err := unix.Mmap(fd, 0, blocks*block, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err != nil {
			return nil, fmt.Errorf("mapping the ring: %w", err)
		}
		return &ring{memory: memory, block: block}, nil
	}
}

func (r *ring) close() { unix.Munmap(r.memory) }

func (r *ring) status() *uint32 {
	return (*uint32)(unsafe.Pointer(&r.memory[r.at+blockStatus]))
}

func (r *ring) ready() bool {
	return atomic.LoadUint32(r.status())&unix.TP_STATUS_USER != 0
}

// used is how many bytes of the block that is ready the kernel filled.
func (r *ring) used() int {
	return int(min(binary.NativeEndian.Uint32(r.memory[r.at+blockUsed:]), uint32(r.block)))
}

// take copies the block that is ready to memory, which has room for it, and
// gives it back to the kernel.
func (r *ring) take(memory []byte) block {
	from := r.memory[r.at : r.at+r.block]
	b := block{
		memory: memory[:copy(memory, from[:r.used()])],
		frames: int(binary.NativeEndian.Uint32(from[blockFrames:])),
		next:   binary.NativeEndian.Uint32(from[blockFirst:]),
	}
	atomic.StoreUint32(r.status(), unix.TP_STATUS_KERNEL)
	r.at = (r.at + r.block) % len(r.memory)
	return b
}

// block is a copy of one; frame goes through its frames.
type block struct {
	memory []byte
	frames int
	next   uint32
}

// frame is one with what the kernel says of it.
type frame struct {
	time     int64 // ns since 1970
	data     []byte
	wireLen  int
	hardware uint16 // ARPHRD_
	ifindex  int32
}

// Fields of a frame's header, struct tpacket3_hdr; struct sockaddr_ll is
// behind it.
const (
	frameNext     = 0
	frameSeconds  = 4
	frameNanosec  = 8
	frameCaptured = 12
	frameLength   = 16
	frameStatus   = 20
	frameMAC      = 24 // offset of the frame
	frameTCI      = 32
	frameTPID     = 36
	frameIfindex  = 48 + 4
	frameHardware = 48 + 8
	frameHeader   = 48 + 20
)

// frame gives the next of the block; ok is false behind the last.
func (b *block) frame() (f frame, ok bool) {
	if b.frames <= 0 || uint64(b.next)+frameHeader > uint64(len(b.memory)) {
		return frame{}, false
	}
	h := b.memory[b.next:]
	u32 := func(at int) uint32 { return binary.NativeEndian.Uint32(h[at:]) }
	u16 := func(at int) uint16 { return binary.NativeEndian.Uint16(h[at:]) }
	from, n := int(u16(frameMAC)), int(u32(frameCaptured))
	if from < frameHeader || n > len(h)-from {
		return frame{}, false
	}
	f = frame{
		time:     int64(u32(frameSeconds))*1e9 + int64(u32(frameNanosec)),
		data:     h[from : from+n : from+n],
		wireLen:  int(u32(frameLength)),
		hardware: u16(frameHardware),
		ifindex:  int32(u32(frameIfindex)),
	}
	if status := u32(frameStatus); status&unix.TP_STATUS_VLAN_VALID != 0 && n >= 12 {
		tpid := uint16(unix.ETH_P_8021Q)
		if status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
			tpid = u16(frameTPID)
		}
		f.data = insertTag(h[from-4:from+n:from+n], tpid, uint16(u32(frameTCI)))
		f.wireLen += 4
	}
	b.frames--
	b.next += u32(frameNext)
	return f, true
}

// insertTag puts a VLAN tag back into a frame that has four free bytes before
// it: the addresses move there. The kernel aligns frames so that there are
// (TPACKET_ALIGN leaves 14 for Ethernet).
func insertTag(b []byte, tpid, tci uint16) []byte {
	copy(b, b[4:16])
	binary.BigEndian.PutUint16(b[12:], tpid)
	binary.BigEndian.PutUint16(b[14:], tci)
	return b
}
