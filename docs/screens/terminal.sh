# Sourced by make and stories: wsscope in a terminal of tmux's, keys for it,
# and what stands on its screen.
command -v tmux >/dev/null || { echo "skipped: tmux is not here"; exit 0; }
tmp=$(mktemp -d)
server=0
trap 'tm kill-server 2>/dev/null || true; rm -rf "$tmp"' EXIT
go build -o "$tmp/wsscope" .

tm() { tmux -u -S "$tmp/tmux-$server" -f /dev/null "$@"; }
screen() { tm capture-pane -p -t tour | sed 's/[[:space:]]*$//'; }

# terminal SIZE COMMAND: a new terminal with it inside
terminal() {
	tm kill-server 2>/dev/null || true
	server=$((server + 1)) # a socket of its own: the server before may still be ending
	tm new-session -d -s tour -x "${1%x*}" -y "${1#*x}" \
		"env -u COLORTERM -u TMUX -u NO_COLOR -u SSLKEYLOGFILE TERM=screen-256color LC_ALL=C.UTF-8 TZ=UTC $2"
}

patience=90 # seconds: a busy machine is no failure

# until_true COMMAND...: waits until it succeeds
until_true() {
	local end=$((SECONDS + patience))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

shows() { screen | grep -qF -- "$1"; }
hides() { ! shows "$1"; }
give_up() { echo "${0##*/}: $1; the screen:" >&2; screen >&2; exit 1; }

# until_seen TEXT, until_gone TEXT: waits for it
until_seen() { until_true shows "$1" || give_up "\"$1\" never came"; }
until_gone() { until_true hides "$1" || give_up "\"$1\" never went"; }

# keys KEY...: in tmux's names. Back is BSpace here: what follows an Escape
# at once makes another key with it.
keys() { tm send-keys -t tour "$@"; }
typed() { tm send-keys -t tour -l "$1"; }
