# A public header as Doxygen reads it, line by line: a comment becomes one of its
# own, /** .. */ above what it speaks of and ///< behind it. Lines that are set
# in by three blanks or more (tables of errors, code) stand as they are;
# elsewhere no character means anything to Doxygen.
#
#   awk -f cmake/doxygen_filter.awk HEADER

function plain(text) {
  gsub(/[\\@<>#%&*~|`\[\]$"]/, "\\\\&", text)
  return text
}

function file(    name) {
  name = FILENAME
  sub(/.*\//, "", name)
  return name
}

# A line is printed when the next one is known: a comment ends on its last.
function emit(text) {
  if (NR > 1) print held
  held = text
}

function finish() {
  if (!within) return
  held = held (verbatim ? " @endverbatim" : "") " */"
  within = verbatim = 0
}

# A line of a comment above, without its //.
function above(text,    begin) {
  begin = within ? "" : "/** " (NR == 1 ? "@file " file() " " : "")
  within = 1
  if (text ~ /^   +[^ ]/) {
    if (!verbatim) begin = begin "@verbatim "
    verbatim = 1
    return begin text
  }
  if (verbatim && text !~ /^ *$/) {
    begin = begin "@endverbatim "
    verbatim = 0
  }
  return begin plain(text)
}

# Notes to tools, and headings of sections, which speak of no one thing.
/^ *(\/\/|\/\*) (NOLINT|---)/ { finish(); emit(""); next }

# C: a comment of any number of lines.
/^ *\/\* / || in_c {
  text = $0
  goes_on = text !~ /\*\/ *$/
  sub(/ *\*\/ *$/, "", text)
  if (in_c) sub(/^ *\*? ?/, " ", text)
  else { finish(); sub(/^ *\/\*/, "", text) }
  in_c = goes_on
  emit(above(text))
  if (!in_c) finish()
  next
}

/^ *\/\// {
  text = $0
  sub(/^ *\/\//, "", text)
  if (!within && match($0, /\/\//) == behind) emit("///<" plain(text))
  else emit(above(text))
  next
}

{ finish(); behind = 0 }

# Behind a member, not behind what opens or closes a block.
match($0, /[;,] +(\/\/|\/\*) /) && !/NOLINT/ && !/^ *[}#]/ && !/^ *return/ {
  code = substr($0, 1, RSTART)
  text = substr($0, RSTART + 1)
  match(text, /\/[\/*]/)
  in_c = substr(text, RSTART, 2) == "/*" && text !~ /\*\/ *$/
  behind = length(code) + RSTART
  sub(/^ *\/[\/*]/, "", text)
  sub(/ *\*\/ *$/, "", text)
  emit(code (in_c ? " /**<" : " ///<") plain(text))
  within = in_c
  next
}

{ emit($0) }

END { finish(); print held }
