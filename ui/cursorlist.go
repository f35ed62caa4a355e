package ui

// list is the place of a cursor in a long list of which a window is shown.
type list struct {
	n, cur, top, height int
}

// set tells how long the list is and how much of it is seen; cursor and
// window stay where they are as far as they can.
func (l *list) set(n, height int) {
	l.n, l.height = n, max(height, 0)
	l.clamp()
}

func (l *list) clamp() {
	l.cur = max(0, min(l.cur, l.n-1))
	l.top = max(0, min(l.top, l.n-l.height))
	if l.cur < l.top {
		l.top = l.cur
	}
	if l.height > 0 && l.cur >= l.top+l.height {
		l.top = l.cur - l.height + 1
	}
}

// move puts the cursor at i; the window follows only as far as it must.
func (l *list) move(i int) {
	l.cur = i
	l.clamp()
}

// page moves cursor and window together by d lines.
func (l *list) page(d int) {
	l.cur += d
	l.top += d
	l.clamp()
}

// center puts the cursor at i and i into the middle of the window, where it
// was not to be seen before.
func (l *list) center(i int) {
	if i < l.top || i >= l.top+l.height {
		l.top = i - l.height/2
	}
	l.move(i)
}

// navigate does what the common movement keys ask for.
func (l *list) navigate(a action) bool {
	switch a {
	case actDown:
		l.move(l.cur + 1)
	case actUp:
		l.move(l.cur - 1)
	case actPageDown:
		l.page(max(1, l.height-1))
	case actPageUp:
		l.page(-max(1, l.height-1))
	case actHalfDown:
		l.page(max(1, l.height/2))
	case actHalfUp:
		l.page(-max(1, l.height/2))
	case actTop:
		l.move(0)
	case actBottom:
		l.move(l.n - 1)
	default:
		return false
	}
	return true
}
