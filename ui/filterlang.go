package ui

import (
	"wsscope/timeline"
)

// compileFilter makes a matcher of a filter text.
func compileFilter(text string) (matcher, error) {
	if text == "" {
		return nil, nil
	}
	p, err := timeline.NewPattern(timeline.SearchText, text)
	if err != nil {
		return nil, err
	}
	return func(r *timeline.Reader, row *timeline.Row) bool {
		b, _ := r.Payload(row)
		_, _, ok := p.Find(b)
		return ok
	}, nil
}

func completeFilter(text string) []completion { return nil }
