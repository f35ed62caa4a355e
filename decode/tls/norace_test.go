//go:build !race

package tls

const raceDetector = false
