package pipeline

import (
	"sync"
	"sync/atomic"

	"wsscope/capture"
	"wsscope/decode"
	"wsscope/event"
	"wsscope/stream"
)

// job is one batch of packets on its way: the front turns it into items for
// the workers, the workers into events, the merger hands those to the sink.
type job struct {
	batch   *capture.Batch
	items   [][]item  // by worker
	out     []*output // by worker
	done    sync.WaitGroup
	problem *capture.Problem // an input was damaged or not readable; told after this job's events
	stamp   event.Stamp      // the last packet
	notes   []event.Finding  // about the capture, told after the events
	last    bool
	number  uint64 // from 0, in order
	steps   uint32 // items so far, of all workers
}

// tcpConn is what the pipeline keeps of a TCP connection: its decoder lives
// in one worker, which makes it with the first bytes.
type tcpConn struct {
	worker  int
	decoder *decode.Conn // the worker's own
	over    bool         // the worker's own: nothing more is to be decoded

	carries atomic.Int32 // what the worker has found out
	told    bool         // the front's own: the worker knows the endpoints
	unsaved bool         // the front's own: given up by the chooser
	early   uint64       // the front's own: packets that the chooser did not wait for
}

// What a connection carries.
const (
	unknown int32 = iota
	webSocket
	other
)

// item is one step of a connection, for its worker.
type item struct {
	conn   *tcpConn
	order  uint32 // among all items of the job
	kind   itemKind
	side   event.Dir
	how    stream.End
	whole  bool
	ends   *endpoints // valid with the first item of a connection
	data   []byte
	n      int64 // lost bytes, or a stream offset
	acked  int64
	origin event.Stamp
	now    event.Stamp
	first  []byte // of a conflict
}

type itemKind uint8

const (
	itemData itemKind = iota
	itemGap
	itemEnd
	itemConflict
)
