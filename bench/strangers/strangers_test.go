package main

import (
	"math/rand/v2"
	"testing"
)

// TestStrangers is the measurement with few connections of each kind: no
// stranger is taken for WebSocket, every WebSocket is found.
func TestStrangers(t *testing.T) {
	const n = 4
	for _, k := range strangers {
		for i := range uint64(n) {
			r := rand.New(rand.NewPCG(2, i))
			if _, found := join(late(r, k.talk(r)), nil); found {
				t.Errorf("%s, %d: taken for WebSocket", k.name, i)
			}
		}
	}
	for _, k := range genuine {
		hits := 0
		for i := range uint64(n) {
			r := rand.New(rand.NewPCG(2, i))
			if _, found := join(late(r, k.talk(r)), frameEnds); found {
				hits++
			}
		}
		if hits < n {
			t.Errorf("%s: %d of %d found", k.name, hits, n)
		}
	}
}
