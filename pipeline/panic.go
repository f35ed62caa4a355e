package pipeline

import (
	"fmt"
	"runtime/debug"
)

// Panicked is a panic of a stage on its way to the goroutine that called Run,
// which panics with it: where a screen holds the terminal, only that one can
// give it back before the program ends.
type Panicked struct {
	Value any
	Stack []byte // of the stage
}

func (p *Panicked) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// caught is deferred by the stages. It keeps the first panic.
func (p *Pipeline) caught() {
	if v := recover(); v != nil {
		select {
		case p.panicked <- &Panicked{v, debug.Stack()}:
		default:
		}
		p.broken.Store(true)
	}
}

// check panics with what a stage panicked with.
func (p *Pipeline) check() {
	select {
	case v := <-p.panicked:
		panic(v)
	default:
	}
}

// release is deferred by Run. Behind a panic nobody merges any more: it sees
// to it that no stage waits for that.
func (p *Pipeline) release(ordered <-chan *job) {
	p.broken.Store(true)
	p.room.open()
	go func() {
		for range ordered {
		}
	}()
}

// Wait waits until all stages have ended. Behind a panic of Run they may still
// be at work, the reading one in the source's Next: a source is closed after
// it was told to end and Wait returned.
func (p *Pipeline) Wait() { p.stages.Wait() }
