// Package e2e holds end-to-end tests: real peers talk WebSocket on this
// machine, the built program captures them live, and what it prints is held
// against the peers' own logs. Nothing leaves the machine. A test is skipped,
// with the reason, where a privilege or a peer is missing.
package e2e
