package timeline

import "sync"

// Mode is what the rows of a view are.
type Mode uint8

const (
	Messages Mode = iota // messages, control frames, openings and ends
	Frames               // all frames, openings and ends
	Findings             // what the judge says
)

// Heartbeats says what a view makes of pings and pongs.
type Heartbeats uint8

const (
	ShowHeartbeats Heartbeats = iota
	FoldHeartbeats            // neighbours become one row
	HideHeartbeats
)

// ViewOptions choose the rows of a view.
type ViewOptions struct {
	Mode       Mode
	Conn       int // only this connection; 0: all
	Heartbeats Heartbeats
	// Match says whether a row belongs to the view; nil: all. It is called
	// by one goroutine at a time, with that goroutine's reader.
	Match func(*Reader, *Row) bool
}

// View is a growing list of the store's rows. Step, or Run in a goroutine of
// its own, fills it; the other methods may be called at any time.
type View struct {
	s      *Store
	o      ViewOptions
	reader *Reader // of the filling goroutine

	// Of the filling goroutine.
	chain     uint32 // of a connection's view: the last row looked at, plus 1
	beat      bool   // the last entry is a heartbeat: further ones fold into it
	beatHead  uint32 // its row
	newFolds  map[uint32]int
	touchedAt uint64
	batch     []uint32
	touchBuf  []uint32

	mu      sync.RWMutex
	index   index
	folds   map[uint32]int  // heartbeats folded into a row, itself included
	pos     uint32          // rows before it were looked at
	open    map[uint32]bool // first rows of folds that are shown one by one
	toggles []uint32        // folds to open or close
	changes uint64          // grows when entries other than at the end come or go
	kick    chan struct{}
}

// NewView makes an empty view.
func (s *Store) NewView(o ViewOptions) *View {
	v := &View{s: s, o: o, reader: s.Reader(), kick: make(chan struct{}, 1), newFolds: map[uint32]int{}, folds: map[uint32]int{}, open: map[uint32]bool{}}
	s.mu.Lock()
	v.touchedAt = s.touched.n
	s.mu.Unlock()
	return v
}

// Options are those that the view was made with.
func (v *View) Options() ViewOptions { return v.o }

// Len is the number of entries so far.
func (v *View) Len() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.index.n
}

// At gives the row of entry i, and how many heartbeats are folded into it
// (0 or 1: none).
func (v *View) At(i int) (row uint32, fold int, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if i < 0 || i >= v.index.n {
		return 0, 0, false
	}
	row = v.index.at(i)
	if v.open[row] {
		return row, 0, true
	}
	return row, v.folds[row], true
}

// Find gives the entry of a row, or of the first row after it; Len where
// there is none yet.
func (v *View) Find(row uint32) int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.index.find(row)
}

// Holds reports whether the row is an entry.
func (v *View) Holds(row uint32) bool {
	r, _, ok := v.At(v.Find(row))
	return ok && r == row
}

// Progress is how many of the store's rows were looked at.
func (v *View) Progress() (done, total uint32) {
	total = v.s.Len()
	v.mu.RLock()
	defer v.mu.RUnlock()
	done = min(v.pos, total)
	if len(v.toggles) > 0 && total > 0 {
		done = min(done, total-1)
	}
	return done, total
}

// Changes grows whenever entries come or go elsewhere than at the end.
func (v *View) Changes() uint64 {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.changes
}

// Kick tells Run that the store has grown.
func (v *View) Kick() {
	select {
	case v.kick <- struct{}{}:
	default:
	}
}
