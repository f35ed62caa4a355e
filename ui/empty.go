package ui

import (
	"fmt"

	"wsscope/event"
	"wsscope/timeline"
)

// drawEmpty says why there is nothing to see in the timeline.
func (a *app) drawEmpty(c *canvas) {
	done, total := a.rows.view.Progress()
	switch {
	case done < total:
		c.put(2, 0, fmt.Sprintf("looking: %d %% of %s", uint64(done)*100/uint64(total), count(uint64(total), "row")), dim, normal)
	case a.filter.text != "" && total > 0:
		c.put(2, 0, "no row matches the filter; Esc takes it away", dim, normal)
	case a.rows.options.Mode == timeline.Findings && total > 0:
		c.put(2, 0, "no findings; F goes back to the messages", dim, normal)
	case !a.status.Done:
		c.put(2, 0, "waiting for WebSocket traffic", dim, normal)
	default:
		c.put(2, 0, "no WebSocket traffic was found", dim, normal)
		y := 2
		for _, reason := range whyNothing(a.store.Totals()) {
			for i, s := range wrap(reason, c.w-4) {
				mark := "  "
				if i == 0 {
					mark = "• "
				}
				c.put(c.put(2, y, mark, dim, normal), y, s, normal, normal)
				y++
			}
		}
	}
}

// whyNothing tells what was read where no WebSocket connection was found;
// the notes have what stayed encrypted and why. t may be nil.
func whyNothing(t *event.Summary) (reasons []string) {
	if t == nil {
		return nil
	}
	if t.Packets == 0 {
		return []string{"the capture holds no packets"}
	}
	reasons = append(reasons, count(t.Packets, "packet")+" and "+count(t.TCPConnections, "TCP connection")+" were looked at")
	if n := t.UndecodablePackets; n > 0 {
		reasons = append(reasons, count(n, "packet")+" could not be decoded: of a link type or a protocol that is not known")
	}
	return append(reasons, t.Notes...)
}
