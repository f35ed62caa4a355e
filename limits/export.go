package limits

// ReportPlaces is how many places of one rule a report names.
var ReportPlaces = row("report-places", 8, "places",
	"a rule broken in every frame would fill the report with numbers; the first ones lead to the cause",
	"further places are counted, not named")

// ReportRefused is how many refused connections the report of findings keeps
// open for further findings.
var ReportRefused = row("report-refused", 1000, "connections",
	"a refused connection has no end line that would close its section, and a scan makes many of them",
	"the oldest section is printed; a later finding about it opens a second one")

// ExplainInput is how many frame bytes explain takes apart.
var ExplainInput = row("explain-input", 1<<20, "bytes",
	"explain is for frames that a person reads; a capture is the way for more",
	"explain says so and ends")

// ExplainInflated is how much of a compressed message explain inflates.
var ExplainInflated = row("explain-inflated", 64<<10, "bytes",
	"a few bytes can inflate to a thousand times as many",
	"the message is shown up to there, and explain says so")

// DisplayFilterBytes is the length of a display filter.
var DisplayFilterBytes = row("display-filter-bytes", 64<<10, "bytes",
	"an expression is typed, or comes from a script: longer ones are a mistake",
	"the filter is refused")

// DisplayFilterDepth is how deep parentheses and negations may nest.
var DisplayFilterDepth = row("display-filter-depth", 200, "levels",
	"the parser and the compiled test call themselves once a level",
	"the filter is refused")
