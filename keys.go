package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"wsscope/decode/tls"
)

// loadKeys reads the key logs and private keys. The key logs of a live
// capture are followed: they are written while it goes on.
func loadKeys(ctx context.Context, o *options, stderr io.Writer) (*tls.Keys, error) {
	keys := tls.NewKeys()
	for _, name := range o.keylogs {
		f := &keyLog{name: name, to: keys.NewLogReader()}
		err := f.poll()
		switch {
		case err == nil:
		case o.live() && os.IsNotExist(err):
			say(stderr, name+" is not there yet; it is read as soon as it is")
		default:
			return nil, fmt.Errorf("cannot read the key log: %w", err)
		}
		if o.live() {
			go f.follow(ctx)
		} else {
			f.close()
		}
	}
	for _, name := range o.rsaKeys {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read the private key: %w", err)
		}
		if err := keys.AddRSA(text); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if n := keys.BadLines(); n > 0 {
		say(stderr, fmt.Sprintf("%d lines of the key log are not of its format; they are ignored", n))
	}
	return keys, nil
}

// keyLog is a key log file that may grow, or be made anew.
type keyLog struct {
	name string
	to   *tls.LogReader
	file *os.File
}

// keyLogEvery is how often a key log is looked at: a key comes with a
// handshake, and the records behind it wait.
const keyLogEvery = 100 * time.Millisecond

// poll reads what is new.
func (k *keyLog) poll() error {
	now, err := os.Stat(k.name)
	if err != nil {
		return err
	}
	if k.file != nil {
		same, err := k.file.Stat()
		at, _ := k.file.Seek(0, io.SeekCurrent)
		if err != nil || !os.SameFile(same, now) || now.Size() < at {
			k.close()
		}
	}
	if k.file == nil {
		if k.file, err = os.Open(k.name); err != nil {
			return err
		}
	}
	_, err = io.Copy(k.to, k.file)
	return err
}

func (k *keyLog) close() {
	k.to.Close()
	if k.file != nil {
		k.file.Close()
		k.file = nil
	}
}

func (k *keyLog) follow(ctx context.Context) {
	tick := time.NewTicker(keyLogEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			k.poll() // for the packets that are still on their way
			k.close()
			return
		case <-tick.C:
			k.poll() // what cannot be read now may be there the next time
		}
	}
}
