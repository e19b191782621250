#!/bin/sh
# Draws a session at the prompt as an SVG: what tmux shows after the keys below
# were typed into the program, on the database of the example data. Needs tmux.
#
#   examples/picture.sh PROGRAM > examples/prompt.svg
set -eu
program=$(realpath "$1")
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
session="footfall-picture-$$"
trap 'tmux kill-session -t "$session" 2>/dev/null; rm -rf "$scratch"' EXIT

"$program" -f examples/data/load.footfall "$scratch/demo" >/dev/null 2>&1
tmux -f /dev/null new-session -d -s "$session" -x 106 -y 40 \
  "env LC_ALL=C.UTF-8 XDG_STATE_HOME=$scratch PS1= \
    $program --now 2025-02-11T00:00Z $scratch/demo"
# Waits for the prompt, then types a line.
type_line() {
  for _ in $(seq 100); do
    tmux capture-pane -p -t "$session" | sed '/^$/d' | tail -1 |
      grep -qE '^(footfall|     \.\.\.)> *$' && break
    sleep 0.1
  done
  # A semicolon at the end would be tmux's own.
  case $1 in *\;) set -- "${1%;}\\;" ;; esac
  tmux send-keys -t "$session" -l "$1"
  tmux send-keys -t "$session" Enter
}
while IFS= read -r line; do type_line "$line"; done <<'KEYS'
SELECT dau WHERE app = 'DeepSeek' DURING 2025-02-08;
.format wan
SELECT dau, share(dau) WHERE app = 'DeepSeek' DURING 2025-02-08 BY platform;
SELECT sum(dau) EVERY month;
SELECT avg(dau) AS a, coverage(dau) AS known
  WHERE app = 'DeepSeek' AND platform = 'app' DURING 2025-01-10..2025-02-08;
KEYS
sleep 1
tmux capture-pane -p -t "$session" | awk '
  { lines[NR] = $0; if ($0 != "") last = NR }
  END {
    height = 18; top = 30
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 920 %d\"" \
      " font-family=\"ui-monospace, Menlo, Consolas, monospace\"" \
      " font-size=\"14\" style=\"white-space:pre\">\n", top + height * last
    print "<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#1d2126\"/>"
    for (i = 1; i <= last; ++i) {
      text = lines[i]
      gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text)
      typed = text ~ /^(footfall|     \.\.\.)>/
      printf "<text x=\"14\" y=\"%d\" fill=\"%s\" xml:space=\"preserve\">%s</text>\n",
        top + height * (i - 1), typed ? "#f0c674" : "#d7dce1", text
    }
    print "</svg>"
  }'
