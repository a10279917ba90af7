# usage: awk -f mutate.awk -v root=DIR [-v at=N -v list=FILE] FILE...
# Reads rows of mutations (run.sh says what they look like).  Without `at`: each
# text to be replaced must stand in its file once; what does not is named, and
# exit 1.  With it: the files below root that row N is about get its text, and
# their names are written to `list`.

function finding(text) {
	print where ": " text
	bad = 1
}

function load(name,   line, text, got) {
	text = ""
	while ((got = (getline line < (root name))) > 0)
		text = text line "\n"
	close(root name)
	if (text == "")
		finding("there is no " name)
	return text
}

# One stretch of lines is replaced.
function flush(   text, i, rest) {
	if (old == "" && new == "")
		return
	if (file == "")
		finding("lines of no file")
	else {
		if (!(file in texts))
			texts[file] = load(file)
		text = texts[file]
		i = old == "" ? 0 : index(text, old)
		rest = substr(text, i + 1)
		if (i == 0)
			finding("not in " file ": " first)
		else if (index(rest, old) > 0)
			finding("more than once in " file ": " first)
		else if (old == new)
			finding("changes nothing in " file)
		else
			texts[file] = substr(text, 1, i - 1) new \
			    substr(text, i + length(old))
	}
	old = new = ""
}

function finish(   name) {
	flush()
	for (name in texts) {
		if (at == rows && at > 0) {
			printf "%s", texts[name] > (root name)
			close(root name)
			print name > list
		}
		delete texts[name]
	}
	file = ""
}

/^#/ { next }
/^(case|none) / {
	finish()
	rows++
	where = FILENAME ":" FNR
	next
}
at > 0 && rows != at { next }
/^in / {
	flush()
	file = substr($0, 4)
	next
}
/^$/ {
	flush()
	next
}
{
	mark = substr($0, 1, 1)
	line = substr($0, 2) "\n"
	if (old == "")
		first = substr($0, 2)
	if (mark == "-" || mark == " ")
		old = old line
	if (mark == "+" || mark == " ")
		new = new line
	if (mark !~ /[-+ ]/)
		finding("neither -, + nor a blank in front of: " $0)
}
END {
	finish()
	exit bad
}
