package limits

// Limits of capture filters.
var (
	// FilterBytes is the length of a filter's text.
	FilterBytes = int(row("filter-bytes", 32<<10, "bytes",
		"twice what fits into filter-instructions as a list of addresses; compiling takes time by length",
		"the filter is refused"))

	// FilterDepth is how deep parentheses and operators nest; a level of
	// parentheses counts twice.
	FilterDepth = int(row("filter-depth", 200, "levels",
		"each level is a level of the parser's stack; no filter written by a person comes near",
		"the filter is refused"))

	// FilterInstructions is the length of a compiled filter.
	FilterInstructions = int(row("filter-instructions", 4096, "instructions",
		"BPF_MAXINSNS of Linux: a longer program cannot be attached to a socket",
		"the filter is refused"))
)
