# Reads C sources and reports what breaks the table of scripts/layers: one line 'FILE:LINE: why' each.
# Input: first the table (rows 'room NAME MAY...', 'outside FAMILY ROOMS | HEADER...', 'never ROOM | HEADER...',
# 'call ROOM | NAME...', 'file PATH-PATTERN | HEADER...'), then the sources. Exit status 1 if anything was reported.

function complain(why) {
    printf "%s:%d: %s\n", FILENAME, FNR, why
    bad = 1
}

# Room of a path from the top of the checkout; "" if it is in none. The adapter has rooms of its own, adapters/NAME.
function room_of(path, parts, n, name) {
    n = split(path, parts, "/")
    name = parts[1] == "adapters" ? "adapters/" parts[2] : parts[2]
    if ((parts[1] == "broker" || parts[1] == "adapters") && n > 2 && (name in rooms)) return name
    return ""
}

# A header matches a pattern that ends in "/" by its beginning, any other exactly.
function matches(header, pattern) {
    return substr(pattern, length(pattern)) == "/" ? index(header, pattern) == 1 : header == pattern
}

function check_inside(header, first, target) {
    first = header
    if (header ~ /^adapters\/[^\/]+\//) match(header, /^adapters\/[^\/]+/)
    else match(header, /^[^\/]*/)
    first = substr(header, 1, RLENGTH)
    if (index(header, "/") == 0) {
        complain("\"" header "\": name it by its full path from broker/ (\"" room "/" header "\")")
        return
    }
    if (header ~ /(^|\/)\.\.(\/|$)/) {
        complain("\"" header "\": no '..' in an include")
        return
    }
    if (!(first in rooms)) {
        complain("\"" header "\": '" first "' is no room")
        return
    }
    if (first != room && index(may[room], " " first " ") == 0 && index(may[room], " * ") == 0)
        complain(room " may not include " first " (\"" header "\")")
    for (i = 1; i <= never_n; i++)
        if (never_room[i] == room && matches(header, never_header[i]))
            complain(room " may not include \"" header "\"")
}

function check_outside(header, family, i) {
    for (i = 1; i <= never_n; i++)
        if (never_room[i] == room && matches(header, never_header[i])) {
            complain(room " may not include <" header ">")
            return
        }
    for (i = 1; i <= outside_n; i++)
        if (matches(header, outside_header[i])) {
            family = outside_family[i]
            if (index(users[family], " " room " ") == 0 && index(users[family], " * ") == 0)
                complain(room " may not use " family " (<" header ">); only" users[family] "may")
            return
        }
    complain("<" header "> is not in the table of outside headers (scripts/layers)")
}

# The line without comments, texts and character constants; in_comment lives across lines.
function code_of(line, out, c, two, quote) {
    out = ""
    quote = ""
    while (length(line) > 0) {
        c = substr(line, 1, 1)
        two = substr(line, 1, 2)
        if (in_comment) {
            if (two == "*/") { in_comment = 0; line = substr(line, 3) } else line = substr(line, 2)
        } else if (quote != "") {
            if (c == "\\") line = substr(line, 3)
            else { if (c == quote) quote = ""; line = substr(line, 2) }
        } else if (two == "/*") { in_comment = 1; out = out " "; line = substr(line, 3) }
        else if (two == "//") break
        else if (c == "\"" || c == "'") { quote = c; out = out c c; line = substr(line, 2) }
        else { out = out c; line = substr(line, 2) }
    }
    return out
}

# ---- the table ----
FNR == NR {
    sub(/#.*/, "")
    if (NF == 0) next
    bar = 0
    for (i = 1; i <= NF; i++) if ($i == "|") bar = i
    if ($1 == "room") {
        rooms[$2] = 1
        may[$2] = " "
        for (i = 3; i <= NF; i++) may[$2] = may[$2] $i " "
    } else if ($1 == "outside") {
        users[$2] = " "
        for (i = 3; i < bar; i++) users[$2] = users[$2] $i " "
        for (i = bar + 1; i <= NF; i++) { outside_header[++outside_n] = $i; outside_family[outside_n] = $2 }
    } else if ($1 == "never") {
        for (j = 2; j < bar; j++)
            for (i = bar + 1; i <= NF; i++) { never_room[++never_n] = $j; never_header[never_n] = $i }
    } else if ($1 == "call") {
        for (j = 2; j < bar; j++)
            for (i = bar + 1; i <= NF; i++) banned[$j, $i] = 1
        for (j = 2; j < bar; j++) has_banned[$j] = 1
    } else {
        print "scripts/layers: cannot read the row: " $0
        broken = 1
        exit 1
    }
    next
}

# ---- the sources ----
FNR == 1 {
    room = room_of(FILENAME)
    in_comment = 0
    first_include = 1
    own = ""
    if (FILENAME ~ /\.c$/) {
        own = FILENAME
        sub(/^broker\//, "", own)
        sub(/\.c$/, ".h", own)
        if (index(headers, "\n" own "\n") == 0) own = ""
    }
    if (room == "") complain("this file is in no room of the table")
    files++
}

room == "" { next }

{
    started_in_comment = in_comment
    code = code_of($0)
}

!started_in_comment && code ~ /^[ \t]*#[ \t]*(include|include_next|import|embed)([^A-Za-z_0-9]|$)/ {
    includes++
    header = $0
    if (header ~ /^[ \t]*#[ \t]*include[ \t]*"[^"]+"/) {
        sub(/^[^"]*"/, "", header)
        sub(/".*/, "", header)
        check_inside(header)
    } else if (header ~ /^[ \t]*#[ \t]*include[ \t]*<[^>]+>/) {
        sub(/^[^<]*</, "", header)
        sub(/>.*/, "", header)
        check_outside(header)
    } else
        complain("an include that this check cannot read")
    # x.c may begin with x_state.h instead: its own inner header, which begins with x.h.
    if (first_include && own != "" && header != own && index(header, substr(own, 1, length(own) - 2) "_") != 1)
        complain("the first include is \"" own "\" (it proves the header complete)")
    first_include = 0
    next
}

(room in has_banned) {
    rest = code
    while (match(rest, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
        name = substr(rest, RSTART, RLENGTH - 1)
        sub(/[ \t]+$/, "", name)
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
        if (((room, name) in banned) && before != "." && before != ">")
            complain(room " may not call " name "()")
        rest = substr(rest, RSTART + RLENGTH)
    }
}

END {
    if (broken) exit 1
    if (!bad) printf "layers: %d files, %d includes, every arrow as drawn\n", files, includes
    exit bad ? 1 : 0
}
