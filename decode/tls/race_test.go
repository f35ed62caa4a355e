//go:build race

package tls

// The race detector drops entries of sync.Pool and makes values larger.
const raceDetector = true
