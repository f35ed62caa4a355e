package ui

import "strconv"

// columns are the places of the timeline's columns, computed once a draw.
type columns struct {
	number, time, conn, dir, op, flags, size, preview int // first column of each
	numberW, timeW, connW                             int
	showConn, showTime                                bool
}

// layColumns fits the columns into width; rows, conns and lasts are the
// largest numbers and times that must fit. Narrow screens lose the time, then
// the connection.
func layColumns(width int, rows uint64, conns int, f timeFormat, lasts int64, oneConn bool) columns {
	c := columns{
		numberW: max(4, len(grouped(rows))), timeW: f.width(lasts), connW: max(2, len(strconv.Itoa(conns))),
		showConn: !oneConn && width >= 56, showTime: width >= 48,
	}
	x := 2 // mark and severity
	c.number = x
	x += c.numberW + 1
	c.time = x
	if c.showTime {
		x += c.timeW + 1
	}
	c.conn = x
	if c.showConn {
		x += c.connW + 1
	}
	c.dir = x
	x += 2
	c.op = x
	x += 7
	c.flags = x
	x += 5
	c.size = x
	x += 7
	c.preview = x
	return c
}
