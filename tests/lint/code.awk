# Prints FILE:LINE:FUNCTION:CODE for each line of C, with comments and what is
# inside of quotes taken out.  A function begins with its name in column 1, its
# return type being on the line before.
FNR == 1 { comment = 0; function_name = "" }
{
	code = ""
	rest = $0
	while (rest != "") {
		if (comment) {
			at = index(rest, "*/")
			if (at == 0)
				break
			rest = substr(rest, at + 2)
			comment = 0
		} else if (match(rest, /^"([^"\\]|\\.)*"/)) {
			code = code "\"\""
			rest = substr(rest, RLENGTH + 1)
		} else if (match(rest, /^'([^'\\]|\\.)*'/)) {
			code = code "0"
			rest = substr(rest, RLENGTH + 1)
		} else if (substr(rest, 1, 2) == "/*") {
			comment = 1
			rest = substr(rest, 3)
		} else {
			code = code substr(rest, 1, 1)
			rest = substr(rest, 2)
		}
	}
	if (match(code, /^[a-z_0-9]+\(/))
		function_name = substr(code, 1, RLENGTH - 1)
	if (code ~ /[^ \t]/)
		print FILENAME ":" FNR ":" function_name ":" code
}
